"""Signing in by the clinic's portal in a real browser: ask on one device, read on at another; the desk opens for a nurse."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import open_chat, say
from tests.browser.test_accessibility import listed, serious
from tests.oidc_provider import CLIENT, SECRET, Provider, provider
from tests.server_process import Server, running

pytestmark = pytest.mark.browser
_CHATS = "a[href^='/thread/']"


@pytest.fixture(scope="module")
def portal() -> Iterator[Provider]:
    """The clinic's accounts, on another site than the chat, as in life: browsers treat what comes from there with care."""
    with provider("localhost") as made:
        yield made


@pytest.fixture(scope="module")
def clinic(portal: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product with both ways of signing in."""
    known = {"ISSUER": portal.issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}
    chosen = {f"CARELIGHT_{who}_OIDC_{name}": value for who in ("PATIENT", "STAFF") for name, value in known.items()}
    with running(tmp_path_factory.mktemp("portal") / "data", **chosen, CARELIGHT_STAFF_OIDC_ROLES="nurses=care") as server:
        yield server


def _sign_in(page: Page) -> None:
    page.click("#carelight-sign-in")
    page.wait_for_selector("#carelight-sign-out")
    page.wait_for_selector("#chat-input")


def test_a_patient_reads_on_at_another_device(visitor: Callable[..., BrowserContext], clinic: Server, portal: Provider) -> None:
    """On a phone: signed in, asked; on a desktop: signed in, and there it is. Signed out, it is gone from the screen."""
    phone = open_chat(visitor(viewport={"width": 390, "height": 844}), clinic)
    _sign_in(phone)
    say(phone, "What helps with a cold?")
    expect(phone.locator("[data-testid=answer]")).to_have_count(1)

    desktop = open_chat(visitor(), clinic)
    expect(desktop.locator(_CHATS)).to_have_count(0)
    _sign_in(desktop)
    expect(desktop.locator(_CHATS)).to_have_count(1)
    desktop.goto(clinic.url + str(desktop.locator(_CHATS).get_attribute("href")))
    expect(desktop.locator("[data-testid=answer]")).to_have_count(1)
    desktop.goto(f"{clinic.url}/my-data")
    expect(desktop.get_by_text("You are signed in with your clinic account.")).to_be_visible()
    assert serious(desktop) - listed() == set()

    phone.click("#carelight-sign-out button")
    expect(phone.get_by_text("You are signed out here")).to_be_visible()
    assert serious(phone) - listed() == set()
    phone.goto(clinic.url)
    phone.wait_for_selector("#carelight-sign-in")
    expect(phone.locator("[data-testid=answer]")).to_have_count(0)

    portal.subject, portal.claims = "staff-1", {"preferred_username": "nina", "name": "Nina Nurse", "roles": ["nurses"]}
    nurse = visitor().new_page()
    nurse.goto(f"{clinic.url}/desk/care")
    nurse.click("text=Sign in with your clinic account")
    nurse.wait_for_url("**/desk/care")
    expect(nurse.get_by_text("Nina Nurse (care)")).to_be_visible()
