"""The socket server: uvicorn with what it lacks, and without what it tells.

uvicorn waits for ever for a request whose first lines never come whole: a few hundred such connections would use up the
server's file handles and shut every patient out.
"""

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN_S = 15.0
_LARGEST_HEAD = 32_768
_LARGEST_PACKET = 1 << 20
_PING_S = 20.0


class BoundedProtocol(H11Protocol):
    """Closes a connection that has not sent the first lines of a request in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head = self.loop.call_later(REQUEST_WITHIN_S, self._too_slow)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """The socket has a protocol of its own from here on, with pings that notice a silent one."""
        self._head.cancel()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head.cancel()
        super().connection_lost(exc)

    def _too_slow(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.abort()


def serve(web: ASGIApp, host: str, port: int) -> None:
    """Serve until the process is told to end. Who a proxy names is `app.server.proxies`' business; what happened is in our own log."""
    uvicorn.run(web, host=host, port=port, **options())


def options() -> dict[str, Any]:
    """What the server is run with."""
    return {
        "http": BoundedProtocol,
        "h11_max_incomplete_event_size": _LARGEST_HEAD,
        "ws_max_size": _LARGEST_PACKET,
        "ws_ping_interval": _PING_S,
        "ws_ping_timeout": _PING_S,
        "timeout_keep_alive": 10,
        "timeout_graceful_shutdown": 8,
        "backlog": 512,
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "log_config": None,
        "log_level": "warning",
    }
