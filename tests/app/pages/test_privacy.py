"""The privacy page and the patient's choice on it: in their language, from our own page, and only to the text that they read."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import consent
from app.guests import COOKIE, guest_id, new_guest
from app.records.choices import ChoiceStore
from app.server.harden import Harden
from app.settings import Settings
from app.wiring import Application
from knowledge import words

OWN = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}


@pytest.fixture
def asking(small: Application) -> Application:
    """An installation that asks, of a clinic that says how it is reached."""
    small.settings = small.settings.model_copy(update={"consent": "asked", "contact": "555 0100", "case_days": 0})
    return small


@pytest.fixture
def patient(asking: Application) -> str:
    """A guest's cookie."""
    return new_guest(asking.secrets.guest)


@pytest.fixture
def browser(site: FastAPI, asking: Application, patient: str) -> TestClient:
    """Their browser, behind the hardening layer as in the product."""
    made = TestClient(Harden(site, asking.guests), headers=OWN)
    made.cookies.set(COOKIE, patient, domain="testserver.local")
    return made


def _agreed(app: Application, cookie: str) -> str:
    return ChoiceStore(app.database).of(guest_id(cookie, app.secrets.guest) or "").agreed_to


def test_the_page_says_what_is_kept_and_how_to_reach_the_clinic(browser: TestClient) -> None:
    """In numbers of this installation, not of the shipped defaults."""
    page = browser.get("/privacy").text
    for said in ("365 days", "555 0100", "as long as the law asks", "call 911", words.load().say("safeguarding").split(":")[0]):
        assert said in page


def test_it_is_spanish_for_who_reads_spanish(browser: TestClient) -> None:
    """Consent exists in both languages (rule of care 13)."""
    assert '<html lang="es">' in browser.get("/privacy", headers={"accept-language": "es-MX,es"}).text


def test_the_panel_is_there_until_the_patient_agrees(browser: TestClient, asking: Application, patient: str) -> None:
    """What the chat draws comes from the same place as what is stored."""
    panel = browser.get("/page.json").json()["consent"]
    assert panel["contacts"]
    browser.post("/privacy/choice", data={"choice": "agree", "terms": panel["terms"]})
    assert _agreed(asking, patient) == panel["terms"] == asking.terms()
    assert browser.get("/page.json").json()["consent"] is None


def test_a_text_that_changed_meanwhile_is_not_agreed_to(browser: TestClient, asking: Application, patient: str) -> None:
    """Nobody agrees to sentences they have not seen."""
    browser.post("/privacy/choice", data={"choice": "agree", "terms": "0" * 16})
    assert _agreed(asking, patient) == ""


def test_agreeing_can_be_taken_back(browser: TestClient, asking: Application, patient: str) -> None:
    """On the same page, by one button."""
    browser.post("/privacy/choice", data={"choice": "agree", "terms": asking.terms()})
    assert 'value="withdraw"' in browser.get("/privacy").text
    browser.post("/privacy/choice", data={"choice": "withdraw"})
    assert _agreed(asking, patient) == ""


def test_a_form_of_another_page_is_refused(browser: TestClient, asking: Application, patient: str) -> None:
    """A page elsewhere must not agree in the patient's place."""
    sent = browser.post("/privacy/choice", data={"choice": "agree", "terms": asking.terms()}, headers={"sec-fetch-site": "cross-site"})
    assert (sent.status_code, _agreed(asking, patient)) == (403, "")


def test_without_being_asked_nobody_needs_to_agree(small: Application) -> None:
    """The demo, and clinics whose portal has asked already."""
    assert small.terms() == ""
    small.settings = small.settings.model_copy(update={"mode": "production"})
    assert small.terms()


@pytest.mark.parametrize("change", [{"clinic": "Other"}, {"chat_days": 30}, {"case_days": 0}, {"model": "openai:gpt-4o-mini"}])
def test_every_change_of_what_is_said_makes_another_text(change: dict[str, object]) -> None:
    """Then everybody is asked again."""
    every = {language: words.load(language) for language in words.LANGUAGES}
    before = Settings(consent="asked")
    assert consent.terms(before, every) != consent.terms(before.model_copy(update=change), every)


def test_a_pause_is_said_to_the_chat(browser: TestClient, asking: Application, patient: str) -> None:
    """The line above the chat, also after a reload."""
    asking.choices.pause(guest_id(patient, asking.secrets.guest) or "", on=True)
    assert browser.get("/page.json").json()["paused"] == words.load().say("pause_notice")
