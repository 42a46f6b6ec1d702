"""The outermost layer of the server: who may talk to it, and what a browser may load.

Chainlit reflects any origin and accepts a socket from any page; here a foreign origin gets 403 (or a closed socket),
every page gets a policy that loads nothing from elsewhere, and cookies end with the browser unless the patient chose
otherwise.
"""

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.guests import COOKIE, KEEP_COOKIE, guest_id, new_guest

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {sockets}; frame-src 'self'; frame-ancestors 'self'; "
    "base-uri 'self'; form-action 'self'; object-src 'none'"
)
_THIRD_PARTY = re.compile(rb"<(?:link|script)[^>]*(?:fonts\.googleapis|fonts\.gstatic|cdn\.jsdelivr)[^>]*>(?:</script>)?")
_EXPIRY = re.compile(r";\s*(?:Max-Age|Expires)=[^;]*", re.IGNORECASE)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_CLOSED = ("/project/file", "/project/element", "/project/share", "/project/thread/share", "/mcp")
"""Chainlit's routes that Carelight does not use: uploads, element writes, sharing, MCP."""


class Harden:
    """ASGI wrapper; the wrapped one stands in `app`, where NiceGUI looks for it.

    `origin` is the public address, or empty to allow the address the request came to.
    """

    def __init__(self, app: ASGIApp, secret: str, origin: str = "") -> None:
        self.app, self._secret, self._origin = app, secret, origin.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not self._same_origin(scope):
            await _refuse(scope, receive, send, 403)
        elif scope["path"].startswith(_CLOSED):
            await _refuse(scope, receive, send, 404)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            page = _Page(scope, send, self._policy(scope), self._fresh_guest(scope), keep=KEEP_COOKIE in _cookies(scope))
            await self._answered(_uncompressed(scope), receive, page.send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a browser that hangs up before the answer is no error."""
        try:
            await self.app(scope, receive, send)
        except RuntimeError as error:
            if str(error) != "No response returned.":
                raise

    def _same_origin(self, scope: Scope) -> bool:
        origin = _header(scope, b"origin")
        if not origin or (scope["type"] == "http" and scope["method"] in _SAFE_METHODS):
            return True
        return origin == (self._origin or _own_origin(scope))

    def _policy(self, scope: Scope) -> bytes:
        own = self._origin or _own_origin(scope)
        return _POLICY.format(sockets=own.replace("http", "ws", 1)).encode()

    def _fresh_guest(self, scope: Scope) -> str | None:
        """A new guest cookie for a page opened without a good one."""
        if scope["method"] != "GET" or "text/html" not in _header(scope, b"accept"):
            return None
        held = _cookies(scope).get(COOKIE)
        return None if held and guest_id(held, self._secret) else new_guest(self._secret)


class _Page:
    """One response on its way out: headers added, third-party links taken out of HTML, cookies shortened."""

    def __init__(self, scope: Scope, send: Send, policy: bytes, guest: str | None, *, keep: bool) -> None:
        self._send, self._policy, self._guest, self._keep = send, policy, guest, keep
        self._secure = scope["scheme"] == "https"
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = self._headers(message["headers"])
            message = {**message, "headers": headers}
            if _is_html(headers):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_html(self._start)
            return
        await self._send(message)

    async def _send_html(self, start: Message) -> None:
        body = _THIRD_PARTY.sub(b"", self._body)
        headers = [(k, v) for k, v in start["headers"] if k != b"content-length"]
        if self._guest:
            headers.append((b"set-cookie", self._cookie(f"{COOKIE}={self._guest}; Path=/; HttpOnly; SameSite=lax")))
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _headers(self, raw: Any) -> list[tuple[bytes, bytes]]:
        self._keep = self._keep or any(k.lower() == b"set-cookie" and v.startswith(f"{KEEP_COOKIE}=1".encode()) for k, v in raw)
        headers = [(k.lower(), self._cookie(v.decode("latin-1")) if k.lower() == b"set-cookie" else v) for k, v in raw]
        present = {k for k, _ in headers}
        extra = {
            b"content-security-policy": self._policy,
            b"x-content-type-options": b"nosniff",
            b"referrer-policy": b"same-origin",
            b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
        }
        return headers + [(k, v) for k, v in extra.items() if k not in present]

    def _cookie(self, value: str) -> bytes:
        deleted = "max-age=0" in value.lower() or '=""' in value
        if value.startswith("access_token") and not self._keep and not deleted:
            value = _EXPIRY.sub("", value)
        return (value + ("; Secure" if self._secure and "secure" not in value.lower() else "")).encode("latin-1")


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"refused"})


def _header(scope: Scope, name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in scope["headers"] if k == name), "")


def _cookies(scope: Scope) -> dict[str, str]:
    """Cookies by name. The standard library's parser raises at a foreign cookie's odd name, and would lock its holder out."""
    return cookie_parser(_header(scope, b"cookie"))


def _own_origin(scope: Scope) -> str:
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return f"{scheme}://{urlsplit('//' + _header(scope, b'host')).netloc}"


def _is_html(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(k == b"content-type" and v.startswith(b"text/html") for k, v in headers)


def _uncompressed(scope: Scope) -> MutableMapping[str, Any]:
    """Pages are read and changed on their way out, so they must not be compressed; files may be."""
    if "." in scope["path"].rsplit("/", 1)[-1]:
        return scope
    return {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]}
