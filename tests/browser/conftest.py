"""A real server on a free port, and Chromium to use it with. One server is shared; its data folder is made once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
_START_S = 240
ASSISTANT = "[data-step-type='assistant_message']"
PASSWORD = "correct horse battery"
expect.set_options(timeout=15_000)


@dataclass(frozen=True)
class Server:
    """A running Carelight."""

    url: str
    data_dir: Path


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data_dir: Path, **environment: str) -> tuple[Server, "subprocess.Popen[bytes]"]:
    """Start the server and wait until it can serve."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    log = (data_dir.parent / f"{data_dir.name}.log").open("wb")
    process = subprocess.Popen(command, env={**os.environ, "CARELIGHT_REGION": "US", **environment}, stderr=log, stdout=log)
    server = Server(f"http://127.0.0.1:{port}", data_dir)
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {Path(log.name).read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=2):
                return server, process
        except OSError:
            time.sleep(0.3)
    process.kill()
    raise AssertionError("the server did not start in time")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server by the process id that was started."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product on the starter corpus with the real embedding model, a nurse and a reviewer."""
    data_dir = tmp_path_factory.mktemp("carelight") / "data"
    for login, role in (("nora", "care"), ("rita", "reviewer"), ("edna", "editor")):
        add = [sys.executable, "-m", "app.cli", "staff", "add", login, "--role", role, "--name", login.capitalize()]
        subprocess.run([*add, "--data-dir", str(data_dir)], input=f"{PASSWORD}\n".encode(), check=True, capture_output=True)
    running, process = start(data_dir)
    yield running
    stop(process)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; the tests skip where it is not installed."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (.ci/run installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts, each a person of their own."""
    opened: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(visitor: Callable[..., BrowserContext], server: Server) -> Page:
    """The chat, open on a desktop."""
    return open_chat(visitor(), server)


def open_chat(context: BrowserContext, server: Server, path: str = "/") -> Page:
    """The chat in a new tab, ready to type."""
    page = context.new_page()
    page.goto(server.url + path)
    page.wait_for_selector("#carelight-notice")
    page.wait_for_selector("#chat-input")
    return page


def sign_in(page: Page, server: Server, login: str, to: str) -> None:
    """Sign a member of staff in and open the desk page `to`."""
    page.goto(f"{server.url}/sign-in?to={to}")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"**{to}")


def send(page: Page, text: str) -> None:
    """Type a message and press Enter once the page can send, without waiting for a reply."""
    page.click("#chat-input")
    page.keyboard.type(text)
    page.wait_for_selector("#chat-submit:not([disabled])")
    page.keyboard.press("Enter")


def say(page: Page, text: str) -> None:
    """Send a message and wait for the next reply."""
    before = page.locator(ASSISTANT).count()
    send(page, text)
    page.wait_for_function("([s, n]) => document.querySelectorAll(s).length > n", arg=[ASSISTANT, before])
