"""axe-core over every page that people use: no critical or serious violation beyond those listed with their reason."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Server, open_chat, say, sign_in

pytestmark = pytest.mark.browser
LISTED = Path(__file__).parent.parent.parent / "docs" / "accessibility.md"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
RED_FLAG = "I have crushing chest pain going down my left arm and I am sweating"


def listed() -> set[str]:
    """Ids of violations that docs/accessibility.md names as known, each with its reason."""
    return set(re.findall(r"^\| `([a-z-]+)` \|", LISTED.read_text(encoding="utf-8"), re.MULTILINE))


_SETTLED = """() => {
  for (const moving of document.getAnimations()) {
    try { moving.finish() } catch { /* one that goes on for ever */ }
  }
}"""


def serious(page: Page) -> set[str]:
    """Ids of critical and serious violations on `page` as it stands now, with the elements in the message.

    An open dialog of a desk is judged by itself: the page behind it is dimmed, and cannot be used.
    """
    page.wait_for_timeout(600)
    page.evaluate(_SETTLED)
    within = ".q-dialog" if page.locator(".q-dialog__inner:visible").count() else None
    options = {"preload": False}  # loading styles anew draws Quasar's bar into the page
    found = Axe().run(page, within, options).response["violations"]
    for violation in found:
        if violation["impact"] in ("critical", "serious"):
            print(violation["id"], [node["html"][:160] for node in violation["nodes"]][:4])
    return {violation["id"] for violation in found if violation["impact"] in ("critical", "serious")}


def home(page: Page) -> None:
    """The chat before a word is typed."""


def conversation(page: Page) -> None:
    """A chat with an answer and a card."""
    say(page, "what is gout?")
    say(page, RED_FLAG)
    page.get_by_test_id("care-card").wait_for()


def question_open(page: Page) -> None:
    """A question with its buttons."""
    say(page, "my baby has a fever, what can I give?")
    page.get_by_test_id("ask").wait_for()


def form_open(page: Page) -> None:
    """The form below a card, and what follows when an answer was said to be urgent."""
    say(page, "what is gout?")
    page.get_by_test_id("said-urgent").click()
    say(page, RED_FLAG)
    page.get_by_test_id("reach").last.locator("summary").click()


def source_open(page: Page) -> None:
    """A cited passage beside the chat."""
    say(page, "what is gout?")
    page.get_by_test_id("citation").first.click()
    page.get_by_test_id("passage").wait_for()


def history_open(page: Page) -> None:
    """The list of chats."""
    say(page, "what is gout?")
    page.locator("#header #sidebar-trigger-button").click()
    page.wait_for_selector("[id^=thread-]")


def settings_open(page: Page) -> None:
    """The settings dialog."""
    page.click("#chat-settings-open-modal")
    page.wait_for_selector("[role=dialog]")


@pytest.mark.parametrize("arrange", [home, conversation, question_open, form_open, source_open, history_open, settings_open])
def test_the_chat_has_no_serious_violation(arrange: Callable[[Page], None], page: Page) -> None:
    """A screen reader's user in an emergency must find the number."""
    arrange(page)
    assert serious(page) - listed() == set()


@pytest.mark.parametrize("arrange", [home, conversation, question_open, form_open])
def test_the_chat_on_a_phone_has_no_serious_violation(
    arrange: Callable[[Page], None], visitor: Callable[..., BrowserContext], server: Server
) -> None:
    """The same, on the device most people hold."""
    page = open_chat(visitor(**PHONE), server)
    arrange(page)
    assert serious(page) - listed() == set()


@pytest.mark.parametrize("path", ["/library", "/library?by=body", "/library/gout", "/library/none-such", "/sign-in"])
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_plain_pages_have_no_serious_violation(
    path: str, options: dict[str, object], visitor: Callable[..., BrowserContext], server: Server
) -> None:
    """The library and the sign-in are all ours: nothing is listed for them."""
    page = visitor(**options).new_page()
    page.goto(server.url + path)
    assert serious(page) == set()


def test_what_a_search_of_the_library_finds_has_no_serious_violation(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """It comes by a form, for no address holds what somebody looks for."""
    page = visitor(**PHONE).new_page()
    page.goto(f"{server.url}/library")
    page.get_by_role("searchbox").fill("gout")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/library?found=*")
    assert serious(page) == set()


@pytest.mark.parametrize(("login", "to", "says"), [("nora", "/desk/care", "Open cases"), ("rita", "/desk/rules", "Try it")])
def test_the_desks_have_no_serious_violation(
    login: str, to: str, says: str, visitor: Callable[..., BrowserContext], server: Server
) -> None:
    """Nurses and clinicians use screen readers too."""
    page = visitor().new_page()
    sign_in(page, server, login, to)
    page.get_by_text(says).first.wait_for()
    assert serious(page) - listed() == set()
