"""Accounts: who may sign in, with which role, and where they are signed in now."""

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from html import escape

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.admin import frame
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.editor.dialogs import Ask
from app.errors import RecordsError
from app.records.staff import ROLES
from app.records.staff_admin import Account
from app.wiring import Application

_HERE = "/desk/admin/staff"
_ROLES = {role: role for role in ROLES}
_SYLLABLES = [consonant + vowel for consonant in "bdfghklmnprstvz" for vowel in "aeiou"]


def mount(app: Application) -> None:
    """Put the page at `/desk/admin/staff`."""

    @desk_frame.page("/admin/staff", "Staff")
    async def staff(request: Request) -> Response | None:
        """Accounts, for administrators."""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await StaffPage(visit).draw()
        return None


def first_password() -> str:
    """A password to begin with, easy to read out: 74 bits."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(4))


class StaffPage:
    """The list, drawn anew after each change."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._app = visit, visit.app
        self._step: Callable[[], None] = lambda: None

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        self._sure = Ask("Change this account", "Yes, do it", self._take)
        with ui.column().props('role="main"').classes("cd-page"):
            desk_frame.heading("Staff")
            about = "Each change holds at once: open desks that it ends are closed within seconds. All of it is on the audit log."
            ui.label(about).classes("cd-hint")
            self._told = pieces.Changing("cd-due", 'role="status" data-testid="told"')
            self._list = ui.column().classes("cd-panels").props('data-testid="accounts"')
            self._form()
        await self._show()
        await live.keep_signed_in(self._visit, _HERE)

    def _form(self) -> None:
        with ui.expansion("Add somebody").classes("cd-box cd-fold"):
            self._login = _field("Login", 80)
            self._name = _field("Name, as colleagues and patients read it", 120)
            self._title = _field("What patients read beside the name, such as nurse", 80)
            self._role = pieces.Choice("Role", _ROLES, chosen="care")
            pieces.button("Add", self._add, main=True).mark("add")

    async def _add(self) -> None:
        login, name, title = ((field.value or "").strip() for field in (self._login, self._name, self._title))
        if not login:
            live.notice("a login is needed")
            return
        password, who, role = first_password(), self._visit.member.id, self._role.value or "care"
        if await live.attempt(lambda: self._app.staff.add(login, name or login, role, password, title, by=who)):
            self._say(f"{login} can sign in with this password, shown only now: {password}. Ask them to change it at /account.")
            for field in (self._login, self._name, self._title):
                field.value = ""
            await self._show()

    async def _show(self) -> None:
        accounts = await run.io_bound(self._read)
        if accounts is None:
            live.notice("The accounts cannot be read just now. Reload this page in a moment.")
            return
        self._list.clear()
        with self._list:
            for account in accounts:
                self._account(account)

    def _read(self) -> Sequence[Account] | None:
        try:
            return self._app.staff_admin.accounts()
        except RecordsError:
            return None

    def _account(self, account: Account) -> None:
        admin, who, by = self._app.staff_admin, account.id, self._visit.member.id
        with ui.expansion(f"{account.name} ({account.login})", caption=_state(account)).classes("cd-box cd-fold"):
            if account.disabled:
                pieces.button("Let them sign in again", partial(self._do, lambda: admin.enable(who, by)), main=True)
                return
            with ui.row().classes("cd-actions"):
                role = pieces.Choice("Role", _ROLES, chosen=account.role)
                pieces.button("Give this role", partial(self._do, lambda: admin.give_role(who, role.value or account.role, by)))
            with ui.row().classes("cd-actions"):
                self._button("Sign out everywhere", account, "Every open desk of theirs ends.", lambda: admin.end_sessions(who, by))
                self._button(
                    "New password", account, "They get a new one, shown once. Open desks end.", partial(self._new_password, account)
                )
                if self._app.staff_portal is not None and not account.clinic_account:
                    told = f"Whoever next signs in with the clinic account called {account.login} takes it over. Its password ends then."
                    join = partial(self._app.clinic_accounts.join, who, account.login, by)
                    self._button("Join to clinic account", account, told, join)
                if account.second_factor:
                    told = "For a lost phone. They set up a new one at their next sign-in. Be sure that it is they who ask."
                    self._button("Take away second factor", account, told, lambda: admin.reset_second_factor(who, by))
                self._button("Disable", account, "They cannot sign in any more, and open desks end.", lambda: admin.disable(who, by))

    def _button(self, text: str, account: Account, told: str, step: Callable[[], None]) -> None:
        async def ask() -> None:
            self._step = step
            self._sure.open(f"{text}: {account.name}. {told}")

        pieces.button(text, ask)

    def _new_password(self, account: Account) -> None:
        password = first_password()
        self._app.staff_admin.set_password(account.id, password, self._visit.member.id)
        self._news = f"The new password of {account.login}, shown only now: {password}. Ask them to change it at /account."

    _news = ""

    async def _take(self, _nothing: str) -> bool:
        return await self._do(self._step)

    async def _do(self, step: Callable[[], None]) -> bool:
        self._news = ""
        if not await live.attempt(step):
            return False
        self._say(self._news or "Done.")
        await self._show()
        return True

    def _say(self, text: str) -> None:
        self._told.show(escape(text))


def _field(label: str, longest: int) -> ui.input:
    return ui.input(label).props(f"outlined dense maxlength={longest} autocomplete=off").classes("cd-area")


def _state(account: Account) -> str:
    if account.disabled:
        return f"{account.role}, disabled"
    desks = f"{account.sessions} open {'desk' if account.sessions == 1 else 'desks'}"
    role = f"{account.role}, clinical lead" if account.lead else account.role
    used = f", last used {account.last_active:%d %b, %H:%M} UTC" if account.last_active else ""
    return f"{role}; {account.proof}; {desks}{used}"
