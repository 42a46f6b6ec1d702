"""The queue: who to help first, kept up to date without reloading and without redrawing what did not change."""

from collections.abc import Sequence
from functools import partial
from html import escape

from nicegui import ui

from app.care import follow_ups, queue_view
from app.care.queue_rows import CrowdRow, RowList
from app.care.queue_view import Filter, Row
from app.care.troubles import troubles_of
from app.desk import frame, live, plain
from app.desk.frame import Visit
from app.desk.live import Shared
from app.desk.pieces import Badge, Changing, chip
from app.records.case_board import Board
from app.records.models import now
from guardrails.care_cards import Staffing
from guardrails.level import SEVERITY, Level


class QueuePage:
    """One open queue. `shared` is the board that all desks of this process read."""

    def __init__(self, visit: Visit, shared: Shared[Board]) -> None:
        self._visit, self._shared = visit, shared
        self._app, self._who = visit.app, visit.member.id
        self._filter = Filter()
        self._rows: list[Row] = []
        self._drawn = False

    async def draw(self) -> None:
        """Draw the page as it stands, and keep it so."""
        frame.header(self._app, self._visit.member, "Care desk", frame.CARE_LINKS)
        with ui.column().classes("cd-page"):
            self._state = Changing("cd-state")
            self._troubles = Changing("cd-troubles", 'role="alert"')
            self._due = follow_ups.Due(self._visit, self._changed)
            with ui.row().classes("cd-top"):
                frame.heading("Open cases")
                self._summary = Changing("cd-summary", 'aria-live="polite"')
                ui.space()
                ui.html("Sound off", tag="button", sanitize=False).props('type="button" id="cd-sound" aria-pressed="false"').classes(
                    "cd-chip"
                )
                ui.html("Keys", tag="button", sanitize=False).props('type="button" id="cd-keys" data-key="?"').classes("cd-chip")
            self._filters()
            self._hidden = Changing("cd-hidden")
            self._waiting = RowList("Waiting for a person", "waiting", self._claim)
            self._crowd = CrowdRow(self._claim)
            self._answered = RowList("Answered, still open", "answered", self._claim)
            self._empty = Changing("cd-empty")
            with ui.row().classes("cd-two"):
                self._closed = Changing("cd-closed")
                self._handover = follow_ups.HandoverBox(self._visit, self._changed, lambda: queue_view.handover_draft(self._rows, now()))
        self._badge = Badge()
        self._refresh = await live.keep(self._visit, self._read, self._show, self._failed)

    # Reading and drawing

    def _read(self) -> tuple[Board, Staffing, Sequence[str]]:
        return self._shared.get(), self._app.parts.staffing(), troubles_of(self._app.notifications, now())

    def _show(self, read: tuple[Board, Staffing, Sequence[str]]) -> None:
        board, staffing, troubles = read
        self._drawn = True
        self._rows = queue_view.rows(board, self._who, self._app.settings.targets)
        self._state.show(_staffing_html(staffing, self._app.words.say(f"staffing_{staffing}")))
        self._troubles.show("".join(f"<p>{escape(trouble)}</p>" for trouble in troubles))
        self._closed.show(_closed_list(board))
        self._due.show(board.due)
        self._handover.show(board.handover)
        self._badge.show(queue_view.unclaimed(self._rows))
        self._show_rows()

    def _show_rows(self) -> None:
        at = now()
        chosen = [row for row in self._rows if self._filter.takes(row)]
        alone = [row for row in chosen if not row.case.crowd]
        self._waiting.show([row for row in alone if row.waits])
        self._crowd.show([row for row in chosen if row.case.crowd])
        self._answered.show([row for row in alone if not row.waits])
        self._summary.show(escape(queue_view.summary(self._rows, at)))
        self._hidden.show(escape(queue_view.hidden(self._rows, self._filter)))
        self._empty.show(_EMPTY if self._drawn and not self._rows else "")

    def _failed(self, problem: str) -> None:
        if problem:
            self._troubles.show(f"<p>{escape(problem)}</p>")

    # What the nurse does

    def _filters(self) -> None:
        with ui.row().classes("cd-filters").props('role="group" aria-label="Show only"'):
            for level in SEVERITY:
                chip(plain.LEVELS[level], partial(self._narrow, level), f"cd-chip-{level}")
            chip("Mine", lambda on: self._set(mine=on))
            chip("Nobody has it", lambda on: self._set(unclaimed=on))
            chip("In the chat now", lambda on: self._set(connected=on))
            find = ui.input("Find by reason, owner or number").props('outlined dense clearable data-testid="find"').classes("cd-find")
            find.on_value_change(lambda event: self._set(text=event.value or ""))

    def _narrow(self, level: Level, on: bool) -> None:
        self._filter.levels = self._filter.levels | {level} if on else self._filter.levels - {level}
        self._show_rows()

    def _set(self, **changed: bool | str) -> None:
        for name, value in changed.items():
            setattr(self._filter, name, value)
        self._show_rows()

    async def _claim(self, case_id: str) -> None:
        """Take a case and open it; where somebody was faster, who has it now is said."""
        if await live.attempt(lambda: self._app.case_work.claim(case_id, self._who), lambda: live.who_has(self._app, case_id)):
            live.go(f"/desk/care/{case_id}")
        await self._changed()

    async def _changed(self) -> None:
        self._shared.forget()
        await self._refresh()


_EMPTY = (
    "<p><b>No open cases.</b></p><p>New ones appear here by themselves, with a sound if you switch it on. "
    "This page need not be reloaded.</p>"
)


def _staffing_html(staffing: Staffing, told: str) -> str:
    """Who is there, and what patients read about it."""
    return f"<b class='cd-staffing cd-{staffing}'>{plain.STAFFING[staffing]}</b> <span>Patients read: “{escape(told)}”</span>"


def _closed_list(board: Board) -> str:
    """Today's settled cases."""
    lines = "".join(f"<li>{queue_view.closed_html(case)}</li>" for case in board.closed)
    return f"<h2>Closed today <span>{len(board.closed)}</span></h2>" + (f"<ul>{lines}</ul>" if lines else "<p>None yet.</p>")
