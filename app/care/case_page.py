"""A case: the chat with what fired, what is known beside it, and the work on it. Each opening is recorded before words are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from nicegui import run, ui

from app.care import case_head, queue_view, transcript
from app.care.reply_box import ReplyBox
from app.care.sbar import Summaries, Summary
from app.care.side import Side
from app.care.work import Work
from app.desk import frame, live, plain
from app.desk.frame import Visit
from app.desk.live import Shared
from app.desk.pieces import Badge, Changing, Lines
from app.errors import RecordsError
from app.records.case_board import Board
from app.records.case_files import CaseFile
from app.records.reach import Reach
from app.records.team_notes import Procedure, Template

_LOG = 'tabindex="0" role="log" aria-label="Conversation" data-testid="transcript"'
_CLOSED = "The opening of this case could not be recorded, so it is not shown. Nothing is lost: try again in a moment."


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look found."""

    file: CaseFile
    summary: Summary
    contact: Reach | None
    board: Board
    templates: Sequence[Template]
    procedures: Mapping[str, Procedure]


async def open_case(visit: Visit, case_id: str, board: Shared[Board]) -> None:
    """Record the opening, then draw the case; what cannot be recorded is not shown."""
    ui.page_title(f"Case {plain.number(case_id)}")
    frame.header(visit.app, visit.member, "Care desk", frame.CARE_LINKS)

    def opened() -> tuple[CaseFile | None, str]:
        try:
            found = visit.app.case_files.read(case_id)
            if found is not None:
                visit.app.audit.record(visit.member.id, "case.read", case_id)
        except RecordsError:
            return None, _CLOSED
        return found, "" if found else "There is no such case."

    file, problem = await run.io_bound(opened) or (None, _CLOSED)
    if file is None:
        frame.not_shown("This case is not shown", problem, ("Try again", f"/desk/care/{case_id}"), ("Back to the queue", "/desk/care"))
        return
    await CasePage(visit, file, board).draw()


class CasePage:
    """One open case. `chat` is the chat shown; it changes only when the nurse chooses another."""

    def __init__(self, visit: Visit, file: CaseFile, board: Shared[Board]) -> None:
        self._visit, self._file, self._board = visit, file, board
        self._chat = file.chat
        self._work = Work(visit, file, self._changed)
        self._summaries = Summaries(visit.app)

    async def draw(self) -> None:
        """Draw the page as it stands, and keep it so."""
        with ui.column().classes("cd-case"):
            self._problem = Changing("cd-troubles", 'role="alert"')
            self._head = case_head.Head(self._work)
            with ui.element("div").classes("cd-columns"):
                with ui.column().classes("cd-chat"):
                    self._about = Changing("cd-hint")
                    with ui.element("div").classes("cd-transcript").props(_LOG):
                        self._lines = Lines(ui.element("ol"))
                    self._reply = ReplyBox(self._work)
                self._side = Side(self._work, self._show_chat)
        self._badge = Badge()
        self._refresh = await live.keep(self._visit, self._read, self._show, self._problem_with)

    def _read(self) -> _Seen:
        app = self._visit.app
        file = app.case_files.read(self._file.id, self._chat) or self._file
        board, texts = self._board.get(), app.clinic_texts
        return _Seen(file, self._summaries.of(file), self._contact(), board, texts.templates(), texts.procedures())

    def _contact(self) -> Reach | None:
        """How the patient can be reached; that it cannot be unsealed hides nothing else of the case."""
        try:
            return self._visit.app.reach.of(self._file.id)
        except RecordsError:
            return Reach("", "something was left, but it cannot be read here: tell whoever runs the server", None)

    def _show(self, seen: _Seen) -> None:
        file = self._file = self._work.file = seen.file
        if file.chat != self._chat:  # another was chosen while this was read
            return
        order = [case.id for case in seen.board.open]
        place = order.index(file.id) if file.id in order else -1
        self._head.show(file, order[place - 1] if place > 0 else "", order[place + 1] if place + 1 < len(order) else "")
        self._about.show(_about_html(file))
        self._lines.show(transcript.lines(file))
        self._reply.show(file, seen.templates)
        self._side.show(file, seen.summary, seen.contact, seen.procedures)
        self._badge.show(queue_view.unclaimed(queue_view.rows(seen.board, self._visit.member.id, self._visit.app.settings.targets)))

    def _problem_with(self, problem: str) -> None:
        self._problem.show(f"<p>{escape(problem)}</p>" if problem else "")

    async def _show_chat(self, chat: str) -> None:
        """Show another chat of the patient, once its opening is recorded."""
        if await live.attempt(lambda: self._visit.app.audit.record(self._visit.member.id, "chat.read", chat)):
            self._chat = chat
            await self._refresh()

    async def _changed(self) -> None:
        self._board.forget()
        await self._refresh()


def _about_html(file: CaseFile) -> str:
    """What must be known of the chat that is shown."""
    shown = file.shown
    if shown is None:
        return "The words of this case could not be stored; what fired stands beside."
    facts = [f"Chat of {plain.clock(shown.started)}"]
    if shown.about_other:
        facts.append("about someone else")
    if shown.deleted:
        facts.append("the patient has removed it from their own list")
    if file.standing.live_in and file.standing.live_in != file.chat:
        facts.append("a person speaks in another chat of this patient")
    return escape(", ".join(facts))
