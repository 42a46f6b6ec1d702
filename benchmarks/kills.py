"""Kills the server at every step of an escalation: `python -m benchmarks.kills [--times N]`.

Each round: a new guest writes an emergency; the server is killed with SIGKILL at a step of what follows, or after 0 to 60 ms;
it is started again on the same data. Then exactly one case of that guest must stand, its notice must have reached a webhook, and
the guest's page must get the care card when it reconnects. Two rounds of `make test` do the same.
"""

import argparse
import asyncio
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from app.guests import COOKIE, guest_id
from benchmarks import page
from benchmarks.nursery import STEPS
from tests.server_process import answers, free_port

EMERGENCY = "I have crushing chest pain going down my left arm and I am sweating"
_WAIT_S = 60


@dataclass
class Webhook:
    """A server that takes notices, with the time of each."""

    url: str
    bodies: list[tuple[float, str]] = field(default_factory=list)

    def about(self, case_id: str) -> list[float]:
        """When notices of that case came."""
        return [at for at, body in self.bodies if case_id in body]


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A webhook on this machine."""
    taken = Webhook("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.bodies.append((time.time(), self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    taken.url = f"json://127.0.0.1:{server.server_port}/"
    yield taken
    server.shutdown()
    server.server_close()


class Nursery:
    """Servers on one data folder, made fast."""

    def __init__(self, data_dir: Path, hook: Webhook) -> None:
        self.data_dir, self.hook = data_dir, hook
        command = [sys.executable, "-m", "benchmarks.nursery", str(data_dir), hook.url]
        self._log = (data_dir.parent / "servers.log").open("wb")
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)
        self._read_until("ready")

    def start(self, step: str = "-", armed: str = "message") -> "Server":
        """A server that dies at `step`; it can be used when this returns, unless it dies before."""
        port = free_port()
        assert self._process.stdin  # noqa: S101 (it was opened as a pipe)
        self._process.stdin.write(f"{port}\t{step}\t{armed}\n")
        self._process.stdin.flush()
        server = Server(f"http://127.0.0.1:{port}", int(self._pipe().readline()))
        server.wait()
        return server

    def close(self) -> None:
        """End, by the process id that was started."""
        self._process.terminate()
        self._process.wait(timeout=10)
        self._log.close()

    def _pipe(self) -> IO[str]:
        assert self._process.stdout  # noqa: S101 (as above)
        return self._process.stdout

    def _read_until(self, word: str) -> None:
        for line in self._pipe():
            if line.strip() == word:
                return
        raise RuntimeError(f"the nursery ended: {Path(self._log.name).read_text()[-2000:]}")


@dataclass(frozen=True)
class Server:
    """A running server, or one that died at its step."""

    url: str
    pid: int

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def wait(self) -> None:
        """Until it serves or is dead."""
        answers(f"{self.url}/healthz", lambda: self.alive, _WAIT_S)

    def kill(self) -> None:
        """As a power cut would."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.gone()

    def gone(self, within_s: float = 20) -> bool:
        """Whether it died in time."""
        deadline = time.monotonic() + within_s
        while self.alive and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.alive


