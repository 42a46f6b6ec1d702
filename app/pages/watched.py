"""What monitors ask: alive, ready, and the numbers. The numbers are for this machine, or for whoever holds the token."""

import hmac

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from app.server import health
from app.server.addresses import is_loopback
from app.server.gauges import gauges
from app.server.proxies import address, passed_on
from app.wiring import Application


def routes(app: Application) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter()
    readiness = health.Readiness(lambda: health.parts(app))

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    def readyz() -> Response:
        """503 where a part cannot do its work; a server that is alive and not ready is not to be killed for it."""
        found = readiness.now()
        ready = all(state == "ok" for state in found.values())
        return JSONResponse({"status": "ready" if ready else "not ready", "parts": dict(found)}, status_code=200 if ready else 503)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        """404 for anyone else: it is nobody's business that there are any."""
        if not _may_read(app, request):
            raise HTTPException(404)
        return PlainTextResponse(app.metrics.text(gauges(app)), media_type="text/plain; version=0.0.4")

    return router


def _may_read(app: Application, request: Request) -> bool:
    """With a token set only its holder; else only who asks on this machine itself, not through a proxy on it."""
    token = app.settings.metrics_token.get_secret_value()
    if token:
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    return is_loopback(address(request.scope)) and not passed_on(request.scope)
