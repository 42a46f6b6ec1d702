"""A scripted OpenAI-compatible server on this machine: the real client talks to it, and it does what a test tells it to.

Each call takes the next script of the queue; the last one stays. A script is a list of steps: text to stream, a pause, a
gate to wait at, an end of the connection in the middle, or a status instead of a stream.
"""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Status:
    """Answer with this status, and perhaps ask to wait."""

    code: int
    retry_after: str = ""


@dataclass(frozen=True)
class Hang:
    """Say nothing for that long, or until the server closes."""

    seconds: float = 30.0


@dataclass(frozen=True)
class Drop:
    """Close the connection in the middle of the stream."""


@dataclass(frozen=True)
class Gate:
    """Go on when the test sets `open`; `reached` tells it that the server came here."""

    open: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)


Step = str | Status | Hang | Drop | Gate
Script = Sequence[Step]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripts: list[Script] = []
        self.requests: list[dict[str, Any]] = []
        self.closing = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no error here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(body)
        scripts = self.server.scripts
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        if script and isinstance(script[0], Status):
            self._refuse(script[0])
            return
        if script and isinstance(script[0], Hang):
            self.server.closing.wait(script[0].seconds)
            script = script[1:]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if self._stream(script):
            self._event(_chunk("", finish="stop"))
            self._event({**_chunk(""), "choices": [], "usage": {"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366}})
            self._write(b"data: [DONE]\n\n")
            self._write(b"")

    def _stream(self, script: Script) -> bool:
        """Do each step; False where the connection was dropped."""
        self._event(_chunk("", role=True))
        for step in script:
            if isinstance(step, str):
                for word in step.split(" "):
                    self._event(_chunk(word if word == step.split(" ", maxsplit=1)[0] else f" {word}"))
            elif isinstance(step, Hang):
                self.server.closing.wait(step.seconds)
            elif isinstance(step, Gate):
                step.reached.set()
                step.open.wait(20)
            elif isinstance(step, Drop):
                self.close_connection = True
                self.connection.shutdown(2)
                return False
        return True

    def _refuse(self, status: Status) -> None:
        body = b'{"error": {"message": "scripted", "type": "scripted"}}'
        self.send_response(status.code)
        if status.retry_after:
            self.send_header("retry-after", status.retry_after)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _event(self, data: dict[str, Any]) -> None:
        self._write(f"data: {json.dumps(data)}\n\n".encode())

    def _write(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


def _chunk(text: str, *, role: bool = False, finish: str | None = None) -> dict[str, Any]:
    delta = {"role": "assistant", "content": text} if role else {"content": text} if finish is None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "scripted", "object": "chat.completion.chunk", "created": int(time.time()), "model": "scripted", "choices": [choice]}


class ScriptedServer:
    """The server with its address, what was asked of it, and its queue of scripts."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self.url = f"http://127.0.0.1:{server.server_address[1]}/v1"

    def says(self, *scripts: Script) -> None:
        """What the next calls are answered with; the last is used again and again."""
        self._server.scripts[:] = list(scripts)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The bodies that were sent, in order."""
        return self._server.requests


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """A server on a free port as long as the test runs."""
    server = _Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield ScriptedServer(server)
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
