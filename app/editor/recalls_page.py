"""What could be recalled, what is being recalled, and what was: for editors, who start recalls, and for the care team."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.desk import frame as desk_frame
from app.desk import live
from app.desk.frame import Visit
from app.editor import recall_view
from app.editor.dialogs import Ask
from app.editor.missing_view import counted
from app.editor.recall_desk import DESKS, RecallDesk, writes
from app.errors import RecordsError
from app.escalation.rota import time_zone
from app.records.recall_files import Recall, Recallable
from app.wiring import Application


def mount(app: Application) -> None:
    """Put the page at `/desk/editor/recalls` and `/desk/care/recalls`."""
    for desk in DESKS:
        _mount(app, desk)


def _mount(app: Application, desk: RecallDesk) -> None:
    @desk_frame.page(desk.path, "Recalls")
    async def recalls(request: Request, slug: str = "", revision: int = 0) -> Response | None:
        """Every recall; `slug` and `revision` ask for the one of that revision."""
        visit = await desk.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await RecallsPage(visit, desk, (slug, revision)).draw()
        return None


@dataclass(frozen=True, slots=True)
class _Seen:
    due: Sequence[Recallable]
    recalls: Sequence[Recall]


class RecallsPage:
    """The list; one recall has a page of its own."""

    def __init__(self, visit: Visit, desk: RecallDesk, asked: tuple[str, int]) -> None:
        self._visit, self._app, self._desk, self._asked = visit, visit.app, desk, asked
        self._zone = time_zone(visit.app.settings.time_zone)
        self._starting: Recallable | None = None

    async def draw(self) -> None:
        """Draw the page; whoever came for one revision is asked about it at once."""
        self._desk.header(self._visit)
        seen = await run.io_bound(self._read)
        with ui.column().classes("cd-page ed-recalls"):
            desk_frame.heading("Recalls")
            ui.label(
                "When an article that patients were quoted is corrected or withdrawn, a recall finds their conversations, "
                "so that they can be told."
            ).classes("cd-hint")
            if seen is None:
                ui.label(live.NOT_READ).classes("cd-troubles").props('role="alert"')
            else:
                self._start = Ask("Start a recall", "Start the recall", self._started, "Why (the team reads this, patients do not)")
                self._asked_for(seen)
                self._due([each for each in seen.due if not each.under_way])
                self._list("Under way", [each for each in seen.recalls if each.closed is None], "No recall is under way.")
                self._list("Closed", [each for each in seen.recalls if each.closed is not None], "")
        await live.keep_signed_in(self._visit, self._desk.address)

    def _read(self) -> _Seen | None:
        try:
            snapshot = self._app.library.snapshot()
            return _Seen(self._app.recall_files.due(snapshot), self._app.recall_files.all(snapshot))
        except RecordsError:
            return None

    def _asked_for(self, seen: _Seen) -> None:
        """The revision that the address names: asked about, or in a sentence why there is nothing to ask."""
        slug, revision = self._asked
        if not slug:
            return
        recall = next((each for each in seen.recalls if (each.slug, each.revision) == self._asked), None)
        due = next((each for each in seen.due if (each.slug, each.revision) == self._asked), None)
        if due is not None and not due.under_way and writes(self._visit.member):
            self._open(due)
        elif recall is not None:
            with ui.row().classes("ed-warning"):
                ui.label(f"Revision {revision} is {'being recalled' if recall.closed is None else 'recalled and done'} already.")
                desk_frame.link("Go to its recall", f"{self._desk.address}/{recall.id}")
        elif due is None:
            told = f"Nothing to recall of revision {revision} of {slug}: no patient was quoted it, or patients still get it."
            ui.label(told).classes("ed-warning")

    def _due(self, due: Sequence[Recallable]) -> None:
        desk_frame.heading(f"Patients were quoted what they no longer get ({len(due)})", rank=2)
        if not due:
            ui.label("Nothing that patients were quoted has been corrected or withdrawn without a recall.").classes("cd-empty")
        with ui.element("ol").classes("cd-list"):
            for each in due:
                with ui.element("li").classes("ed-recall").props('data-testid="due"'):
                    ui.html(recall_view.due(each, self._zone), sanitize=False).classes("ed-recall-told")
                    if writes(self._visit.member):
                        self._button(each)
        if due and not writes(self._visit.member):
            ui.label("An editor or clinical reviewer starts a recall.").classes("cd-hint")

    def _button(self, each: Recallable) -> None:
        named = f'aria-label="Start a recall of {each.title.replace(chr(34), "")}, revision {each.revision}"'
        ui.button("Start a recall", on_click=lambda: self._open(each)).props(f"no-caps unelevated {named}").classes("cd-button")

    def _list(self, title: str, recalls: Sequence[Recall], nothing: str) -> None:
        if not recalls and not nothing:
            return
        desk_frame.heading(f"{title} ({len(recalls)})", rank=2)
        if not recalls:
            ui.label(nothing).classes("cd-empty")
        with ui.element("ol").classes("cd-list"):
            for each in recalls:
                with ui.element("li").classes("ed-recall").props('data-testid="recall"'):
                    ui.html(recall_view.line(each, self._desk.address, self._zone), sanitize=False).classes("ed-recall-told")

    def _open(self, each: Recallable) -> None:
        self._starting = each
        what = "was withdrawn" if each.withdrawn else "has been corrected"
        self._start.open(
            f"Revision {each.revision} of “{each.title}” {what}. {counted(each.chats + each.made_up, 'conversation')} quoted it. "
            "Starting tells nobody yet: a note is left conversation by conversation."
        )

    async def _started(self, reason: str) -> bool:
        each, who = self._starting, self._visit.member.id
        if each is None:
            return False
        made: list[int] = []
        done = await live.attempt(lambda: made.append(self._app.recalls.open(each.slug, each.revision, reason, who)))
        if done:
            live.go(f"{self._desk.address}/{made[0]}")
        return done