class Guest:
    """A patient's page: its cookie, and a socket like the browser's."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def patient(self, data_dir: Path) -> str:
        """The id behind the cookie."""
        return guest_id(self.cookies[COOKIE], (data_dir / "secrets" / "guest").read_text().strip()) or ""

    async def write(self, server: Server, text: str, then_kill_after: float | None = None) -> None:
        """Send a message, and where asked kill the server so many seconds later."""
        async with self._page(server) as (client, _):
            await page.write(client, text)
            if then_kill_after is not None:
                await asyncio.sleep(then_kill_after)
                os.kill(server.pid, signal.SIGKILL)
            await asyncio.to_thread(server.gone)

    async def transcript(self, server: Server, chat: str) -> dict[str, Any]:
        """What the page gets when it reconnects to its chat."""
        async with self._page(server, chat) as (_, resumed):
            return dict(await asyncio.wait_for(resumed.get(), 20))

    def _page(self, server: Server, chat: str = "") -> "_Page":
        return _Page(self, server, chat)


class _Page:
    """A connection, closed at the end."""

    def __init__(self, guest: Guest, server: Server, chat: str) -> None:
        self._guest, self._server, self._chat = guest, server, chat

    async def __aenter__(self) -> tuple[Any, "asyncio.Queue[Any]"]:
        base, guest = self._server.url, self._guest
        self._http = page.browser(guest.cookies)
        resumed: asyncio.Queue[Any] = asyncio.Queue()
        self._client = await page.connect(self._http, base, {"resume_thread": resumed.put}, self._chat)
        guest.cookies = {cookie.key: cookie.value for cookie in self._http.cookie_jar if cookie.key == COOKIE}
        return self._client, resumed

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()
        await self._http.close()


@dataclass(frozen=True)
class Round:
    """What a round found. `wrong` is empty where nothing was lost."""

    step: str
    wrong: str
    written_again: bool
    """Whether the kill came before the message was stored, so that the patient, who sees that, writes it again."""
    notice_s: float


def one_round(nursery: Nursery, step: str, second: str = "") -> Round:
    """Kill at `step` ("random" for any moment), and at `second` of the restart; then look."""
    guest, delay = Guest(), random.uniform(0, 0.06) if step == "random" else None
    server = nursery.start("-" if step == "random" else step)
    asyncio.run(guest.write(server, EMERGENCY, delay))
    if not server.gone():
        server.kill()
        return Round(step, "the step was never reached", written_again=False, notice_s=0)
    if second:
        nursery.start(second, "start").gone()
    started, server = time.time(), nursery.start()
    try:
        return _looked(nursery, server, guest, step, started)
    finally:
        server.kill()


def _looked(nursery: Nursery, server: Server, guest: Guest, step: str, started: float) -> Round:
    patient, again = guest.patient(nursery.data_dir), False
    if not _rows(
        nursery.data_dir, "select t.id from turns t join conversations c on c.id = t.conversation_id where c.patient_id = ?", patient
    ):
        again = True
        writing = threading.Thread(target=lambda: asyncio.run(guest.write(server, EMERGENCY)), daemon=True)
        writing.start()
    cases, notices = _await_notice(nursery, patient)
    if len(cases) != 1:
        return Round(step, f"{len(cases)} cases", again, 0)
    if not notices:
        return Round(step, "no notice", again, 0)
    thread = asyncio.run(guest.transcript(server, cases[0][1]))
    cards = [element for element in thread["elements"] if element["name"] == "CareCard"]
    return Round(step, "" if cards else "no card on the page", again, max(0.0, min(notices) - started))


def _await_notice(nursery: Nursery, patient: str) -> tuple[Sequence[tuple[str, ...]], list[float]]:
    """The patient's cases and the notices of the first, once there are any."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        cases = _rows(nursery.data_dir, "select id, conversation_id from cases where patient_id = ?", patient)
        if cases and (notices := nursery.hook.about(cases[0][0])):
            return cases, notices
        time.sleep(0.05)
    return cases, []


def _rows(data_dir: Path, query: str, *values: str) -> Sequence[tuple[str, ...]]:
    with closing(sqlite3.connect(f"file:{data_dir / 'carelight.db'}?mode=ro", uri=True, timeout=5)) as database:
        return database.execute(query, values).fetchall()


def main() -> None:
    """Kill and print one line a round, then the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    times = parser.parse_args().times
    steps = [(step, "") for step in STEPS] + [("random", "")] * 4
    steps += [("message received", "case stored"), ("message received", "card half stored"), ("message received", "card stored")]
    with tempfile.TemporaryDirectory() as folder, webhook() as hook:
        nursery = Nursery(Path(folder) / "data", hook)
        rounds = []
        for number in range(times):
            step, second = steps[number % len(steps)]
            rounds.append(found := one_round(nursery, step, second))
            print(f"{number + 1}\t{step}{', then ' + second if second else ''}\t{found.wrong or 'one case, notified, card'}", flush=True)
        nursery.close()
    lost = [found for found in rounds if found.wrong]
    print(f"{len(rounds)} kills, {len(lost)} with something lost, {sum(r.written_again for r in rounds)} before the message was stored")
    waits = sorted(found.notice_s for found in rounds if found.notice_s)
    if waits:
        print(f"from the restart to the notice, s: median {statistics.median(waits):.1f}, longest {waits[-1]:.1f} (of {len(waits)})")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
