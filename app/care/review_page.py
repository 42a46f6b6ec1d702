"""The review list: chats that raised no alarm, read again, masked, for what should have raised one."""

from collections.abc import Sequence
from functools import partial

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.desk import frame, live, tables
from app.desk.frame import CARE_ROLES
from app.errors import NotAllowedError, RecordsError
from app.escalation import reviews
from app.evals.report import Share
from app.records.review_list import REVIEW_VERDICTS, Read, Review, ReviewVerdict
from app.records.staff import StaffMember
from app.wiring import Application

_SAYS: dict[ReviewVerdict, str] = {
    "fine": "Fine",
    "missed_emergency": "Missed emergency",
    "missed_urgent": "Missed urgent",
    "unsure": "Unsure",
}
_DOWN = "The records cannot be read just now. Please try again in a moment."
_ROW = "width:100%;align-items:center;gap:12px;border-top:1px solid #e6eded;padding:8px 0"
_PATIENT = "background:#e8f1f1;border-radius:10px;padding:8px 12px;white-space:pre-wrap;max-width:90%;align-self:flex-end"
_OURS = "background:#f6f8f8;border:1px solid #e6eded;border-radius:10px;padding:8px 12px;white-space:pre-wrap;max-width:90%"
_MARKED = "border:3px solid #8a4b00"


def mount(app: Application) -> None:
    """Put the page at `/desk/care/reviews`."""

    @frame.page("/care/reviews", "Care desk")
    async def page(request: Request) -> Response | None:
        visit = await frame.visit(app, request, CARE_ROLES)
        if visit is None:
            return frame.to_sign_in(request)
        await _Page(app, visit.member).draw()
        await live.keep_signed_in(visit, "/desk/care/reviews")
        return None


class _Page:
    """One open page of the list."""

    def __init__(self, app: Application, member: StaffMember) -> None:
        self._app, self._member = app, member

    async def draw(self) -> None:
        """The whole page."""
        frame.header(self._app, self._member, "Care desk", frame.CARE_LINKS)
        only_demo = await run.io_bound(self._only_demo)
        with ui.column().style(tables.COLUMN):
            frame.heading("Review list")
            ui.label(self._about()).style(tables.MUTED)
            self._demo = ui.checkbox("Made-up demo chats instead of patients'", value=bool(only_demo), on_change=self._refresh)
            self._body = ui.column().style("width:100%;gap:16px").props('data-testid="reviews"')
        await self._refresh()

    def _about(self) -> str:
        size = self._app.settings.review_sample
        drawn = f"{size} a week are drawn at random, of patients who agreed" if size else "none are drawn (CARELIGHT_REVIEW_SAMPLE is 0)"
        return (
            f"Chats that raised no alarm are read again for what was missed: {drawn}; every message that a patient called urgent "
            "is here too. Names and numbers are masked, and each reading is recorded."
        )

    def _only_demo(self) -> bool:
        try:
            return self._app.review_list.only_demo()
        except RecordsError:
            return False

    def _listed(self, demo: bool) -> Sequence[Review] | str:
        """The list, or in a sentence why it is not there."""
        try:
            return self._app.review_list.all(demo=demo)
        except RecordsError:
            return _DOWN

    async def _refresh(self) -> None:
        demo = self._demo.value
        listed = await run.io_bound(self._listed, demo)
        if listed is None or self._demo.value != demo:  # the server stops, or the other list was chosen meanwhile
            return
        self._body.clear()
        with self._body:
            if isinstance(listed, str):
                ui.label(listed)
                return
            if not listed:
                ui.label("Nothing on the list.").style(tables.MUTED)
                return
            self._rates(listed)
            self._list("To read", [review for review in listed if review.verdict is None])
            self._list("Read", [review for review in listed if review.verdict is not None])

    def _rates(self, listed: Sequence[Review]) -> None:
        rates = reviews.missed_rates(listed)
        if not rates:
            return
        with ui.column().style(tables.BOX):
            frame.heading("How often something was missed", rank=2)
            rows = [[_week(rate.label), _of(rate.share), *tables.share(rate.share), str(rate.unread)] for rate in rates]
            tables.table("Missed, of the random sample", ["Week", "Missed", "Rate", "95 % interval", "To read"], rows)

    def _list(self, title: str, listed: Sequence[Review]) -> None:
        if not listed:
            return
        with ui.column().style(tables.BOX + ";gap:0"):
            frame.heading(f"{title} ({len(listed)})", rank=2)
            for review in listed:
                with ui.row().style(_ROW).props(f'data-testid="review" data-why="{review.why}"'):
                    ui.label("Patient called it urgent" if review.why == "said_urgent" else "Random sample").style("min-width:190px")
                    messages = f"{review.messages} {'message' if review.messages == 1 else 'messages'}"
                    ui.label(f"{review.week}, {messages}").style(tables.MUTED)
                    ui.space()
                    if review.verdict:
                        ui.label(_SAYS[review.verdict]).style("font-weight:600")
                    ui.button("Read", on_click=partial(self._read, review)).props("no-caps outline dense").style("padding:2px 14px")

    async def _read(self, review: Review) -> None:
        """The masked chat with the verdicts; the reading is on the trail before a word is shown."""
        try:
            lines = await run.io_bound(reviews.masked, self._app.review_list, review.id, self._member.id)
        except NotAllowedError as error:
            ui.notify(str(error).capitalize())
            return
        except RecordsError:
            ui.notify(_DOWN)
            return
        self._body.clear()
        with self._body, ui.column().style(tables.BOX).props('data-testid="reading"'):
            frame.heading("A chat that raised no alarm", rank=2)
            if lines is None:
                ui.label("This chat could not be masked, so nothing of it is shown.")
            else:
                for line in lines:
                    _line(line)
                self._verdicts(review)
            ui.button("Back to the list", on_click=self._refresh).props("no-caps flat")

    def _verdicts(self, review: Review) -> None:
        async def settle(verdict: ReviewVerdict) -> None:
            if await live.attempt(lambda: self._app.review_list.settle(review.id, self._member.id, verdict)):
                await self._refresh()

        ui.label("Should this chat have raised an alarm?").style("font-weight:600;border-top:1px solid #d3dedf;padding-top:12px;width:100%")
        with ui.row().style("gap:8px;width:100%"):
            for verdict in REVIEW_VERDICTS:
                chosen = "" if review.verdict == verdict else " outline"
                ui.button(_SAYS[verdict], on_click=partial(settle, verdict)).props(f"no-caps{chosen}")


def _line(line: Read) -> None:
    style = _PATIENT if line.by_patient else _OURS
    ui.label(line.text).style(f"{style};{_MARKED}" if line.marked else style)
    if line.marked:
        ui.label("The patient called this urgent").style("align-self:flex-end;color:#8a4b00;font-weight:600;font-size:0.9rem")


def _of(counted: Share) -> str:
    return f"{counted.hits} of {counted.total}" if counted.total else "none read yet"


def _week(label: str) -> str:
    return "All weeks" if label == "all" else label
