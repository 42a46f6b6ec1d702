"""Staff who sign in to the desks with their clinic account."""

import logging
from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.errors import NotAllowedError, PortalDownError, PortalError
from app.pages.portal_steps import Steps
from app.pages.staff_pages import desk, keep, place, sign_in_form, staff_page
from app.portal_rules import clinic_account, role_table
from app.wiring import Application

log = logging.getLogger("carelight.portal")
_DOWN = "Clinic accounts cannot be reached just now. Please try again in a minute."
_REFUSED = "The sign-in with your clinic account did not work. Please try again."


def routes(app: Application) -> APIRouter:
    """`/sign-in/clinic` and the way back from it."""
    router = APIRouter()

    def steps() -> Steps:
        if app.staff_portal is None:
            raise HTTPException(404)
        return Steps(app, "staff", app.staff_portal, "/sign-in/clinic/done")

    def failed(request: Request, error: PortalError, to: str = "") -> Response:
        """Why is for the operator."""
        log.warning("a member of staff could not sign in with their clinic account: %s", error)
        down = isinstance(error, PortalDownError)
        return sign_in_form(app, request, to, told=_DOWN if down else _REFUSED, status=503 if down else 403)

    @router.get("/sign-in/clinic")
    async def begin(request: Request, to: str = "") -> Response:
        way = steps()
        try:
            return await way.out(request, desk(to))
        except PortalError as error:
            return await run_in_threadpool(failed, request, error, to)

    @router.get("/sign-in/clinic/done")
    async def done(request: Request) -> Response:
        way = steps()
        try:
            claims, to = await way.back(request)
            return way.over(await run_in_threadpool(_come_in, app, request, claims, to))
        except PortalError as error:
            return way.over(await run_in_threadpool(failed, request, error))

    return router


def _come_in(app: Application, request: Request, claims: Mapping[str, object], to: str) -> Response:
    """Their desk opens, or the sign-in says why it does not. PortalError where the claims name nobody.

    By way of a page of ours: a browser that comes straight from another site would not send the new cookie along.
    """
    chosen = app.settings
    person = clinic_account(app.secrets.portal, claims, chosen.staff_oidc_role_claim, role_table(chosen.staff_oidc_roles))
    try:
        token = app.clinic_accounts.sign_in(person, place(request))
    except NotAllowedError as error:
        return sign_in_form(app, request, to, told=f"You cannot sign in here: {error}.", status=403)
    return keep(app, request, staff_page(app, request, "signed_in.html", {"to": desk(to)}), token)
