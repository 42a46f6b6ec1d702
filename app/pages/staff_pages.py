"""What sign-in and account pages share: the cookie, where a sign-in comes from and where it may lead."""

import re
from urllib.parse import quote

from fastapi import HTTPException, Request
from fastapi.responses import Response

from app.known_devices import KNOWN_S
from app.pages.templating import page
from app.records.staff import StaffMember
from app.sign_in_rules import Place, browser_of
from app.wiring import Application

COOKIE = "carelight_staff"
_SESSION_S = 8 * 3600
_SIGN_IN = "/sign-in"
"""The pages that a browser shows its known-device cookies to, and no others."""
_DESKS = ("/desk/care", "/desk/editor", "/desk/rules", "/desk/admin")
_WITHIN_A_DESK = re.compile(r"/account|/desk/(?:care|editor|rules|admin)(?:/[a-z0-9][a-z0-9.-]{0,120}){0,3}(?:\?[A-Za-z0-9=&._-]{1,200})?")
"""A page of a desk, such as the case that a notice points at, with what it is asked for."""


def desk(to: str) -> str:
    """Where a sign-in leads: the desk page that was asked for, and nowhere else."""
    return to if to in _DESKS or _WITHIN_A_DESK.fullmatch(to) else _DESKS[0]


def sign_in_step(to: str, step: str = "") -> str:
    """The address of a step of the sign-in, the first where none is named, that leads on to the desk page `to`."""
    return f"/sign-in{step}?to={quote(desk(to))}"


def place(request: Request) -> Place:
    """Where a request comes from."""
    return Place(request.client.host if request.client else "", browser_of(request.headers.get("user-agent", "")), request.cookies)


def keep(app: Application, request: Request, response: Response, token: str) -> Response:
    """Give the browser its session; over https alone where that is how the desks are reached, whatever the proxy says.

    A sign-in that is through also makes the browser a known one: strangers' failures do not close it to that login.
    """
    public = app.settings.desk_origin or app.settings.origin
    secure = request.url.scheme == "https" or public.startswith("https://")
    response.set_cookie(COOKIE, token, max_age=_SESSION_S, httponly=True, samesite="strict", secure=secure)
    if (member := app.staff.member(token)) is not None:
        devices = app.staff.guard.devices
        name, value = devices.cookie(member.login), devices.made(member.login)
        response.set_cookie(name, value, max_age=KNOWN_S, path=_SIGN_IN, httponly=True, samesite="lax", secure=secure)
    return response


def held(request: Request) -> str:
    """The token that the browser holds; empty without one."""
    return request.cookies.get(COOKIE, "")


def signed_in(app: Application, request: Request, here: str) -> StaffMember:
    """Who is signed in; whoever is not is led through the sign-in and back to the page `here`."""
    member = app.staff.member(held(request))
    if member is None:
        raise HTTPException(303, headers={"location": sign_in_step(here)})
    return member


def sign_in_form(app: Application, request: Request, to: str, told: str = "", status: int = 200) -> Response:
    """The sign-in, which leads on to `to`, with what is `told` above it."""
    ways = {"clinic_account": app.staff_portal is not None, "passwords": app.settings.staff_passwords == "on"}
    return staff_page(app, request, "sign_in.html", {"to": desk(to), "told": told, **ways}, status)


def staff_page(app: Application, request: Request, template: str, values: dict[str, object], status: int = 200) -> Response:
    """A page for staff, with the clinic's name and how to get help at once; kept by no browser, for some show secrets once."""
    region = app.settings.region or None
    common = {"clinic": app.settings.clinic, "emergency": app.cards.emergency_line(region, app.words)}
    response = page(request, template, {**common, **values}, status=status)
    response.headers["cache-control"] = "no-store"
    return response
