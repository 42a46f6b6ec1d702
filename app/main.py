"""The web server put together: our pages first, the desks under /desk, Chainlit last at `/`."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from app import wiring
from app.content.publishing import publish_due
from app.errors import RecordsError
from app.escalation.pager import Pager
from app.pages import account, guest, library, my_data, portal, privacy, sign_in, staff_portal, watched
from app.pages.article_page import common
from app.pages.templating import rendered
from app.server import chat_routes, rights
from app.server.addresses import networks
from app.server.doors import Doors
from app.server.harden import Guards, Harden
from app.server.oidc import Provider
from app.server.proxies import Proxies
from app.upkeep import Following, Upkeep
from app.watch import Watch
from app.wiring import Application

log = logging.getLogger("carelight")
_CHAT = Path(__file__).parent / "ui" / "chat.py"
PAGES = (watched, library, guest, my_data, privacy, portal, sign_in, staff_portal, account)
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

    web.include_router(chat_routes.routes(app))

    @web.exception_handler(RecordsError)
    def records_down(_: Request, error: RecordsError) -> JSONResponse:
        log.error("a page could not be made: %s", error)
        return JSONResponse({"detail": "The records cannot be read just now. Please try again."}, status_code=503)


def _mount_desk_and_chat(web: FastAPI, app: Application) -> None:
    """Imported here because Chainlit and NiceGUI read their folders from the environment at import."""
    from chainlit.server import app as chainlit
    from chainlit.utils import mount_chainlit

    from app.care import desk

    desk.mount(web, app)
    mount_chainlit(app=web, target=str(_CHAT), path="/")
    chat_routes.refuse_what_is_wrong(chainlit)


def _look(provider: Provider) -> None:
    """Ask a provider of sign-ins before anybody needs it: where it is down, the log says so, and nothing waits for it."""
    asyncio.run(provider.look())


@asynccontextmanager
async def _life(_web: FastAPI, app: Application) -> AsyncIterator[None]:
    providers = {"patients' sign-in": app.patients_portal, "staff's sign-in": app.staff_portal}
    looks = {name: partial(_look, provider) for name, provider in providers.items() if provider is not None}
    portals = Watch("portal", looks, every_s=60)
    portals.wake()
    planned = Watch("publishing", {"planned": lambda: publish_due(app)})  # a check may take a minute
    watches = (Pager(app), Following(app), Upkeep(app), planned, portals)
    for watch in watches:
        watch.start()
    yield
    for watch in watches:
        watch.stop()
    app.close()
