"""Patients who sign in with their account at the clinic, so that they find their chats on every device. Nobody has to.

Whatever goes wrong here ends in a page that says to go on without signing in: the chat, its screen and its cards never wait for
a portal (rule of care 5).
"""

import logging

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from app.errors import PortalDownError, PortalError
from app.pages.own_page import OwnPage
from app.pages.portal_steps import Steps
from app.portal_rules import pseudonym
from app.server.proxies import vouched
from app.server.vouching import vouched_for
from app.wiring import Application

log = logging.getLogger("carelight.portal")
_ENDS = ("/", "/my-data", "/privacy")
"""Where a sign-in may lead, the first unless another is asked for."""


def routes(app: Application) -> APIRouter:
    """`/portal`, the way back from it, the way in that a proxy vouches for, and the way out."""
    router = APIRouter()
    _by_provider(app, router)
    _by_proxy(app, router)

    @router.post("/portal/sign-out")
    def sign_out(request: Request) -> Response:
        """Back to the guest who this browser was before; a guest stays one."""
        visit = OwnPage(app, request, form=True)
        if not visit.signed_in:
            return RedirectResponse("/", status_code=303)
        response = visit.shown("portal.html", {"what": "out"})
        app.guests.go_out(response, request.cookies)
        return response

    return router


def _by_provider(app: Application, router: APIRouter) -> None:
    """OpenID Connect. The address to begin at is a link, so that the clinic's own pages can have one."""

    def steps() -> Steps:
        if app.patients_portal is None:
            raise HTTPException(404)
        return Steps(app, "patient", app.patients_portal, "/portal/done")

    @router.get("/portal")
    async def begin(request: Request, to: str = "", go: bool = False) -> Response:
        way, visit = steps(), OwnPage(app, request)
        if not go and await run_in_threadpool(_awaited, visit):
            return _held_back(visit)
        try:
            return await way.out(request, to if to in _ENDS else _ENDS[0])
        except PortalError as error:
            return _failed(visit, error)

    @router.get("/portal/done")
    async def done(request: Request) -> Response:
        way, visit = steps(), OwnPage(app, request)
        try:
            claims, to = await way.back(request)
            return way.over(_signed_in(visit, claims.get("iss"), claims.get("sub"), to))
        except PortalError as error:
            return way.over(_failed(visit, error))


def _by_proxy(app: Application, router: APIRouter) -> None:
    """A proxy that has signed the patient in itself says so in a header of this one address."""

    @router.get("/portal/enter")
    def enter(request: Request, go: bool = False) -> Response:
        key = app.settings.patient_header_key.get_secret_value()
        if not key:
            raise HTTPException(404)
        visit = OwnPage(app, request)
        try:
            issuer, subject = vouched_for(vouched(request.scope), key)
        except PortalError as error:
            return _failed(visit, error)
        return _held_back(visit) if not go and _awaited(visit) else _signed_in(visit, issuer, subject, _ENDS[0])


def _signed_in(visit: OwnPage, issuer: object, subject: object, to: str) -> Response:
    """The browser is that patient's; PortalError where it is not said whose."""
    app = visit.app
    patient = pseudonym(app.secrets.portal, "patient", issuer, subject)
    response = RedirectResponse(to, status_code=303)
    app.guests.come_in(response, visit.request.cookies, patient, app.settings.patient_hours * 3600)
    return response


def _awaited(visit: OwnPage) -> bool:
    """Whether the care team is at work on what this guest wrote: its reply comes to the guest's chat, and nowhere else."""
    return visit.patient is not None and not visit.signed_in and visit.app.choices.of(visit.patient).case_open


def _held_back(visit: OwnPage) -> Response:
    return visit.shown("portal.html", {"what": "awaited", "again": f"{visit.request.url.path}?go=1"})


def _failed(visit: OwnPage, error: PortalError) -> Response:
    """Why is for the operator; the patient is told what to do instead."""
    log.warning("a patient could not sign in: %s", error)
    down = isinstance(error, PortalDownError)
    response = visit.shown("portal.html", {"what": "down" if down else "refused", "again": visit.request.url.path.removesuffix("/done")})
    response.status_code = 503 if down else 403
    return response
