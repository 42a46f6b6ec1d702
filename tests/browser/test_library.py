"""The library as a reader uses it: titles while typing, and everything without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def reader(visitor: Callable[..., BrowserContext]) -> Page:
    """A browser that has not been to the chat."""
    return visitor().new_page()


def test_titles_appear_while_typing_in_spite_of_a_slip(reader: Page, server: Server) -> None:
    """The reader chooses one and reads; the choice is announced to screen readers."""
    reader.goto(f"{server.url}/library")
    reader.get_by_role("searchbox").press_sequentially("kidny ston")
    first = reader.locator("#found").get_by_role("link").first
    expect(first).to_have_text("Kidney stones")
    expect(reader.locator("#found")).to_have_attribute("aria-live", "polite")
    first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Kidney stones")


def test_the_library_works_without_scripts(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """Search, sorting and reading are plain links and a form."""
    page = visitor(java_script_enabled=False).new_page()
    page.goto(f"{server.url}/library")
    page.get_by_role("link", name="Body part").click()
    page.get_by_role("link", name="Skin, hair and nails").click()
    page.get_by_role("searchbox").fill("hayfever")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Hay fever").first.click()
    page.get_by_role("link", name="When to get help").click()
    expect(page).to_have_url(f"{server.url}/library/hay-fever#when-to-get-help")


def test_a_related_article_is_one_click_away(reader: Page, server: Server) -> None:
    """From the pain to its test, from the test to its illness."""
    reader.goto(f"{server.url}/library/gallstones")
    related = reader.locator("section.related").get_by_role("link")
    expect(related.first).to_be_visible()
    name = related.first.inner_text()
    related.first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(name)
