"""The product as a process of its own, for tests in a browser, tests that attack it, and benchmarks."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_START_S = 240
_STOP_S = 20
_LAST_WORDS = 2000


@dataclass(frozen=True)
class Server:
    """A Carelight that runs, its data folder, and everything that it wrote to its standard streams."""

    url: str
    data_dir: Path
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    @property
    def memory_mb(self) -> float:
        """Resident memory now."""
        pages = int(self._told("statm").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    @property
    def processor_s(self) -> float:
        """Processor time used so far."""
        times = self._told("stat").rsplit(")", 1)[1].split()
        return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")

    def _told(self, what: str) -> str:
        return Path(f"/proc/{self.process.pid}/{what}").read_text(encoding="ascii")

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-_LAST_WORDS:]

    def stop(self) -> None:
        """End it, by the process id that was started."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(_STOP_S)


@contextmanager
def running(data_dir: Path, within_s: float = _START_S, /, **environment: str) -> Iterator[Server]:
    """`carelight serve` on a free port as long as the block runs; RuntimeError with its last words where it does not answer in time."""
    port = free_port()
    log = data_dir.parent / f"{data_dir.name}.log"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**os.environ, "CARELIGHT_REGION": "US", **environment}, stdout=out, stderr=out)
    server = Server(f"http://127.0.0.1:{port}", data_dir, log, process)
    try:
        if not answers(f"{server.url}/healthz", lambda: server.alive, within_s):
            raise RuntimeError(f"the server did not start: {server.last_words()}")
        yield server
    finally:
        server.stop()


def answers(address: str, alive: Callable[[], bool], within_s: float) -> bool:
    """Wait until a page can be read from the server there; False where it is no longer `alive`, or in time gives none."""
    deadline = time.monotonic() + within_s
    while alive() and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return True
        except OSError:
            time.sleep(0.05)
    return False


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
