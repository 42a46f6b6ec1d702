"""One recall: the conversations that were quoted what no longer stands, the worst first, and what is done about each.

Editors see no patient's words. The care team opens a chat once its opening stands on the trail.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from html import escape

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from app.care import transcript
from app.content.recall import RecallChat
from app.desk import frame as desk_frame
from app.desk import live, pieces, plain
from app.desk.frame import Visit
from app.desk.live import Shared
from app.desk.pieces import Changing
from app.editor import recall_view
from app.editor.dialogs import Ask
from app.editor.note_dialog import NoteDialog, note_of
from app.editor.recall_desk import DESKS, RecallDesk, reads_chats, writes
from app.escalation.rota import time_zone
from app.records.case_files import Line
from app.records.recall_files import RecallFile
from app.wiring import Application

Shelf = Callable[[int], Shared[RecallFile | None]]
_KEPT = 64
"""Recalls whose reading is shared by their open pages."""
_FRESH_S = 2.0
_MORE = 50
"""Conversations that are drawn at first, and each time more are asked for."""
_LOG = 'tabindex="0" role="log" aria-label="Conversation" data-testid="transcript"'


def mount(app: Application) -> None:
    """Put the page at `/desk/editor/recalls/{id}` and `/desk/care/recalls/{id}`."""

    @lru_cache(_KEPT)
    def shelf(recall_id: int) -> Shared[RecallFile | None]:
        return Shared(lambda: app.recall_files.read(recall_id, app.library.snapshot()), _FRESH_S)

    for desk in DESKS:
        _mount(app, desk, shelf)


def _mount(app: Application, desk: RecallDesk, shelf: Shelf) -> None:
    @desk_frame.page(f"{desk.path}/{{recall_id:int}}", "Recall")
    async def recall(request: Request, recall_id: int) -> Response | None:
        """The conversations of one recall."""
        visit = await desk.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await open_recall(visit, desk, recall_id, shelf(recall_id))
        return None


async def open_recall(visit: Visit, desk: RecallDesk, recall_id: int, shared: Shared[RecallFile | None]) -> None:
    """Draw the page, or say that there is no such recall."""
    desk.header(visit)
    file, problem = await live.find(shared.get, "There is no such recall.")
    if file is None:
        desk_frame.not_shown("This recall is not shown", problem, ("Back to the recalls", desk.address))
        return
    await RecallPage(visit, desk, file, shared).draw(recall_id)


class RecallPage:
    """One open recall; it shows the list of conversations, or one of them."""

    def __init__(self, visit: Visit, desk: RecallDesk, file: RecallFile, shared: Shared[RecallFile | None]) -> None:
        self._visit, self._app, self._desk, self._file, self._shared = visit, visit.app, desk, file, shared
        self.zone = time_zone(visit.app.settings.time_zone)
        self._rows: dict[str, _Row] = {}
        self._order: tuple[tuple[str, bool], ...] = ()
        self._shown = _MORE

    async def draw(self, recall_id: int) -> None:
        """Draw the page as it stands, and keep it so."""
        recall = self._file.recall
        with ui.column().classes("cd-page ed-recalls"):
            self._problem = Changing("cd-troubles", 'role="alert"')
            desk_frame.link("All recalls", self._desk.address)
            desk_frame.heading(f"Recall of {recall.title}, revision {recall.revision}")
            with ui.element("div").classes("ed-head"):
                self._head = Changing("ed-standing", 'data-testid="recall-head"')
                self._close = pieces.button("Close the recall", self._open_close)
            self._list = ui.column().classes("ed-recall-chats").props('data-testid="chats"')
            self._chat = ui.column().classes("ed-recall-chat").props('data-testid="chat"')
            self._chat.visible = False
        self._note = NoteDialog(self._app, recall, self._tell)
        self._close_asked = Ask("Close the recall", "Close it", self._closed)
        back = f"{self._desk.address}/{recall_id}"
        self._refresh = await live.keep(self._visit, self._read, self._show, self._problem_with, back)

    def _read(self) -> RecallFile:
        return self._shared.get() or self._file

    def _problem_with(self, problem: str) -> None:
        self._problem.show(f"<p>{escape(problem)}</p>" if problem else "")

    def _show(self, file: RecallFile) -> None:
        self._file = file
        self._head.show(recall_view.head(file.recall, self.zone))
        self._close.visible = file.recall.closed is None and writes(self._visit.member)
        chats = [*(each for each in file.chats if not each.demo), *(each for each in file.chats if each.demo)]
        order = tuple((each.id, each.demo) for each in chats[: self._shown])
        if order != self._order or not self._rows:
            self._order = order
            self._draw_list(chats)
        for each in chats[: self._shown]:
            self._rows[each.id].show(each, closed=file.recall.closed is not None)

    def _draw_list(self, chats: Sequence[RecallChat]) -> None:
        """The rows in their order; made-up conversations stand apart."""
        self._list.clear()
        self._rows = {}
        shown = chats[: self._shown]
        with self._list:
            for title, some in (
                ("Conversations", [c for c in shown if not c.demo]),
                ("Made-up demo conversations", [c for c in shown if c.demo]),
            ):
                if some:
                    count = sum(each.demo == some[0].demo for each in chats)
                    desk_frame.heading(f"{title} ({count})", rank=2)
                    with ui.element("ol").classes("cd-list"):
                        self._rows |= {each.id: _Row(self, each, self._visit) for each in some}
            if not shown:
                ui.label("No conversation quotes it any more.").classes("cd-empty")
            if len(chats) > self._shown:
                pieces.button(f"Show more ({len(chats) - self._shown} left)", self._show_more)

    async def _show_more(self) -> None:
        self._shown += _MORE
        await self._refresh()

    async def leave_note(self, chat: RecallChat) -> None:
        """Ask what the patient is told."""
        self._note.open(chat)

    async def open_chat(self, chat: RecallChat) -> None:
        """Record the opening, then show the conversation; what cannot be recorded is not shown."""
        found: list[Sequence[Line]] = []
        recall, who = self._file.recall.id, self._visit.member.id
        if not await live.attempt(lambda: found.append(self._app.recalls.look(recall, chat.id, who))):
            return
        self._list.visible, self._chat.visible = False, True
        self._chat.clear()
        with self._chat:
            with ui.row().classes("cd-actions"):
                pieces.button("Back to the list", self._back)
                if self._file.recall.closed is None and chat.state != "told":
                    pieces.button("Leave a note", partial(self.leave_note, chat), main=True)
            desk_frame.heading(f"Conversation {plain.number(chat.id)}", rank=2)
            lines = "".join(f"<li>{transcript.line_html(line)}</li>" for line in found[0])
            ui.html(f"<ol>{lines}</ol>", sanitize=False).classes("cd-transcript ed-transcript").props(_LOG)
        await self._changed()

    async def _back(self) -> None:
        self._chat.clear()
        self._list.visible, self._chat.visible = True, False

    async def _tell(self, chat: RecallChat, reasons: Mapping[str, str]) -> bool:
        who, recall = self._visit.member.id, self._file.recall

        def tell() -> None:
            fresh = self._app.recall_files.read(recall.id, self._app.library.snapshot())
            note = note_of(self._app, fresh.recall if fresh else recall, reasons)
            self._app.recalls.tell(recall.id, chat.id, note, who)

        done = await live.attempt(tell)
        if done:
            await self._back()
            await self._changed()
        return done

    async def _open_close(self) -> None:
        told = recall_view.progress(self._file.recall)
        self._close_asked.open(f"{told} Once it is closed nobody can be told from here any more.")

    async def _closed(self, _text: str) -> bool:
        who, recall = self._visit.member.id, self._file.recall.id
        done = await live.attempt(lambda: self._app.recalls.close(recall, who))
        if done:
            await self._changed()
        return done

    async def _changed(self) -> None:
        self._shared.forget()
        await self._refresh()


class _Row:
    """One conversation in the list."""

    def __init__(self, page: RecallPage, chat: RecallChat, visit: Visit) -> None:
        self._page, self._chat, self._visit = page, chat, visit
        with ui.element("li").classes("ed-recall").props('data-testid="recall-chat"'):
            self._told = Changing("ed-recall-told")
            with ui.row().classes("ed-gap-steps"):
                self._note = pieces.button("Leave a note", self._leave)
                self._open = pieces.button("Open the chat", self._read)

    def show(self, chat: RecallChat, *, closed: bool) -> None:
        """Draw it as it is now, with the steps that can be taken."""
        self._chat = chat
        self._told.show(recall_view.chat(chat, self._page.zone))
        offered = {
            self._note: not closed and not chat.deleted and chat.state != "told",
            self._open: not chat.deleted and reads_chats(self._visit.member),
        }
        for button, offer in offered.items():
            if button.visible != bool(offer):
                button.visible = bool(offer)

    async def _leave(self) -> None:
        await self._page.leave_note(self._chat)

    async def _read(self) -> None:
        await self._page.open_chat(self._chat)
