"""A patient's page as the server sees it: the chat's own socket, without a browser."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import socketio

Heard = Callable[[Any], Awaitable[None]]


def browser(cookies: Mapping[str, str] | None = None) -> aiohttp.ClientSession:
    """Where a guest's cookie is kept, also for an address without a name."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), cookies=cookies)


async def connect(http: aiohttp.ClientSession, base: str, heard: Mapping[str, Heard], chat: str = "") -> Any:
    """Load the page and open its chat, or `chat` again; `heard` takes what the server sends, by the name of the event."""
    await http.get(base, headers={"accept": "text/html"})
    await http.post(f"{base}/auth/header", headers={"origin": base})
    client = socketio.AsyncClient(http_session=http, reconnection=False)
    for event, hear in heard.items():
        client.on(event, hear)
    identity = {"clientType": "webapp", "sessionId": str(uuid.uuid4()), "threadId": chat, "userEnv": "{}", "chatProfile": ""}
    await client.connect(base, socketio_path="/ws/socket.io", transports=["websocket"], auth=identity)
    await client.emit("connection_successful")
    await asyncio.sleep(0.2)
    return client


async def write(client: Any, text: str) -> None:
    """Press Enter."""
    sent = {"id": str(uuid.uuid4()), "name": "user", "type": "user_message", "output": text, "createdAt": "2026-01-01T00:00:00Z"}
    await client.emit("client_message", {"message": sent, "fileReferences": []})
