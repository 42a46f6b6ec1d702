"""The administrator's first page: the stop switch, what is on and how it is, and what keeps it from production."""

from html import escape

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.admin import frame
from app.desk import frame as desk_frame
from app.desk import live, pieces, tables
from app.desk.frame import Visit
from app.editor.dialogs import Ask
from app.records.stops import Turned
from app.server import status
from app.wiring import Application

_HERE = "/desk/admin"
_MEANS = (
    "While it is stopped patients get care cards, set words and the library's pages; nothing is searched or drafted for them. "
    "Red flags are looked for all the same. It holds on every server within two seconds."
)


def mount(app: Application) -> None:
    """Put the page at `/desk/admin`."""

    @desk_frame.page("/admin", "Administration")
    async def overview(request: Request) -> Response | None:
        """What is on, for administrators."""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await OverviewPage(visit).draw()
        return None


class OverviewPage:
    """The switch is live; the rest is read when the page opens, and again when asked."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._app = visit, visit.app

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        self._stop = Ask("Stop the assistant", "Stop it now", self._stopped, "Why, for colleagues")
        self._start = Ask("Let the assistant answer again", "Answer again", self._started)
        with ui.column().props('role="main"').classes("cd-page"):
            desk_frame.heading("Administration")
            with ui.column().classes("cd-box"):
                desk_frame.heading("Stop switch", rank=2)
                self._state = pieces.Changing("cd-switch", 'role="status" data-testid="switch"')
                ui.label(_MEANS).classes("cd-hint")
                self._turn_on = pieces.button("Stop the assistant", self._ask_stop, main=True).mark("stop")
                self._turn_off = pieces.button("Let it answer again", self._ask_start, main=True).mark("start")
            self._status = ui.column().classes("cd-panels").props('data-testid="status"')
            pieces.button("Look again", self._look)
        await self._look()
        await live.keep(self._visit, self._read, self._show, lambda _problem: None, _HERE)

    def _read(self) -> tuple[Turned | None, str]:
        """The stop in force, and who stopped it."""
        turned = self._app.stop_switch.now()
        if turned is None:
            return None, ""
        names = {account.id: account.name for account in self._app.staff_admin.accounts()}
        return turned, names.get(turned.by, turned.by)

    def _show(self, seen: tuple[Turned | None, str]) -> None:
        turned, who = seen
        told = "The assistant answers."
        if turned is not None:
            told = f"<strong>Stopped</strong> since {turned.at:%d %b %Y, %H:%M} UTC by {escape(who)}: {escape(turned.why)}"
        self._state.show(told)
        self._turn_on.set_visibility(turned is None)
        self._turn_off.set_visibility(turned is not None)

    async def _ask_stop(self) -> None:
        self._stop.open("Answers that are being made now are not shown either. Open chats are told above their messages.")

    async def _ask_start(self) -> None:
        self._start.open("Questions are answered from the library again, at once.")

    async def _stopped(self, why: str) -> bool:
        return await self._turn(why, on=True)

    async def _started(self, _nothing: str) -> bool:
        return await self._turn("", on=False)

    async def _turn(self, why: str, *, on: bool) -> bool:
        who = self._visit.member.id
        return await live.attempt(lambda: self._app.stop_switch.turn(on=on, why=why, by=who))

    async def _look(self) -> None:
        read = await run.io_bound(lambda: (status.groups(self._app), status.gaps(self._app)))
        if read is None:  # the server stops
            return
        groups, gaps = read
        self._status.clear()
        with self._status:
            for group in groups:
                with ui.column().classes("cd-box"):
                    rows = [[line.name, line.value, _MARKS[line.well]] for line in group.lines]
                    tables.table(group.title, ["", "", ""], rows)
            with ui.column().classes("cd-box"):
                desk_frame.heading("What keeps it from production", rank=2)
                for gap in gaps:
                    ui.label(f"• {gap}")
                if not gaps:
                    ui.label("Nothing is missing.")


_MARKS = {True: "well", False: "look at this", None: ""}
