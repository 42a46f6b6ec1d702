"""A clinician reads the red-flag rules, tries a message, and signs the set in force."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Server, sign_in

pytestmark = pytest.mark.browser


def test_a_reviewer_finds_a_rule_tries_a_message_and_signs(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """All that two people need before they put their names under the rules."""
    page = visitor().new_page()
    sign_in(page, server, "rita", "/desk/rules")
    page.get_by_label("Find in rules").fill("button battery")
    expect(page.get_by_text("swallowed", exact=False).first).to_be_visible()
    page.get_by_label("Message").fill("No fever, but crushing chest pain down my arm and I am sweating")
    page.get_by_role("button", name="Check this message").click()
    tried = page.get_by_test_id("tried")
    expect(tried).to_contain_text("Level: emergency")
    expect(tried).to_contain_text("heart-attack")
    page.get_by_role("button", name="I have read these rules and sign them").click()
    expect(page.get_by_test_id("status")).to_contain_text("signed by Rita (2 people must sign it before production)")


def test_a_nurse_reads_the_rules_and_cannot_sign_them(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """Signing is a reviewer's."""
    page = visitor().new_page()
    sign_in(page, server, "nora", "/desk/rules")
    expect(page.get_by_test_id("status")).to_be_visible()
    expect(page.get_by_role("button", name="I have read these rules and sign them")).to_have_count(0)


def test_nobody_reads_them_without_signing_in(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """What would slip past the rules is nobody else's business."""
    page = visitor().new_page()
    page.goto(f"{server.url}/desk/rules")
    expect(page.locator("#password")).to_be_visible()
