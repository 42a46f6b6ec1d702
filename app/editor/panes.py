"""A few panes of which one is in sight, chosen by buttons above them."""

from collections.abc import Awaitable, Callable

from nicegui import ui

Turned = Callable[[], Awaitable[None]]


class Panes:
    """The first pane that is made is open; `turned` is called after another was chosen."""

    def __init__(self, turned: Turned) -> None:
        self._turned = turned
        self._bar = ui.element("div").classes("ed-panes").props('role="group" aria-label="Beside the text"')
        self._made: dict[str, tuple[ui.html, ui.column]] = {}

    def pane(self, name: str) -> ui.column:
        """One more pane, to be filled."""
        with self._bar:
            chooser = ui.html(name, sanitize=False, tag="button").classes("ed-pane-name")
        chooser.props(f'type="button" aria-pressed="{str(not self._made).lower()}"')
        body = ui.column().classes("ed-pane")
        body.visible = not self._made
        self._made[name] = (chooser, body)

        async def choose() -> None:
            await self._open(name)

        chooser.on("click", choose)
        return body

    async def _open(self, name: str) -> None:
        for each, (chooser, body) in self._made.items():
            chooser.props["aria-pressed"] = str(each == name).lower()
            chooser.update()
            body.visible = each == name
        await self._turned()
