"""The web server put together: our pages first, the desks under /desk, Chainlit last at `/`."""

import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from app import wiring
from app.content.publishing import publish_due
from app.errors import RecordsError
from app.escalation.pager import Pager
from app.guests import COOKIE
from app.pages import account, guest, library, my_data, privacy, sign_in, watched
from app.pages.article_page import common
from app.pages.templating import rendered
from app.server import rights
from app.server.addresses import networks
from app.server.doors import Doors
from app.server.harden import Guards, Harden
from app.server.proxies import Proxies
from app.upkeep import Following, Upkeep
from app.watch import Watch
from app.wiring import Application

log = logging.getLogger("carelight")
_NOT_SERVED = {
    "/openapi.json": ["GET", "HEAD"],
    "/docs": ["GET", "HEAD"],
    "/docs/oauth2-redirect": ["GET", "HEAD"],
    "/redoc": ["GET", "HEAD"],
    "/login": ["POST"],
    "/auth/jwt": ["POST"],
    "/auth/oauth/{rest:path}": ["GET", "POST"],
}
"""What Chainlit would answer and Carelight does not use: its interface described, and its own sign-ins."""
_CHAT = Path(__file__).parent / "ui" / "chat.py"
PAGES = (watched, library, guest, my_data, privacy, sign_in, account)
"""Modules with a router of our own."""


def create(app: Application) -> Harden:
    """The ASGI application of a wired and initialised `app`."""
    app.warm()
    wiring.use(app)
    os.environ["CHAINLIT_AUTH_SECRET"] = app.secrets.guest
    web = FastAPI(title="Carelight", lifespan=lambda web: _life(web, app), docs_url=None, redoc_url=None, openapi_url=None)
    web.mount("/site", StaticFiles(directory=Path(__file__).parent / "pages" / "static"))
    for page in PAGES:
        web.include_router(page.routes(app))
    _own_routes(web, app)
    _mount_desk_and_chat(web, app)
    for route in rights.routes(web.routes):
        if rights.right_of(route) is None:
            log.warning("%s states no right; add it to app/server/rights.py", route)
    return Harden(web, app.guests, _guards(app))


def _guards(app: Application) -> Guards:
    """Who comes in, from where, and how often, as the settings say."""
    chosen = app.settings
    doors = Doors(chosen.origin, chosen.desk_origin, networks(chosen.desk_networks))

    def limited() -> str:
        return rendered("limited.html", {"told": app.words.say("limited_page"), **common(app)})

    return Guards(doors, Proxies(networks(chosen.trusted_proxies)), app.limits, app.metrics, limited)


def _own_routes(web: FastAPI, app: Application) -> None:
    @web.api_route("/v1/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    def no_such_route(path: str) -> None:
        raise HTTPException(404)

    for path, methods in _NOT_SERVED.items():
        web.add_api_route(path, _not_served, methods=methods)

    @web.api_route("/feedback", methods=["PUT", "DELETE"])
    async def feedback(request: Request) -> Response:
        """In Chainlit's place, which lets anyone rate anyone's messages: only the owner's rating is kept."""
        rated, value = _rating(await request.body(), removed=request.method == "DELETE")
        patient = app.guests.id_in(request.cookies.get(COOKIE, ""))
        if not rated or patient is None or not await run_in_threadpool(_rate, app, patient, rated, value):
            raise HTTPException(404)
        return JSONResponse({"success": True, "feedbackId": rated})

    @web.exception_handler(RecordsError)
    def records_down(_: Request, error: RecordsError) -> Response:
        log.error("a page could not be made: %s", error)
        return JSONResponse({"detail": "The records cannot be read just now. Please try again."}, status_code=503)


def _not_served() -> None:
    raise HTTPException(404)


def _rate(app: Application, patient: str, reply: str, value: int | None) -> bool:
    """Keep a patient's rating of their own reply; False where it is not theirs."""
    own = app.conversations.owner_of_reply(reply) == patient
    if own:
        app.conversations.rate(reply, value)
    return own


def _rating(body: bytes, *, removed: bool) -> tuple[str, int | None]:
    """The reply that Chainlit's page rates, and 1 for good, 0 for bad or None for no longer; an empty id where it cannot be read."""
    try:
        data = json.loads(body)
        rated, value = (data["feedbackId"], None) if removed else (data["feedback"]["forId"], data["feedback"].get("value"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return "", None
    return (rated if isinstance(rated, str) else ""), (value if value in (0, 1) else None)


def _mount_desk_and_chat(web: FastAPI, app: Application) -> None:
    """Imported here because Chainlit and NiceGUI read their folders from the environment at import."""
    from chainlit.utils import mount_chainlit

    from app.care import desk

    desk.mount(web, app)
    mount_chainlit(app=web, target=str(_CHAT), path="/")


@asynccontextmanager
async def _life(_web: FastAPI, app: Application) -> AsyncIterator[None]:
    planned = Watch("publishing", {"planned": lambda: publish_due(app)})  # a check may take a minute
    watches = (Pager(app), Following(app), Upkeep(app), planned)
    for watch in watches:
        watch.start()
    yield
    for watch in watches:
        watch.stop()
    app.close()
