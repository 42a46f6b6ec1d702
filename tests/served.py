"""The product as a process of its own, on one article, for tests that attack it or break what it stands on."""

import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from app.wiring import Application
from tests.app.turns import GOUT
from tests.browser.conftest import free_port, stop

PASSWORD = "correct horse battery"
_START_S = 240


@dataclass(frozen=True)
class Served:
    """A running server, its data folder, and everything that it wrote to its standard streams."""

    url: str
    data_dir: Path
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End it, by the process id that was started."""
        stop(self.process)


def fill(data_dir: Path) -> None:
    """A data folder with one article, and Nora and Edna who work there."""
    data_dir.mkdir(parents=True)
    app = Application(Settings(data_dir=data_dir))
    app.add_articles([GOUT], "test")
    for login, role in (("nora", "care"), ("edna", "editor")):
        app.staff.add(login, login.capitalize(), role, PASSWORD)
    app.close()


def start(data_dir: Path, **environment: str) -> Served:
    """Start `carelight serve` and wait until it answers; AssertionError with what it said where it does not."""
    port = free_port()
    log = data_dir.parent / f"{data_dir.name}.log"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**os.environ, "CARELIGHT_REGION": "US", **environment}, stderr=out, stdout=out)
    served = Served(f"http://127.0.0.1:{port}", data_dir, log, process)
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and served.alive:
        try:
            with urllib.request.urlopen(f"{served.url}/healthz", timeout=2):
                return served
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")
