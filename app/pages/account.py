"""One's own account: the password, the second factor, and every desk that is signed in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.pages.staff_pages import held, sign_in_step, signed_in, staff_page
from app.records.staff import StaffMember
from app.records.staff_admin import session_of
from app.wiring import Application

_HERE = "/account"
_SAID = {
    "password": "Your password is changed. Your other desks are signed out.",
    "session": "That desk is signed out.",
    "sessions": "All your other desks are signed out.",
}
Password = Annotated[str, Form(max_length=400)]


def routes(app: Application) -> APIRouter:
    """`/account` and what can be changed there."""
    router = APIRouter()
    _password(app, router)
    _second_factor(app, router)
    _sessions(app, router)

    @router.get("/account")
    def show(request: Request, done: str = "") -> Response:
        return _form(app, request, signed_in(app, request, _HERE), said=done)

    return router


def _form(app: Application, request: Request, member: StaffMember, problem: str = "", said: str = "") -> Response:
    values: dict[str, object] = {
        "member": member,
        "problem": problem,
        "said": _SAID.get(said, ""),
        "password": app.staff.has_password(member.id),
        "second_factor": app.staff.second_factor.has(member.id),
        "codes_left": app.staff.second_factor.left(member.id),
        "sessions": app.staff_admin.sessions(member.id),
        "here": session_of(held(request)),
    }
    return staff_page(app, request, "account.html", values, 400 if problem else 200)


def _password(app: Application, router: APIRouter) -> None:
    @router.post("/account/password")
    def change_password(request: Request, old: Password, new: Password, again: Password) -> Response:
        member = signed_in(app, request, _HERE)
        if new != again:
            return _form(app, request, member, "the two new passwords are not the same")
        try:
            app.staff_admin.change_own_password(held(request), old, new)
        except ValueError as error:
            return _form(app, request, member, str(error))
        return RedirectResponse("/account?done=password", status_code=303)


def _second_factor(app: Application, router: APIRouter) -> None:
    @router.post("/account/second-factor")
    def second_factor(request: Request, password: Password) -> Response:
        """Set up another one; asked for the password, for a desk left open must not be enough."""
        member = signed_in(app, request, _HERE)
        if not app.staff.begin_enrolment(held(request), password):
            return _form(app, request, member, "the present password is not right")
        return RedirectResponse(sign_in_step(_HERE, "/second-factor"), status_code=303)


def _sessions(app: Application, router: APIRouter) -> None:
    @router.post("/account/sessions")
    def end_session(request: Request, session: Annotated[str, Form(max_length=40)] = "") -> Response:
        """End one desk, or with no name all but this one."""
        member = signed_in(app, request, _HERE)
        if session:
            app.staff_admin.end_session(member.id, session, member.id)
        else:
            app.staff_admin.end_sessions(member.id, member.id, keep=held(request))
        return RedirectResponse(f"/account?done={'session' if session else 'sessions'}", status_code=303)
