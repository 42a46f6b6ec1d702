"""Slow clients, sockets that went silent, a thousand that come and go: each is bounded, and none stands in another's way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.server import serving


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """A page and an echoing socket."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message.get("text") or ""})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def _served(**changed: object) -> AsyncIterator[int]:
    """The socket server as the product runs it, on a free port."""
    options = {**serving.options(), **changed, "lifespan": "off"}
    server = uvicorn.Server(uvicorn.Config(_app, host="127.0.0.1", port=0, **options))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn tells it nowhere else)
        await asyncio.sleep(0.01)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    await running


async def _closed(reader: asyncio.StreamReader, within_s: float) -> bool:
    """Whether the server ends the connection in that time."""
    with suppress(TimeoutError, ConnectionError):
        return await asyncio.wait_for(reader.read(), within_s) == b""
    return False


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: "])
def test_a_client_that_does_not_finish_its_first_lines_is_let_go(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred such connections would use up the server's file handles; another is served meanwhile."""
    monkeypatch.setattr(serving, "REQUEST_WITHIN_S", 0.3)

    async def visit() -> None:
        async with _served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/") as answer:
                assert await answer.text() == "ok"
            assert await _closed(reader, 3)
            writer.close()

    asyncio.run(visit())


def test_a_chat_is_not_taken_for_a_slow_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket never makes a request again: what bounds its first lines must end with them."""
    monkeypatch.setattr(serving, "REQUEST_WITHIN_S", 0.2)

    async def visit() -> None:
        async with _served() as port, aiohttp.ClientSession() as http, http.ws_connect(f"http://127.0.0.1:{port}/ws") as socket:
            await asyncio.sleep(0.5)
            await socket.send_str("still here")
            assert await socket.receive_str(timeout=5) == "still here"

    asyncio.run(visit())


def test_a_socket_that_went_silent_is_noticed() -> None:
    """A phone that lost its network says no goodbye; the server asks, and lets go of who does not answer."""

    async def visit() -> None:
        async with _served(ws_ping_interval=0.1, ws_ping_timeout=0.2) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                b"GET /ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            assert b"101" in await reader.readuntil(b"\r\n\r\n")
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(), 3)
            assert reader.at_eof()
            writer.close()

    asyncio.run(visit())
    assert serving.options()["ws_ping_interval"] + serving.options()["ws_ping_timeout"] <= 60


def test_a_thousand_connections_that_come_and_go_leave_nothing_behind() -> None:
    """Phones on a train."""

    async def visit() -> None:
        async with _served() as port, aiohttp.ClientSession() as http:
            for _ in range(20):
                await asyncio.gather(*(_hello(http, port) for _ in range(50)))
            async with http.get(f"http://127.0.0.1:{port}/") as answer:
                assert await answer.text() == "ok"

    asyncio.run(visit())


async def _hello(http: aiohttp.ClientSession, port: int) -> None:
    async with http.ws_connect(f"http://127.0.0.1:{port}/ws") as socket:
        await socket.send_str("x")
        assert await socket.receive_str(timeout=10) == "x"


def test_a_head_that_is_too_long_is_refused() -> None:
    """Before any of it is kept."""

    async def visit() -> None:
        async with _served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"y" * 100_000)
            assert (await asyncio.wait_for(reader.read(12), 3)).startswith(b"HTTP/1.1 4")
            writer.close()

    asyncio.run(visit())
