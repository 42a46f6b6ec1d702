"""The outermost layer of the server: who may talk to it, and what a browser may load.

Chainlit reflects any origin and accepts a socket from any page; here a foreign origin gets 403 (or a closed socket),
every page gets a policy that loads nothing from elsewhere, and cookies end with the browser unless the patient chose
otherwise. Whatever fails inside, its words stay inside.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.guests import CHAINLIT, COOKIE, KEEP_COOKIE, Guests
from app.logs import REQUEST
from app.server import bodies, page_headers
from app.server.doors import Doors, header, surface
from app.server.limits import Limits
from app.server.metrics import Metrics
from app.server.proxies import Proxies, address, request_id
from app.settings import Settings

log = logging.getLogger("carelight.requests")
_HTML = b"text/html; charset=utf-8"
_THIRD_PARTY = re.compile(rb"<(?:link|script)[^>]*(?:fonts\.googleapis|fonts\.gstatic|cdn\.jsdelivr)[^>]*>(?:</script>)?")
_EXPIRY = re.compile(r";\s*(?:Max-Age|Expires)=[^;]*", re.IGNORECASE)
_FAILED = (
    "Something failed on our side. Please try again in a moment. In an emergency, call your local emergency number now.\n"
    "Algo falló de nuestro lado. Vuelva a intentarlo en un momento. En una emergencia, llame ya al número de emergencias de su zona.\n"
).encode()
_ANSWER_WITHIN_S = 60.0
_WAITS_LONGER = ("/ws/", "/desk/_nicegui_ws/")
"""A socket that goes by requests holds each until something happens."""
_COMES_IN = ("/portal/done", "/portal/enter", "/sign-in/clinic/done")
"""Where somebody comes back signed in: each time the provider is asked, or a signature is checked."""


@dataclass(frozen=True)
class Guards:
    """What stands before the application. `limited` is the page for who must wait a minute."""

    doors: Doors = field(default_factory=Doors)
    proxies: Proxies = field(default_factory=Proxies)
    limits: Limits = field(default_factory=lambda: Limits(Settings()))
    metrics: Metrics = field(default_factory=Metrics)
    limited: Callable[[], str] = lambda: "Please wait a minute."

    def may(self, scope: Scope) -> bool:
        """Whether a search, or a try of a password, is within its address's limit."""
        if scope["path"] == "/library" and b"found=" in scope["query_string"]:  # a search's results, which are searched for now
            return self.limits.may_search(address(scope))
        if scope["path"] in _COMES_IN:
            return self.limits.may_come_in(address(scope))
        if scope["method"] != "POST" or not scope["path"].startswith(("/library/", "/sign-in")):
            return True
        allowed = self.limits.may_search if scope["path"].startswith("/library/") else self.limits.may_sign_in
        return allowed(address(scope))


class Harden:
    """ASGI wrapper; the wrapped one stands in `app`, where NiceGUI looks for it. `guests` makes and renews their cookies."""

    def __init__(self, app: ASGIApp, guests: Guests, guards: Guards | None = None) -> None:
        self.app, self._guests, self._guards = app, guests, guards or Guards()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = self._guards.proxies.arrived(scope)
        REQUEST.set(request_id(scope))
        if status := self._guards.doors.refusal(scope) or bodies.too_large(scope):
            self._guards.metrics.count("carelight_refused_total", status=str(status))
            await _refuse(scope, receive, send, status)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            await self._timed(scope, receive, send)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and note how that went: which part of the product, how it ended and how long it took, and nothing else."""
        began, part, ended = time.perf_counter(), surface(scope["path"]), ["none"]

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                ended[0] = f"{message['status'] // 100}xx"
            await send(message)

        try:
            await self._answer(scope, receive, noted)
        finally:
            took = time.perf_counter() - began
            self._guards.metrics.count("carelight_requests_total", part=part, status=ended[0])
            self._guards.metrics.took("carelight_request_seconds", took, part=part)
            log.debug("%s %s %s %.0f ms", scope["method"], part, ended[0], took * 1000)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a bounded body; what comes back is dressed, and comes in time or not at all."""
        page = _Page(scope, send, self._guards.doors.own(scope), self._guest_cookie(scope))
        if not self._guards.may(scope):
            await page.send({"type": "http.response.start", "status": 429, "headers": [(b"content-type", _HTML), (b"retry-after", b"60")]})
            await page.send({"type": "http.response.body", "body": self._guards.limited().encode()})
            return
        body = bodies.Body(scope, receive)
        if status := await body.ready():
            await _refuse(scope, receive, page.send, status)
            return
        try:
            async with asyncio.timeout(None if scope["path"].startswith(_WAITS_LONGER) else _ANSWER_WITHIN_S):
                await self.app(_uncompressed(scope), body.receive, page.send)
        except TimeoutError:
            await page.fail(503)
        except RuntimeError as error:  # a browser that hangs up before the answer is no error
            if str(error) != "No response returned.":
                raise

    def _guest_cookie(self, scope: Scope) -> "_Given | None":
        """A guest's cookie for a page that is opened: where there is no good one, that of the guest of before a sign-in, or a new one's."""
        if scope["method"] != "GET" or "text/html" not in header(scope, b"accept"):
            return None
        cookies = _cookies(scope)
        held = cookies.get(COOKIE, "")
        if self._guests.id_in(held) is not None:
            value = self._guests.renewed(held)
            return _Given(value, self._guests.seconds) if value is not None else None
        value = self._guests.aside(cookies)
        if value is None:
            value = self._guests.new()
            self._guards.limits.guest_came(self._guests.id_in(value) or "", address(scope))
        return _Given(value, self._guests.seconds, other=CHAINLIT in cookies)


