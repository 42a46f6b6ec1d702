"""A patient's own data in a real browser: found from the chat, deleted for good, and no word left in any file of the server."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Server, open_chat, say
from tests.browser.test_accessibility import listed, serious

pytestmark = pytest.mark.browser

CANARY = "zanahoria-canary"


def _holding(server: Server) -> list[str]:
    """Files that hold the patient's words: records, keys, index, spool, logs."""
    folder = server.data_dir.parent
    return [str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]


def test_what_was_written_is_found_read_and_deleted(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """From the chat's own header, on a phone; after it the chat does not come back."""
    page = open_chat(visitor(viewport={"width": 390, "height": 844}, locale="en-US"), server)
    say(page, f"what is gout? {CANARY}")
    assert _holding(server) == []
    chat = page.url
    page.click("#carelight-notice a[href='/my-data']")
    page.click(".mine a")
    expect(page.locator(".lines .you .said")).to_have_text(f"what is gout? {CANARY}")
    assert serious(page) - listed() == set()
    page.click(".mine-all summary")
    page.click(".mine-all button")
    expect(page.locator(".done")).to_contain_text("The chat is deleted")
    assert serious(page) - listed() == set()
    page.goto(chat)
    page.wait_for_timeout(1000)
    expect(page.locator("body")).not_to_contain_text(CANARY)
    assert _holding(server) == []


def test_leaving_quickly_from_it_leaves_nothing_behind(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """The back button finds no data on a shared phone (rule of care 11)."""
    context = visitor(locale="en-US")
    page: Page = open_chat(context, server)
    say(page, "What helps with a cold?")
    page.goto(f"{server.url}/my-data")
    expect(page.locator(".mine li")).to_have_count(1)
    page.click("form.leave button")
    page.wait_for_url("about:blank")
    assert [cookie["name"] for cookie in context.cookies() if cookie["name"] in ("carelight_guest", "access_token")] == []
    page.goto(f"{server.url}/my-data")
    expect(page.locator(".mine li")).to_have_count(0)
