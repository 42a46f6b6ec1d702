"""What answers in Chainlit's place: routes of its own that Carelight does not use, or that trust what they are sent."""

import json
import logging
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from app.guests import COOKIE
from app.logs import place
from app.wiring import Application

log = logging.getLogger("carelight.chat")
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


def routes(app: Application) -> APIRouter:
    """`/feedback`, `/set-session-cookie`, and what is not served."""
    router = APIRouter()
    for path, methods in _NOT_SERVED.items():
        router.add_api_route(path, _not_served, methods=methods)

    @router.api_route("/feedback", methods=["PUT", "DELETE"])
    async def feedback(request: Request) -> Response:
        """In Chainlit's place, which lets anyone rate anyone's messages: only the owner's rating is kept."""
        rated, value = _rating(await request.body(), removed=request.method == "DELETE")
        patient = app.guests.id_in(request.cookies.get(COOKIE, ""))
        if not rated or patient is None or not await run_in_threadpool(_rate, app, patient, rated, value):
            raise HTTPException(404)
        return JSONResponse({"success": True, "feedbackId": rated})

    @router.post("/set-session-cookie")
    def session_cookie(session_id: Annotated[UUID, Body(embed=True)], response: Response) -> dict[str, str]:
        """Names the page's socket, so that a balancer leads it to the same server; Chainlit's would go to other sites too."""
        response.set_cookie("X-Chainlit-Session-id", str(session_id), httponly=True, samesite="lax")
        return {"message": "Session cookie set"}

    return router


def refuse_what_is_wrong(chainlit: FastAPI) -> None:
    """Chainlit raises ValueError at a button of a page that it no longer knows, as after a restart: refused, where it broke."""

    @chainlit.exception_handler(ValueError)
    def refused(_: Request, error: ValueError) -> Response:
        log.warning("a request of the chat was refused: %s", place(error))
        return JSONResponse({"detail": "This page is no longer known here. Reload it and try again."}, status_code=400)


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
        data: Any = json.loads(body)
        rated, value = (data["feedbackId"], None) if removed else (data["feedback"]["forId"], data["feedback"].get("value"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return "", None
    return (rated if isinstance(rated, str) else ""), (value if value in (0, 1) else None)
