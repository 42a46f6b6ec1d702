"""Channels to test with: one that remembers, one that refuses, one that hangs; a real webhook and a real mail server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.server_process import free_port


@dataclass
class FakeChannel:
    """Takes what it is sent, or answers with `problem`, or waits for `held` first."""

    fingerprint: str
    problem: str = ""
    held: threading.Event | None = None
    taken: list[tuple[str, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"fake {self.fingerprint}"

    def send(self, title: str, body: str) -> str:
        if self.held is not None:
            self.held.wait(20)
        if not self.problem:
            self.taken.append((title, body))
        return self.problem


@dataclass
class Webhook:
    """A server that takes notices, or answers with another code."""

    url: str = ""
    code: int = 200
    taken: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A real webhook on this machine."""
    state = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if state.code == 200:
                state.taken.append(body)
            self.send_response(state.code)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"json://nurse:hunter2@127.0.0.1:{server.server_port}/hook"
    yield state
    server.shutdown()
    server.server_close()


@dataclass
class Mailbox:
    """Mails as they arrived."""

    url: str = ""
    mails: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        self.mails.append(envelope.content.decode("utf-8", "replace"))
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A real SMTP server on this machine."""
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"mailto://127.0.0.1:{port}/?from=desk@clinic.example&to=nurses@clinic.example"
    yield box
    controller.stop()
