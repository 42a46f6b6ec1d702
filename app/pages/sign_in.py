"""Staff sign-in: a form, a session cookie, and the way out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.pages.templating import page
from app.wiring import Application

COOKIE = "carelight_staff"
_SESSION_S = 8 * 3600
_DESKS = ("/desk/care", "/desk/editor", "/desk/rules")


def routes(app: Application) -> APIRouter:
    """`/sign-in`, `/sign-out` and the desks' short addresses."""
    router = APIRouter()

    def form(request: Request, to: str, *, failed: bool) -> Response:
        region = app.settings.region or None
        values = {
            "clinic": app.settings.clinic,
            "emergency": app.cards.emergency_line(region, app.words),
            "to": to if to in _DESKS else _DESKS[0],
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
        to: Annotated[str, Form(max_length=40)] = "",
    ) -> Response:
        token = app.staff.sign_in(login, password)
        if token is None:
            return form(request, to, failed=True)
        response = RedirectResponse(to if to in _DESKS else _DESKS[0], status_code=303)
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

    return router
