"""Someone of the editor desk changes a sentence and looks at a number, each beside the card that shows it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Server, sign_in
from tests.browser.test_accessibility import listed, serious

pytestmark = pytest.mark.browser


def test_a_sentence_is_changed_beside_its_card_and_put_back(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """By keyboard, in both languages; nothing of it reaches patients, and the working copy can be thrown away."""
    page = visitor().new_page()
    sign_in(page, server, "rita", "/desk/editor/texts")
    page.get_by_role("link", name="Set words, English").click()
    page.get_by_label("Find a sentence or a key").fill("card_no_wait")
    expect(page.get_by_role("button", name="Change")).to_have_count(1)
    page.get_by_role("button", name="Change").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("English").fill("Do not sit here waiting.")
    expect(dialog.locator(".ed-care-emergency").first).to_contain_text("Do not sit here waiting.")
    assert serious(page) - listed() == set()
    dialog.get_by_role("button", name="Save in the working copy").press("Enter")
    expect(page.locator(".ed-entry")).to_contain_text("changed")
    assert serious(page) - listed() == set()
    page.get_by_role("button", name="Throw the working copy away").click()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.locator(".ed-entry ins")).to_have_count(0)


def test_a_number_is_shown_with_what_vouches_for_it(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """A row without its second check says that nobody sees it."""
    page = visitor().new_page()
    sign_in(page, server, "rita", "/desk/editor/texts/numbers.regions")
    page.get_by_label("Country").select_option("GB")
    expect(page.get_by_text("not shown: needs a source and a second check").first).to_be_visible()
    assert serious(page) - listed() == set()
    page.get_by_role("button", name="Change").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".ed-care").first).to_contain_text("999")
    dialog.get_by_label("Another page that agrees").fill("")
    expect(dialog).to_contain_text("the second check must name another page")
    assert serious(page) - listed() == set()
    dialog.get_by_role("button", name="Not now").click()
