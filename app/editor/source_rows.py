"""The sources of an article, each with whether its address answers."""

import datetime as dt
from collections.abc import Callable
from html import escape

from nicegui import run, ui

from app.content import link_check
from app.content.link_check import Checked
from app.desk import live
from app.desk.pieces import Changing, button
from knowledge.front_matter import Seen, Source

_HOW = "page read"
_NO_WEB = "No address answered: this server has no way to the web. Open the addresses yourself."


class SourceRows:
    """Rows that come and go. `changed` is called when anything in them is."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._rows: list[_Row] = []
        with ui.element("fieldset").classes("ed-sources"):
            ui.html("Sources", sanitize=False, tag="legend")
            self._list = ui.column().classes("cd-panels")
            with ui.row().classes("cd-actions"):
                button("Add a source", self._add)
                self._check = button("Check the addresses", self._ask)
            self._told = Changing("cd-hint", 'role="status"')

    def show(self, sources: tuple[Source, ...]) -> None:
        """Draw these."""
        self._list.clear()
        self._rows = []
        for source in sources:
            self._draw(source)
        self._told.show("")

    def sources(self) -> tuple[Source, ...]:
        """What the rows say; ValueError where a date cannot be read."""
        return tuple(row.source() for row in self._rows)

    def _draw(self, source: Source) -> None:
        with self._list:
            self._rows.append(_Row(len(self._rows) + 1, source, self._changed, self._remove))

    async def _add(self) -> None:
        self._draw(Source("", "", "", None))
        self._rows[-1].focus()

    def _remove(self, row: "_Row") -> None:
        self._rows.remove(row)
        row.delete()
        self._changed()

    async def _ask(self) -> None:
        """Ask for every address, away from the event loop; the page stays usable meanwhile."""
        self._check.disable()
        rows = list(self._rows)
        self._told.show("<p>Asking…</p>")
        found = await run.io_bound(link_check.check, [row.url for row in rows])
        self._check.enable()
        if found is None:  # the server stops
            return
        web = link_check.reachable(found)
        self._told.show("" if web else f"<p>{_NO_WEB}</p>")
        for row, checked in zip(rows, found, strict=True):
            row.tell(checked if web else None)
        if web:
            live.notice(f"{len(found)} addresses were asked.", good=True)


class _Row:
    """One source."""

    def __init__(self, number: int, source: Source, changed: Callable[[], None], remove: Callable[["_Row"], None]) -> None:
        self._was = source
        with ui.element("fieldset").classes("ed-source") as self._box:
            ui.html(f"Source {number}", sanitize=False, tag="legend")
            self._organisation = self._line("Organisation", source.organisation, changed)
            self._title = self._line("Page title", source.title, changed)
            self._url = self._line("Address", source.url, changed).props('spellcheck="false" inputmode="url"')
            self._url.classes("ed-source-address")
            self._date = self._line("Read on", source.seen.date.isoformat() if source.seen else "", changed)
            self._date.props("type=date stack-label")
            self._how = self._line("How", source.seen.how if source.seen else "", changed)
            with ui.row().classes("ed-source-foot"):
                self._answer = Changing("ed-answer", 'role="status"')
                ui.space()

                async def gone() -> None:
                    remove(self)

                button("Take out", gone).props(f'aria-label="Take out source {number}"')

    @staticmethod
    def _line(label: str, value: str, changed: Callable[[], None]) -> ui.input:
        return ui.input(label, value=value, on_change=changed).props("outlined dense").classes("cd-area")

    @property
    def url(self) -> str:
        return (self._url.value or "").strip()

    def source(self) -> Source:
        """What the row says; what was not touched stays as it was written."""
        return Source(
            _kept(self._organisation.value, self._was.organisation),
            _kept(self._title.value, self._was.title),
            _kept(self._url.value, self._was.url),
            self._seen(),
        )

    def _seen(self) -> Seen | None:
        if not self._date.value:
            return None
        try:
            date = dt.date.fromisoformat(self._date.value)
        except ValueError:
            raise ValueError("Read on needs a date, or nothing where nobody read the page") from None
        return Seen(date, _kept(self._how.value, self._was.seen.how if self._was.seen else "") or _HOW)

    def tell(self, checked: Checked | None) -> None:
        """Say what its address did."""
        if checked is None or checked.url != self.url:
            self._answer.show("")
            return
        good = checked.state in ("answers", "moved", "none")
        self._answer.show(f'<span class="{"ed-good" if good else "ed-bad"}">{escape(str(checked))}</span>')

    def focus(self) -> None:
        self._organisation.run_method("focus")

    def delete(self) -> None:
        self._box.delete()


def _kept(typed: str | None, was: str) -> str:
    """One line, unless it says what was there before."""
    said = " ".join((typed or "").split())
    return was if said == " ".join(was.split()) else said
