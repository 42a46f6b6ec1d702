"""Consent in a real browser: the panel blocks nobody from typing, an emergency is carded before it, and agreeing brings answers."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Server, open_chat, running, say
from tests.browser.test_accessibility import listed, serious

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product where patients are asked to agree."""
    with running(tmp_path_factory.mktemp("asking") / "data", CARELIGHT_CONSENT="asked") as made:
        yield made


def test_the_screen_waits_for_nobody_and_the_answer_for_consent(visitor: Callable[..., BrowserContext], asking: Server) -> None:
    """On a phone: typed beneath the panel, withheld, agreed to, answered; and a red flag is carded before any of it."""
    page = open_chat(visitor(viewport={"width": 390, "height": 844}, locale="en-US"), asking)
    expect(page.locator("#carelight-consent .numbers a").first).to_be_visible()
    assert serious(page) - listed() == set()
    say(page, "What helps with a cold?")
    page.click("[data-testid=consent-read]")
    page.click("#carelight-agree")
    expect(page.locator("#carelight-consent")).to_have_count(0)
    say(page, "What helps with a cold?")
    expect(page.locator("[data-testid=answer]")).to_have_count(1)

    other = open_chat(visitor(locale="es-MX"), asking)
    expect(other.locator("#carelight-agree")).to_have_text("Acepto")
    say(other, "I have crushing chest pain and cannot breathe")
    expect(other.locator("[data-testid=care-card]")).to_have_count(1)