@dataclass(frozen=True, slots=True)
class _Given:
    """A guest's cookie on its way out, and for how many seconds a browser that keeps chats is to keep it."""

    value: str
    seconds: int
    other: bool = False
    """Whether the browser holds a cookie of Chainlit's, which may be somebody else's: it goes."""

    def lines(self, *, kept: bool) -> list[str]:
        """What the browser is told; a browser that keeps chats also goes on keeping that choice."""
        cookies = {COOKIE: self.value, KEEP_COOKIE: "1"} if kept else {COOKIE: self.value}
        ends = f"; Max-Age={self.seconds}" if kept else ""
        rest = "; Path=/; HttpOnly; SameSite=lax"
        gone = [f'{CHAINLIT}=""; Max-Age=0{rest}'] if self.other else []
        return [f"{name}={value}{ends}{rest}" for name, value in cookies.items()] + gone


class _Page:
    """One response on its way out: headers added, third-party links taken out of HTML, cookies shortened, errors without words."""

    def __init__(self, scope: Scope, send: Send, own: str, guest: _Given | None) -> None:
        self._scope, self._send, self._own, self._guest = scope, send, own, guest
        self._keep = KEEP_COOKIE in _cookies(scope)
        self._start: Message | None = None
        self._body: bytearray = bytearray()
        self._sent = False

    async def send(self, message: Message) -> None:
        """Take a message of the application; pages and errors are gathered, all else is passed on as it comes."""
        if message["type"] == "http.response.start":
            headers = self._headers(message["headers"])
            message = {**message, "headers": headers}
            if page_headers.is_html(headers) or message["status"] == 500:
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_gathered(self._start)
            return
        self._sent = True
        await self._send(message)

    async def fail(self, status: int) -> None:
        """Answer in the application's place, where it has not begun to."""
        if not self._sent:
            await self._send_plain(status)

    async def _send_gathered(self, start: Message) -> None:
        if start["status"] == 500:  # Chainlit and NiceGUI put an exception's own text here
            await self._send_plain(500)
            return
        body = _THIRD_PARTY.sub(b"", bytes(self._body))
        headers = [(k, v) for k, v in start["headers"] if k != b"content-length"]
        if self._guest is not None:
            headers += [(b"set-cookie", self._cookie(line)) for line in self._guest.lines(kept=self._keep)]
        headers.append((b"content-length", str(len(body)).encode()))
        self._sent = True
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def _send_plain(self, status: int) -> None:
        headers = self._headers([(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(_FAILED)).encode())])
        self._sent = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": _FAILED})

    def _headers(self, raw: Any) -> page_headers.Headers:
        self._keep = self._keep or any(k.lower() == b"set-cookie" and v.startswith(f"{KEEP_COOKIE}=1".encode()) for k, v in raw)
        headers = [(k.lower(), self._cookie(v.decode("latin-1")) if k.lower() == b"set-cookie" else v) for k, v in raw]
        return [*page_headers.dressed(self._scope, headers, self._own), (b"x-request-id", request_id(self._scope).encode())]

    def _cookie(self, value: str) -> bytes:
        deleted = "max-age=0" in value.lower() or '=""' in value
        if value.startswith("access_token") and not self._keep and not deleted:
            value = _EXPIRY.sub("", value)
        secure = page_headers.safe(self._scope, self._own) and "; secure" not in value.lower()
        return (value + ("; Secure" if secure else "")).encode("latin-1")


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    closing = [(b"connection", b"close")] if status in (408, 413) else []  # the rest of the body is not read
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain"), *closing]})
    await send({"type": "http.response.body", "body": b"refused"})


def _cookies(scope: Scope) -> dict[str, str]:
    """Cookies by name. The standard library's parser raises at a foreign cookie's odd name, and would lock its holder out."""
    return cookie_parser(header(scope, b"cookie"))


def _uncompressed(scope: Scope) -> MutableMapping[str, Any]:
    """Pages are read and changed on their way out, so they must not be compressed; files may be."""
    if "." in scope["path"].rsplit("/", 1)[-1]:
        return scope
    return {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]}
