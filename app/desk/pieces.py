"""Small pieces that the desk's pages are made of."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape

from nicegui import ui
from nicegui.events import GenericEventArguments

Act = Callable[[], Awaitable[object]]


class Changing:
    """A piece of the page that is drawn again only when its HTML changes, and hidden while it is empty.

    Whoever makes the HTML has escaped every word of the records in it.
    """

    def __init__(self, classes: str, props: str = "", tag: str = "div") -> None:
        self.element = ui.html("", sanitize=False, tag=tag).classes(classes).props(props)
        self.element.visible = False

    def show(self, html: str) -> None:
        """Draw `html`."""
        if self.element.content != html:
            self.element.content = html
        if self.element.visible != bool(html):
            self.element.visible = bool(html)


class Badge:
    """What the page's script counts in the title and sounds for: cases that nobody has."""

    def __init__(self) -> None:
        self._element = ui.element("div").props('id="cd-unclaimed" data-unclaimed="" hidden')

    def show(self, calls: Sequence[str]) -> None:
        """Tell the script, where it changed."""
        told = " ".join(calls)
        if self._element.props["data-unclaimed"] != told:
            self._element.props["data-unclaimed"] = told
            self._element.update()


class Lines:
    """A list of HTML pieces under keys; each keeps its element, and only what changed is drawn."""

    def __init__(self, container: ui.element, tag: str = "li") -> None:
        self.element = self._container = container
        self._tag = tag
        self._drawn: dict[str, ui.html] = {}

    def show(self, pieces: Sequence[tuple[str, str]]) -> None:
        """Draw these (key, HTML), in this order."""
        wanted = {key for key, _ in pieces}
        for gone in [key for key in self._drawn if key not in wanted]:
            self._drawn.pop(gone).delete()
        for place, (key, html) in enumerate(pieces):
            if key not in self._drawn:
                with self._container:
                    self._drawn[key] = ui.html(html, sanitize=False, tag=self._tag)
            drawn = self._drawn[key]
            if drawn.content != html:
                drawn.content = html
            if self._container.default_slot.children.index(drawn) != place:
                drawn.move(self._container, place)


class Radios:
    """One of a few, each in sight."""

    def __init__(self, label: str, name: str, options: Mapping[str, str], change: Callable[[str], None]) -> None:
        self.value = ""
        self._change = change
        lines = "".join(
            f'<label><input type="radio" name="{escape(name)}" value="{escape(key)}"> {escape(text)}</label>'
            for key, text in options.items()
        )
        self.element = ui.html(f"<legend>{escape(label)}</legend>{lines}", sanitize=False, tag="fieldset").classes("cd-radios")
        self.element.on("change", self._chosen, js_handler="(event) => emit(event.target.value)")

    def _chosen(self, event: GenericEventArguments) -> None:
        self.value = str(event.args)
        self._change(self.value)


def chip(text: str, change: Callable[[bool], None], classes: str = "") -> None:
    """A filter that is on or off."""
    drawn = ui.html(escape(text), tag="button", sanitize=False).props('type="button" aria-pressed="false"').classes(f"cd-chip {classes}")
    on = [False]

    def click() -> None:
        on[0] = not on[0]
        drawn.props["aria-pressed"] = str(on[0]).lower()
        drawn.update()
        change(on[0])

    drawn.on("click", click)


def button(text: str, act: Act, *, main: bool = False, key: str = "") -> ui.button:
    """A button; `key` is the key that presses it, which the help lists."""
    props = f"no-caps unelevated {'' if main else 'outline'} {f'data-key={key}' if key else ''}"
    return ui.button(text, on_click=act).props(props).classes("cd-button")


def area(label: str, rows: int = 3) -> ui.textarea:
    """A field for several lines, which grows."""
    return ui.textarea(label).props(f'outlined autogrow input-style="min-height:{rows * 1.5}em"').classes("cd-area")


class Choice:
    """The browser's own list to choose from: it works with every keyboard, screen reader and phone."""

    def __init__(
        self, label: str, options: Mapping[str, str], change: Callable[[str], None] | None = None, chosen: str = "", none: str = "–"
    ) -> None:
        self._change, self._none = change, none
        with ui.element("label").classes("cd-choice") as self.element:
            ui.html(escape(label), sanitize=False, tag="span")
            self._list = ui.html("", sanitize=False, tag="select")
            self._list.on("change", self._chosen, js_handler="(event) => emit(event.target.value)")
        self.options(options, chosen)

    def options(self, options: Mapping[str, str], chosen: str = "") -> None:
        """Offer these, by key, with `chosen` of them chosen, or none."""
        self.value = chosen
        lines = "".join(
            f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(text)}</option>' for key, text in options.items()
        )
        self._list.content = f'<option value="">{escape(self._none)}</option>{lines}'

    def _chosen(self, event: GenericEventArguments) -> None:
        self.value = str(event.args)
        if self._change:
            self._change(self.value)
