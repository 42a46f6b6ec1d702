"""How much a request may bring, and how long it may take to bring it."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Message, Receive, Scope

from app.server.doors import SAFE_METHODS, header, surface

WITHIN_S = 20.0
"""How long a body, or a piece of an upload, may take: a phone on a bad line sends a form in a second or two."""
_LONGEST_ADDRESS, _LONGEST_QUERY, _LONGEST_HEADERS, _MOST_HEADERS = 2048, 2048, 16_384, 100
_FORM, _PACKET, _UPLOAD = 65_536, 1_100_000, 6_000_000
"""Bytes of a form or a button's message, of a socket's packet sent by post, and of an article's file."""
_SIGNED_IN = ("/portal/done", "/sign-in/clinic/done")
"""Where a sign-in comes back to: some portals send a code of some thousand characters."""
_STREAMED = "/desk"
"""Uploads are passed on piece by piece; all else is small and is read before it is passed on."""


def too_large(scope: Scope) -> int | None:
    """The status that a request is refused with for its size, by what its first lines say; None where it is not too large."""
    longest = 4 * _LONGEST_QUERY if scope["path"] in _SIGNED_IN else _LONGEST_QUERY
    if len(scope["path"].encode()) > _LONGEST_ADDRESS or len(scope.get("query_string", b"")) > longest:
        return 414
    sizes = [len(key) + len(value) for key, value in scope["headers"]]
    if sum(sizes) > _LONGEST_HEADERS or len(sizes) > _MOST_HEADERS:
        return 431
    told = header(scope, b"content-length")
    return 413 if told and (not told.isdecimal() or int(told) > most(scope["path"])) else None


def most(path: str) -> int:
    """Bytes that the body of a request to that path may have."""
    if surface(path) == "desk" and path.startswith(_STREAMED):
        return _UPLOAD
    return _PACKET if path.startswith("/ws/") else _FORM


class Body:
    """The body of one request. `status` says, once `ready`, why it is refused (0 where it is not)."""

    def __init__(self, scope: Scope, receive: Receive, within_s: float = WITHIN_S) -> None:
        self._receive, self._within_s, self._most = receive, within_s, most(scope["path"])
        self._whole = scope["method"] not in SAFE_METHODS and not scope["path"].startswith(_STREAMED)
        self._held: list[Message] = []
        self._seen = 0

    async def ready(self) -> int:
        """Read a small body whole; 413 where it grows too large, 408 where it does not come in time."""
        if not self._whole:
            return 0
        try:
            async with asyncio.timeout(self._within_s):
                async for message in self._messages():
                    self._held.append(message)
        except TimeoutError:
            return 408
        return 413 if self._seen > self._most else 0

    async def receive(self) -> Message:
        """The next message for the application; an upload that is too large or too slow ends like a browser that hung up."""
        if self._held:
            return self._held.pop(0)
        if self._whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._within_s) if self._seen else await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._count(message)
        return message if self._seen <= self._most else {"type": "http.disconnect"}

    async def _messages(self) -> AsyncIterator[Message]:
        more = True
        while more and self._seen <= self._most:
            message = await self._receive()
            self._count(message)
            more = message["type"] == "http.request" and bool(message.get("more_body"))
            yield message

    def _count(self, message: Message) -> None:
        self._seen += len(message.get("body", b""))
