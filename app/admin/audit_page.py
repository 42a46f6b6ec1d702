"""The audit log: searched by who, what, to what and when; a page at a time; and proven whole."""

from datetime import datetime, timedelta

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app import audit_trail
from app.admin import frame
from app.desk import frame as desk_frame
from app.desk import live, pieces, tables
from app.desk.frame import Visit
from app.errors import RecordsError
from app.records.audit import PAGE, Found, Wanted
from app.records.audit_proof import Verdict
from app.wiring import Application

_HERE = "/desk/admin/audit"


def mount(app: Application) -> None:
    """Put the page at `/desk/admin/audit`."""

    @desk_frame.page("/admin/audit", "Audit log")
    async def audit(request: Request) -> Response | None:
        """Who did and read what, for administrators; each opening is recorded."""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await AuditPage(visit).draw()
        return None


class AuditPage:
    """One search at a time; nothing here runs with a clock."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._app, self._page = visit, visit.app, 0

    async def draw(self) -> None:
        """Draw the page; nothing is shown where the reading itself cannot be recorded."""
        frame.header(self._visit)
        opened = await live.attempt(lambda: self._app.audit.record(self._visit.member.id, "audit.read", "audit"))
        names = await run.io_bound(self._names) or {}
        with ui.column().props('role="main"').classes("cd-page"):
            desk_frame.heading("Audit log")
            ui.label(
                "Who did and read what: ids and verbs, no words. Entries are chained; none can be changed or taken out unseen."
            ).classes("cd-hint")
            with ui.row().classes("cd-actions"):
                pieces.button("Check that it is whole", self._verify, main=True).mark("verify")
                self._verdict = pieces.Changing("cd-switch", 'role="status" data-testid="verdict"')
            with ui.row().classes("cd-actions"):
                self._actor = pieces.Choice(
                    "Who", {**names, "operator": "operator", "system": "system", "nobody": "nobody"}, none="everybody"
                )
                self._verb = ui.input("Verb, or how it begins").props("outlined dense maxlength=40")
                self._subject = ui.input("Subject, an id").props("outlined dense maxlength=80")
                self._since, self._until = (ui.input(label).props("outlined dense type=date stack-label") for label in ("From", "To"))
                pieces.button("Search", self._search).mark("search")
            self._found = ui.column().style("width:100%").props('data-testid="entries"')
            with ui.row().classes("cd-actions"):
                self._newer = pieces.button("Newer", lambda: self._turn(-1))
                self._older = pieces.button("Older", lambda: self._turn(1))
        if opened:
            await self._show()
        await live.keep_signed_in(self._visit, _HERE)

    async def _search(self) -> None:
        self._page = 0
        await self._show()

    async def _turn(self, by: int) -> None:
        self._page = max(0, self._page + by)
        await self._show()

    async def _show(self) -> None:
        wanted, page = self._wanted(), self._page
        found = await run.io_bound(self._read, wanted, page)
        if found is None:
            live.notice("The log cannot be read just now. Please try again in a moment.")
            return
        entries, names = found
        rows = [
            [str(n), f"{e.at:%Y-%m-%d %H:%M:%S}", names.get(e.actor, e.actor), e.verb, names.get(e.subject, e.subject)]
            for n, e in entries.entries
        ]
        last = max(0, (entries.count - 1) // PAGE)
        self._found.clear()
        with self._found:
            caption = f"{entries.count} entries, page {page + 1} of {last + 1}"
            tables.table(caption, ["Number", "When (UTC)", "Who", "Did what", "To what"], rows)
        self._newer.set_enabled(page > 0)
        self._older.set_enabled(page < last)

    def _wanted(self) -> Wanted:
        until = _day(self._until.value)
        subject = (self._subject.value or "").strip()
        return Wanted(
            self._actor.value,
            (self._verb.value or "").strip(),
            subject,
            _day(self._since.value),
            until + timedelta(days=1) if until else None,
        )

    def _read(self, wanted: Wanted, page: int) -> tuple[Found, dict[str, str]] | None:
        try:
            return self._app.audit.find(wanted, page), dict(audit_trail.names(self._app))
        except RecordsError:
            return None

    def _names(self) -> dict[str, str]:
        try:
            return dict(audit_trail.names(self._app))
        except RecordsError:
            return {}

    async def _verify(self) -> None:
        verdict = await run.io_bound(self._proven)
        if verdict is not None:
            self._verdict.show(_told(verdict))

    def _proven(self) -> Verdict | None:
        try:
            return self._app.audit_proof.verify()
        except RecordsError:
            return None


def _told(verdict: Verdict) -> str:
    if verdict.broken is not None:
        return f"<strong>Not whole.</strong> Entry {verdict.broken.number}: {verdict.broken.problem}."
    return f"Whole: {verdict.entries} entries are as they were written ({verdict.first} to {verdict.last})."


def _day(typed: object) -> datetime | None:
    """A day that was chosen; None for none, and for what is no day."""
    try:
        return audit_trail.utc(datetime.strptime(str(typed or ""), "%Y-%m-%d"))  # noqa: DTZ007 (`utc` gives it its zone)
    except ValueError:
        return None
