"""Staff sign-in: name and password, then the second factor, which is set up here where it is needed and not there yet."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app import totp
from app.pages.staff_pages import COOKIE, desk, held, keep, place, sign_in_form, sign_in_step, staff_page
from app.wiring import Application

__all__ = ["COOKIE", "routes"]
_STEPS = {"code": "/code", "enrol": "/second-factor"}
_FAILED = (
    "That name and password do not fit. Check both, or ask an administrator. After several failures a name is closed for a while, "
    "and opens again by itself."
)
_NO_PASSWORDS = "Passwords are not used here. Sign in with your clinic account."
Code = Annotated[str, Form(max_length=40)]
To = Annotated[str, Form(max_length=400)]


def routes(app: Application) -> APIRouter:
    """`/sign-in` and its steps, `/sign-out` and the desks' short addresses."""
    router = APIRouter()
    _password(app, router)
    _code(app, router)
    _second_factor(app, router)

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        app.staff.sign_out(held(request))
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    for short, address in (("/care", "/desk/care"), ("/editor", "/desk/editor"), ("/admin", "/desk/admin")):
        router.add_api_route(short, lambda address=address: RedirectResponse(address), methods=["GET"])
    return router


def _password(app: Application, router: APIRouter) -> None:
    """The first step."""

    @router.get("/sign-in")
    def show(request: Request, to: str = "") -> Response:
        return sign_in_form(app, request, to)

    @router.post("/sign-in")
    def sign_in(
        request: Request,
        login: Annotated[str, Form(max_length=80)],
        password: Annotated[str, Form(max_length=200)],
        to: To = "",
    ) -> Response:
        if app.settings.staff_passwords == "off":
            return sign_in_form(app, request, to, told=_NO_PASSWORDS, status=403)
        token = app.staff.sign_in(login, password, place(request))
        if token is None:
            return sign_in_form(app, request, to, told=_FAILED, status=401)
        step = _STEPS.get(app.staff.stage(token) or "")
        return keep(app, request, _onward(step, to), token)


def _code(app: Application, router: APIRouter) -> None:
    """The second step of whoever has a second factor."""

    def form(request: Request, to: str, *, failed: bool) -> Response:
        return staff_page(app, request, "sign_in_code.html", {"to": desk(to), "failed": failed}, 401 if failed else 200)

    @router.get("/sign-in/code")
    def show(request: Request, to: str = "") -> Response:
        return form(request, to, failed=False) if app.staff.stage(held(request)) == "code" else _again(to)

    @router.post("/sign-in/code")
    def pass_code(request: Request, code: Code, to: To = "") -> Response:
        if app.staff.stage(held(request)) != "code":
            return _again(to)
        token = app.staff.pass_code(held(request), code, place(request))
        return form(request, to, failed=True) if token is None else keep(app, request, _onward(None, to), token)


def _second_factor(app: Application, router: APIRouter) -> None:
    """Setting up a second factor: at the first sign-in where everybody needs one, and later from the account page."""

    def form(request: Request, to: str, *, failed: bool) -> Response:
        member = app.staff.enrolling(held(request))
        secret = app.staff.offered(held(request))
        if member is None or not secret:
            return _again(to)
        values: dict[str, object] = {"to": desk(to), "failed": failed, "key": totp.grouped(secret), "login": member.login}
        values["link"] = totp.address(secret, member.login, app.settings.clinic)
        return staff_page(app, request, "second_factor.html", values, 401 if failed else 200)

    @router.get("/sign-in/second-factor")
    def show(request: Request, to: str = "") -> Response:
        return form(request, to, failed=False)

    @router.post("/sign-in/second-factor")
    def enrol(request: Request, code: Code, to: To = "") -> Response:
        done = app.staff.enrol(held(request), code, place(request))
        if done is None:
            return form(request, to, failed=True)
        token, codes = done
        return keep(app, request, staff_page(app, request, "recovery_codes.html", {"to": desk(to), "codes": codes}), token)


def _onward(step: str | None, to: str) -> Response:
    """To the next step, or to the desk."""
    return RedirectResponse(sign_in_step(to, step) if step else desk(to), status_code=303)


def _again(to: str) -> Response:
    """From the beginning: the first step was too long ago, or never taken."""
    return RedirectResponse(sign_in_step(to), status_code=303)
