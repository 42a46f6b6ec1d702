"""A real server on a free port, and Chromium to use it with. One server is shared; its data folder is made once."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.server_process import Server, running

__all__ = ["ASSISTANT", "PASSWORD", "Server", "open_chat", "running", "say", "send", "sign_in"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
ASSISTANT = "[data-step-type='assistant_message']"
PASSWORD = "correct horse battery"
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product on the starter corpus with the real embedding model, a nurse and a reviewer."""
    data_dir = tmp_path_factory.mktemp("carelight") / "data"
    for login, role in (("nora", "care"), ("rita", "reviewer"), ("edna", "editor")):
        add = [sys.executable, "-m", "app.cli", "staff", "add", login, "--role", role, "--name", login.capitalize()]
        subprocess.run([*add, "--data-dir", str(data_dir)], input=f"{PASSWORD}\n".encode(), check=True, capture_output=True)
    with running(data_dir) as made:
        yield made


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
