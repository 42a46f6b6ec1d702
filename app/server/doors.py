"""Which requests come in at all: known hosts, desks where they belong, and what changes something only from our own pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import Scope

from app.server.addresses import Network, within
from app.server.proxies import address

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
WATCHED = ("/healthz", "/readyz", "/metrics")
"""What monitors ask for, by whatever name they know the machine."""
_DESK = ("/desk", "/sign-in", "/sign-out", "/care", "/editor", "/admin", "/account")
_BOTH = ("/site", "/library", *WATCHED)
_CLOSED = (
    "/project/file",
    "/project/element",
    "/project/share",
    "/project/thread/share",
    "/mcp",
    "/docs",
    "/redoc",
    "/openapi.json",
)
"""Chainlit's routes that Carelight does not use: uploads, element writes, sharing, MCP, and the list of its routes."""
_OURS = ("same-origin", "none")
"""Sec-Fetch-Site of our own pages, and of a person who typed an address or opened a bookmark."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the server is reached. An empty `origin` allows the address that a request came to.

    With a `desk_origin` the chat's host answers 404 for the desks, and the desks' host for the chat; with `desk_networks` the
    desks are found from these alone.
    """

    origin: str = ""
    desk_origin: str = ""
    desk_networks: Sequence[Network] = ()

    def refusal(self, scope: Scope) -> int | None:
        """The status that a request is refused with; None where it may come in."""
        path, host = scope["path"], _host(header(scope, b"host"))
        watched = path in WATCHED
        if self.origin and not watched and host not in [_host_of(origin) for origin in (self.origin, self.desk_origin) if origin]:
            return 421
        if path.startswith(_CLOSED) or not (watched or self._belongs(path, host, address(scope))):
            return 404
        return None if self._from_us(scope) else 403

    def own(self, scope: Scope) -> str:
        """The origin that a request was sent to, as a browser writes it."""
        if self.desk_origin and _host(header(scope, b"host")) == _host_of(self.desk_origin):
            return self.desk_origin.rstrip("/")
        return self.origin.rstrip("/") or _came_to(scope)

    def _belongs(self, path: str, host: str, client: str) -> bool:
        """Whether that page stands on that host, for someone at that address."""
        if surface(path) == "desk":
            here = not self.desk_origin or host == _host_of(self.desk_origin)
            return here and (not self.desk_networks or within(client, self.desk_networks))
        return not self.desk_origin or host != _host_of(self.desk_origin) or _begins(path, _BOTH)

    def _from_us(self, scope: Scope) -> bool:
        """Whether our own page sent this, or someone who followed a link to a page.

        Browsers name the origin; those too old for that name the page (Referer). Whoever holds a cookie and names neither is
        not taken for one.
        """
        origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return not site or site in _OURS or _opens_a_page(scope)
        if origin:
            return origin == self.own(scope) and (not site or site in _OURS)
        if scope["type"] == "websocket" or site:
            return not site or site in _OURS
        if referer := header(scope, b"referer"):
            return _origin(referer) == self.own(scope)
        return not header(scope, b"cookie")


def surface(path: str) -> str:
    """Which part of the product a path belongs to: `desk`, `library`, `watched` or `chat`."""
    if path in WATCHED:
        return "watched"
    if _begins(path, _DESK):
        return "desk"
    return "library" if _begins(path, ("/library",)) else "chat"


def header(scope: Scope, name: bytes) -> str:
    """A request's header; empty where it has none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _begins(path: str, starts: Sequence[str]) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in starts)


def _opens_a_page(scope: Scope) -> bool:
    """A link on another site that leads here: the clinic's home page has one. A frame or a picture is none."""
    return header(scope, b"sec-fetch-mode") == "navigate" and header(scope, b"sec-fetch-dest") in ("document", "")


def _came_to(scope: Scope) -> str:
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return f"{scheme}://{urlsplit('//' + header(scope, b'host')).netloc}"


def _origin(address_of_page: str) -> str:
    try:
        parts = urlsplit(address_of_page)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _host_of(origin: str) -> str:
    return _host(urlsplit(origin).netloc)


def _host(netloc: str) -> str:
    """A host as it is compared: no default port, no capitals, no dot at the end."""
    return netloc.lower().removesuffix(":443").removesuffix(":80").removesuffix(".")
