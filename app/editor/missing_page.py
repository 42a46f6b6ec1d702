"""The editors' to-do list: what patients asked and got no good answer to, the most patients first. Each reading is recorded."""

from functools import partial

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.content import gap_report
from app.content.editorial import WRITERS
from app.content.gap_report import Gap, Report
from app.content.gaps import Ruling
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.desk.pieces import Changing
from app.editor import frame, missing_view
from app.editor.missing_dialogs import AsideDialog, BeginDialog
from app.errors import RecordsError
from app.escalation.rota import time_zone
from app.records.models import now
from app.wiring import Application
from knowledge.front_matter import ArticleKind

_PERIODS = (30, 90, 180, 365)
_DOWN = "The records cannot be read just now. Nothing is lost: read again in a moment."
_READING = "Reading… With many chats this takes some seconds."


def mount(app: Application) -> None:
    """Put the page at `/desk/editor/missing`."""

    @desk_frame.page("/editor/missing", "What is missing")
    async def missing(request: Request) -> Response | None:
        """Questions without a good answer, for editors and reviewers."""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await MissingPage(visit).draw()
        return None


class MissingPage:
    """One open list. What was chosen last is shown, whichever reading ends first."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._app = visit, visit.app
        self._zone = time_zone(visit.app.settings.time_zone)
        self._writes = visit.member.role in WRITERS
        self._asked = 0

    async def draw(self) -> None:
        """Draw the page; the list follows when it has been read."""
        frame.header(self._visit)
        only_demo = await run.io_bound(self._only_demo)
        with ui.column().classes("cd-page ed-missing-page"):
            desk_frame.heading("What is missing")
            ui.label(self._about()).classes("cd-hint")
            with ui.row().classes("ed-gap-choices"):
                usual = self._app.settings.gap_days
                days = {each: f"the last {each} days" for each in sorted({*_PERIODS, usual})}
                self._days = ui.select(days, value=usual, label="Asked in", on_change=self._read).props("outlined dense").classes("ed-days")
                self._demo = ui.checkbox("Made-up demo chats instead of patients'", value=bool(only_demo), on_change=self._read)
                pieces.button("Read again", self._read)
            self._state = Changing("ed-reading", 'role="status" data-testid="reading"')
            self._body = ui.column().classes("ed-gaps").props('data-testid="missing"')
        self._steps = (BeginDialog(self._begun), AsideDialog(self._set_aside)) if self._writes else None
        self._state.show(_READING)
        await live.keep_signed_in(self._visit, "/desk/editor/missing")
        ui.timer(0, self._read, once=True)

    def _about(self) -> str:
        fewest = self._app.settings.gap_patients
        acts = "" if self._writes else " Editors and clinical reviewers act on it."
        return (
            "Questions that were not covered, sent elsewhere, rated unhelpful or asked again, grouped by what they ask for. Names and "
            f"numbers are masked, and at least {fewest} patients make a group. Each reading is recorded.{acts}"
        )

    def _only_demo(self) -> bool:
        try:
            return self._app.gap_store.only_demo()
        except RecordsError:
            return False

    async def _read(self) -> None:
        """Read what is chosen and draw it; what stood before stays in sight, dimmed, until then."""
        self._asked += 1
        asked, days, demo = self._asked, int(self._days.value), bool(self._demo.value)
        self._state.show(_READING)
        self._body.classes(add="ed-stale")
        found: Report | str | None = _DOWN
        try:
            found = await run.io_bound(self._report, days, demo=demo)
        finally:
            if found is not None and asked == self._asked:  # else the server stops, or something else was chosen meanwhile
                self._show(found, demo=demo)

    def _report(self, days: int, *, demo: bool) -> Report | str:
        """The list, or in a sentence why it is not there; a reading that cannot be recorded does not happen."""
        try:
            self._app.audit.record(self._visit.member.id, "missing.read", "missing")
            return self._app.missing.report(days, demo=demo)
        except RecordsError:
            return _DOWN

    def _show(self, found: Report | str, *, demo: bool) -> None:
        self._state.show("")
        self._body.classes(remove="ed-stale")
        self._body.clear()
        with self._body:
            if isinstance(found, str):
                ui.label(found).classes("cd-troubles").props('role="alert"')
                return
            if demo:
                ui.label("These chats are made up: no patient asked any of this.").classes("ed-warning")
            ui.html(missing_view.summary(found), sanitize=False).classes("ed-gap-summary")
            self._open(found)
            self._set_aside_before(found)

    def _open(self, report: Report) -> None:
        desk_frame.heading(f"To look at ({len(report.open)})", rank=2)
        if not report.open:
            ui.label("Nothing that enough patients asked for is waiting.").classes("cd-empty")
        self._list(report.open)

    def _set_aside_before(self, report: Report) -> None:
        if report.aside:
            with ui.expansion(f"Set aside ({len(report.aside)})").classes("cd-box cd-fold"):
                self._list(report.aside)

    def _list(self, gaps: tuple[Gap, ...]) -> None:
        with ui.element("ol").classes("cd-list"):
            for gap in gaps:
                with ui.element("li").classes("ed-gap").props(f'data-testid="gap" data-key="{gap.group.key}"'):
                    ui.html(missing_view.card(gap, self._zone, writes=self._writes), sanitize=False).classes("ed-gap-card")
                    if self._steps:
                        self._offer(gap, *self._steps)

    def _offer(self, gap: Gap, begin: BeginDialog, aside: AsideDialog) -> None:
        with ui.row().classes("ed-gap-steps"):
            if gap.aside:
                pieces.button("Open again", partial(self._open_again, gap))
                return
            label, look = ("Begin another article", "outline") if gap.decision else ("Begin an article", "")
            ui.button(label, on_click=partial(begin.open, gap)).props(f"no-caps unelevated {look}").classes("cd-button")
            ui.button("Set aside", on_click=partial(aside.open, gap)).props("no-caps unelevated outline").classes("cd-button")

    async def _begun(self, gap: Gap, kind: ArticleKind, title: str) -> bool:
        article = gap_report.beginning(gap.group, kind, now().astimezone(self._zone).date(), title)
        who = self._visit.member.id
        begun = await live.attempt(lambda: self._app.gap_store.begin(gap.group, article.slug, article.text, who))
        if begun:
            live.go(f"/desk/editor/write/{article.slug}")
        return begun

    async def _set_aside(self, gap: Gap, ruling: Ruling, reason: str) -> bool:
        done = await self._decide(gap, ruling, reason)
        if done:
            live.notice("Set aside.", good=True)
        return done

    async def _open_again(self, gap: Gap) -> None:
        await self._decide(gap, "open", "")

    async def _decide(self, gap: Gap, ruling: Ruling, reason: str) -> bool:
        who = self._visit.member.id
        done = await live.attempt(lambda: self._app.gap_store.decide(gap.group, ruling, reason, who))
        if done:
            await self._read()
        return done
