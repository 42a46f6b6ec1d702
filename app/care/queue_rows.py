"""A list of cases in which each row keeps its element: nothing flickers, and the keyboard stays where it was."""

from collections.abc import Awaitable, Callable, Sequence
from html import escape

from nicegui import ui

from app.care import queue_view
from app.care.queue_view import Row
from app.desk import plain
from app.desk.pieces import Changing
from app.records.models import now

Claim = Callable[[str], Awaitable[None]]


class RowList:
    """A headed list of cases, hidden while it is empty."""

    def __init__(self, title: str, name: str, claim: Claim) -> None:
        self._title, self._claim = title, claim
        self._lines: dict[str, _Line] = {}
        with ui.column().classes("cd-section").props(f'data-testid="{name}"') as self._section:
            self._heading = Changing("cd-section-title")
            self._list = ui.element("ol").classes("cd-list")
        self._section.visible = False

    def show(self, rows: Sequence[Row]) -> None:
        """Draw what changed."""
        if self._section.visible != bool(rows):
            self._section.visible = bool(rows)
        self._heading.show(f"<h2>{escape(self._title)} <span>{len(rows)}</span></h2>" if rows else "")
        wanted = {row.case.id for row in rows}
        for gone in [case_id for case_id in self._lines if case_id not in wanted]:
            self._lines.pop(gone).element.delete()
        for place, row in enumerate(rows):
            line = self._line(row.case.id)
            if self._list.default_slot.children.index(line.element) != place:
                line.element.move(self._list, place)
            line.show(row)

    def _line(self, case_id: str) -> "_Line":
        if case_id not in self._lines:
            with self._list:
                self._lines[case_id] = _Line(case_id, self._claim)
        return self._lines[case_id]


class CrowdRow:
    """Cases that may be the work of a program, as one line that opens: visible, and never in the way of the others."""

    def __init__(self, claim: Claim) -> None:
        with ui.element("details").classes("cd-crowd").props('data-testid="crowd"') as self._box:
            with ui.element("summary"):
                self._line = Changing("cd-crowd-line")
            ui.label(
                "Every one of them was screened and saw the card. People may be among them: look at the most severe before you close any."
            ).classes("cd-crowd-note")
            self._rows = RowList("One by one", "crowded", claim)
        self._box.visible = False

    def show(self, rows: Sequence[Row]) -> None:
        """Draw what changed."""
        if self._box.visible != bool(rows):
            self._box.visible = bool(rows)
        self._line.show(escape(queue_view.crowd_line(rows)))
        self._rows.show(rows)


class _Line:
    """One case in a list: a picture that is drawn again when it changed, a link over it, and the claim button."""

    def __init__(self, case_id: str, claim: Claim) -> None:
        self._row: Row | None = None
        with ui.element("li").classes("cd-row").props(f'data-testid="case" data-case="{case_id}"') as self.element:
            self._picture = ui.html("", sanitize=False).classes("cd-picture")
            self._link = ui.element("a").props(f'href="/desk/care/{case_id}"').classes("cd-open")
            claiming = ui.button("Claim", on_click=lambda: claim(case_id))
            self._button = claiming.props(f'no-caps unelevated data-key="c" aria-label="Claim case {plain.number(case_id)}"').classes(
                "cd-claim"
            )

    def show(self, row: Row) -> None:
        """Draw the row where it differs from what is shown."""
        if row == self._row:
            return
        self._row, level = row, row.case.level
        self._picture.content = queue_view.row_html(row, now())
        self.element.props["data-level"] = level
        self.element.update()
        self._link.props["aria-label"] = f"{plain.LEVELS[level]}: {'; '.join(row.case.reasons)}. Open case {plain.number(row.case.id)}"
        self._link.update()
        self._button.visible = row.unclaimed
