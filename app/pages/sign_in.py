"""Staff sign-in: a form, a session cookie, and the way out."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.pages.templating import page
from app.wiring import Application

COOKIE = "carelight_staff"
_SESSION_S = 8 * 3600
_DESKS = ("/desk/care", "/desk/editor", "/desk/rules")
_WITHIN_A_DESK = re.compile(r"/desk/(?:care|editor|rules)(?:/[a-z0-9][a-z0-9.-]{0,120}){0,3}(?:\?[A-Za-z0-9=&._-]{1,200})?")
"""A page of a desk, such as the case that a notice points at, with what it is asked for."""


def routes(app: Application) -> APIRouter:
    """`/sign-in`, `/sign-out` and the desks' short addresses."""
    router = APIRouter()

    def form(request: Request, to: str, *, failed: bool) -> Response:
        region = app.settings.region or None
        values = {
            "clinic": app.settings.clinic,
            "emergency": app.cards.emergency_line(region, app.words),
            "to": _desk(to),
            "failed": failed,
        }
        return page(request, "sign_in.html", values, status=401 if failed else 200)

    @router.get("/sign-in")
    def show(request: Request, to: str = "") -> Response:
        return form(request, to, failed=False)

    @router.post("/sign-in")
    def sign_in(
        request: Request,
        login: Annotated[str, Form(max_length=80)],
        password: Annotated[str, Form(max_length=200)],
        to: Annotated[str, Form(max_length=400)] = "",
    ) -> Response:
        token = app.staff.sign_in(login, password)
        if token is None:
            return form(request, to, failed=True)
        response = RedirectResponse(_desk(to), status_code=303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, token, max_age=_SESSION_S, httponly=True, samesite="strict", secure=secure)
        return response

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        app.staff.sign_out(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    @router.get("/care")
    def care() -> Response:
        return RedirectResponse("/desk/care")

    @router.get("/editor")
    def editor() -> Response:
        return RedirectResponse("/desk/editor")

    return router


def _desk(to: str) -> str:
    """Where a sign-in leads: the desk page that was asked for, and nowhere else."""
    return to if to in _DESKS or _WITHIN_A_DESK.fullmatch(to) else _DESKS[0]
