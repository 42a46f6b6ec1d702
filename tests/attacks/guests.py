"""Guests as the server sees them: a cookie jar and the chat's own socket, in the hands of someone who means harm."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio

from app.guests import COOKIE, guest_id
from benchmarks import page
from tests.server_process import Server


@dataclass
class Guest:
    """Someone with a browser. `heard` holds all that the server sent, as (event, data)."""

    served: Server
    http: aiohttp.ClientSession
    session: str = field(default_factory=lambda: str(uuid.uuid4()))
    heard: list[tuple[str, Any]] = field(default_factory=list)
    socket: Any = None

    @property
    def cookie(self) -> str:
        """The guest's signed cookie."""
        return next(item.value for item in self.http.cookie_jar if item.key == COOKIE)

    def patient(self, secret: str) -> str:
        """Their id in the records."""
        return guest_id(self.cookie, secret) or ""

    async def open(self, *, thread: str = "", session: str = "", origin: str = "") -> None:
        """Open the chat's socket, for a thread or a session of one's choice."""
        self.socket = socketio.AsyncClient(http_session=self.http, reconnection=False)
        for event in ("new_message", "resume_thread", "element", "first_interaction", "resume_thread_error"):
            self.socket.on(event, self._hears(event))
        self.session = session or self.session
        identity = {"clientType": "webapp", "sessionId": self.session, "threadId": thread, "userEnv": "{}", "chatProfile": ""}
        headers = {"origin": origin or self.served.url}
        await self.socket.connect(self.served.url, headers, socketio_path="/ws/socket.io", transports=["websocket"], auth=identity)
        await self.socket.emit("connection_successful")
        await asyncio.sleep(0.3)

    async def say(self, text: str, **forged: object) -> None:
        """Send a message, with whatever else a page would never send, and wait for what comes."""
        sent = {"id": str(uuid.uuid4()), "name": "user", "type": "user_message", "output": text, "createdAt": "2026-01-01T00:00:00Z"}
        before = len(self.heard)
        await self.socket.emit("client_message", {"message": sent | forged, "fileReferences": []})
        for _ in range(100):
            await asyncio.sleep(0.05)
            if not self.socket.connected or any(event == "element" or "assistant" in str(data) for event, data in self.heard[before:]):
                return

    async def act(self, name: str, payload: dict[str, object], session: str = "") -> int:
        """Press a button of the page; the status that comes back."""
        action = {"id": str(uuid.uuid4()), "name": name, "payload": payload, "label": "", "tooltip": "", "icon": ""}
        sent = {"sessionId": session or self.session, "action": action}
        async with self.http.post(f"{self.served.url}/project/action", json=sent, headers={"origin": self.served.url}) as answer:
            return answer.status

    def texts(self) -> str:
        """All that was heard, as one text."""
        return str(self.heard)

    def _hears(self, event: str) -> Any:
        async def hear(data: Any = None) -> None:
            self.heard.append((event, data))

        return hear


@asynccontextmanager
async def guest(served: Server) -> AsyncIterator[Guest]:
    """A new guest who has opened the page."""
    async with page.browser() as http:
        await http.get(served.url, headers={"accept": "text/html"})
        await http.post(f"{served.url}/auth/header", headers={"origin": served.url})
        made = Guest(served, http)
        yield made
        if made.socket is not None:
            await made.socket.disconnect()
