"""What a browser is told with every answer: what a page may load, who may frame it, what it must not keep."""

from starlette.types import Scope

from app.server.doors import surface

_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {sockets}; frame-src 'self'; frame-ancestors {framed}; "
    "base-uri 'self'; form-action 'self'; object-src 'none'"
)
"""For Chainlit and NiceGUI, which need inline scripts and `eval`; our own pages bring a strict one (`app.pages.templating`)."""
_HSTS = b"max-age=31536000"
_KEEPS_WORDS = (b"text/html", b"application/json")
_TELLS_VERSIONS = (b"server", b"x-powered-by")
Headers = list[tuple[bytes, bytes]]


def dressed(scope: Scope, headers: Headers, own: str) -> Headers:
    """An answer's headers with ours: `own` is the origin that the request was sent to."""
    kept = [(key, value) for key, value in headers if key not in _TELLS_VERSIONS and not (key == b"cache-control" and _private(headers))]
    present = {key for key, _ in kept}
    return kept + [(key, value) for key, value in _ours(scope, headers, own).items() if key not in present]


def is_html(headers: Headers) -> bool:
    """Whether an answer is a page."""
    return _kind(headers).startswith(b"text/html")


def safe(scope: Scope, own: str) -> bool:
    """Whether the browser came by https: the public address says so also where the proxy does not."""
    return scope["scheme"] == "https" or own.startswith("https://")


def _ours(scope: Scope, headers: Headers, own: str) -> dict[bytes, bytes]:
    framed = "'self'" if surface(scope["path"]) == "library" else "'none'"
    ours = {
        b"content-security-policy": _CSP.format(sockets=own.replace("http", "ws", 1), framed=framed).encode(),
        b"x-frame-options": b"SAMEORIGIN" if framed == "'self'" else b"DENY",
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
        b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
    }
    if safe(scope, own):
        ours[b"strict-transport-security"] = _HSTS
    if _private(headers):
        ours[b"cache-control"] = b"no-store"
    return ours


def _private(headers: Headers) -> bool:
    """Whether an answer may hold what somebody wrote or reads: no browser and no proxy keeps it."""
    return _kind(headers).startswith(_KEEPS_WORDS)


def _kind(headers: Headers) -> bytes:
    return next((value for key, value in headers if key == b"content-type"), b"")
