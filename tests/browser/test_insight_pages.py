"""The pages of figures and reviews on a made-up day: filled, reachable by everyone, and loaded from nobody but us."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Server, sign_in
from tests.browser.test_accessibility import listed, serious

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made_up_day(server: Server) -> Iterator[None]:
    """The demo on the running server's records, taken away again."""
    command = [sys.executable, "-m", "app.cli", "demo", "care", "--data-dir", str(server.data_dir)]
    subprocess.run(command, check=True, capture_output=True)
    yield
    subprocess.run([*command, "--clear"], check=True, capture_output=True)


@pytest.fixture
def nurse(visitor: Callable[..., BrowserContext], server: Server, made_up_day: None) -> Page:
    """A nurse at the desk."""
    page = visitor().new_page()
    sign_in(page, server, "nora", "/desk/care")
    return page


def _turned_on(page: Page, name: str) -> None:
    """Turn a switch on that the server draws, however long it takes to."""
    box = page.get_by_role("checkbox", name=name)
    expect(box).to_be_visible()
    if not box.is_checked():
        box.click()
    expect(box).to_be_checked()


def test_the_figures_are_drawn_and_told_in_tables_from_nobody_but_us(nurse: Page, server: Server) -> None:
    """A chart that asks another host tells it who looks at patients."""
    asked: set[str] = set()
    nurse.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    nurse.goto(f"{server.url}/desk/care/figures")
    _turned_on(nurse, "Made-up demo cases")
    expect(nurse.get_by_role("table", name="Verdicts by rule")).to_contain_text("heart-attack")
    expect(nurse.get_by_role("table", name="Past their target")).to_be_visible()
    expect(nurse.locator("[role=img] canvas").first).to_be_visible()
    assert {host for host in asked if host} == {urlsplit(server.url).netloc}
    assert serious(nurse) - listed() == set()


def test_a_nurse_reads_a_masked_chat_and_gives_a_verdict(nurse: Page, server: Server) -> None:
    """From the list to the rate."""
    nurse.goto(f"{server.url}/desk/care/reviews")
    _turned_on(nurse, "Made-up demo chats")
    row = nurse.locator('[data-testid="review"][data-why="said_urgent"]').first
    row.get_by_role("button", name="Read").click()
    reading = nurse.get_by_test_id("reading")
    expect(reading).to_contain_text("The patient called this urgent")
    assert serious(nurse) - listed() == set()
    reading.get_by_role("button", name="Missed urgent").click()
    expect(nurse.locator('[data-testid="review"][data-why="said_urgent"]').first).to_contain_text("Missed urgent")
    expect(nurse.get_by_role("table", name="Missed, of the random sample")).to_contain_text("0 of 3")


@pytest.mark.parametrize("path", ["/desk/care/figures", "/desk/care/reviews"])
def test_only_the_care_team_sees_them(path: str, visitor: Callable[..., BrowserContext], server: Server) -> None:
    """A reviewer of articles has no business in patients' chats."""
    page = visitor().new_page()
    sign_in(page, server, "rita", "/desk/rules")
    page.goto(f"{server.url}{path}")
    expect(page.locator("#password")).to_be_visible()
