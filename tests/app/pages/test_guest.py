"""What a guest decides about this device, and what the chat page is told about itself."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.guests import COOKIE, KEEP_COOKIE, guest_id, new_guest
from app.server.harden import Harden
from app.wiring import Application
from guardrails.level import Profile


@pytest.fixture
def guest(small: Application) -> str:
    """A guest's cookie."""
    return new_guest(small.secrets.guest)


@pytest.fixture
def client(site: FastAPI, small: Application, guest: str) -> TestClient:
    """A guest's browser, behind the hardening layer as in the product."""
    browser = TestClient(Harden(site, small.guests), headers={"origin": "http://testserver"})
    for name, value in ((COOKIE, guest), ("access_token", "chainlit")):
        browser.cookies.set(name, value, domain="testserver.local")
    return browser


def _set(client: TestClient, path: str) -> dict[str, str]:
    """The cookies that a request sets, by name, in small letters."""
    lines = client.post(path).headers.get_list("set-cookie")
    return {line.split("=", 1)[0]: line.lower() for line in lines}


def test_keeping_makes_every_cookie_outlive_the_browser(client: TestClient) -> None:
    """Opt-in on one's own device; half of them kept would sign the patient out tomorrow."""
    cookies = _set(client, "/guest/keep")
    assert set(cookies) == {COOKIE, KEEP_COOKIE, "access_token"}
    assert all("max-age=15552000" in line and "httponly" in line for line in cookies.values())


def test_forgetting_ends_them_with_the_browser_again(client: TestClient) -> None:
    """The chats stay for this session; the next person at this screen finds none."""
    client.post("/guest/keep")
    cookies = _set(client, "/guest/forget")
    assert "max-age=0" in cookies[KEEP_COOKIE]
    assert all("max-age" not in cookies[name] and "expires" not in cookies[name] for name in (COOKIE, "access_token"))


def test_leaving_quickly_leaves_no_cookie(client: TestClient) -> None:
    """Nothing on this device may point back here (rule of care 11)."""
    client.post("/guest/keep")
    client.post("/guest/leave")
    assert not client.cookies


def test_keeping_changes_nobody(client: TestClient, guest: str) -> None:
    """The kept cookie is the one that was held."""
    client.post("/guest/keep")
    assert client.cookies[COOKIE] == guest


def test_the_page_is_told_the_clinics_number(client: TestClient) -> None:
    """It stands above the chat before anything is typed."""
    page = client.get("/page.json").json()
    assert (page["clinic"], page["emergency_number"], page["call"]) == ("Elm Street", "911", "Call 911")
    assert "911" in page["emergency"]


def test_the_page_is_told_the_number_of_the_country_that_the_patient_chose(client: TestClient, guest: str, small: Application) -> None:
    """The right number (rule of care 6)."""
    patient = guest_id(guest, small.secrets.guest)
    assert patient is not None
    small.conversations.set_profile(patient, Profile(region="GB"))
    assert client.get("/page.json").json()["emergency_number"] == "999"


def test_for_an_unknown_country_no_number_is_invented(client: TestClient, guest: str, small: Application) -> None:
    """112 or 911 work from most mobiles; a button that dials the wrong one would not."""
    patient = guest_id(guest, small.secrets.guest)
    assert patient is not None
    small.conversations.set_profile(patient, Profile(region="XX"))
    page = client.get("/page.json").json()
    assert (page["emergency_number"], page["call"]) == ("", "")
    assert "112 or 911" in page["emergency"]


@pytest.mark.parametrize("cookie", ["forged", ""])
def test_a_forged_cookie_is_told_nothing_of_anybody(cookie: str, client: TestClient) -> None:
    """It gets what a new visitor gets."""
    client.cookies.clear()
    client.cookies.set(COOKIE, cookie, domain="testserver.local")
    assert client.get("/page.json").json()["emergency_number"] == "911"
