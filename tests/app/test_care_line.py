"""Taps, greetings and settings, between the page and the records."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import care_line
from app.journal import Tap
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.wiring import Application
from guardrails.level import Profile
from tests.fakes import finding

SEXES = {"Prefer not to say": None, "Female": "female", "Male": "male"}


def _escalated(app: Application, level: str = "emergency", chat: str = "c1") -> None:
    app.conversations.receive("p1", chat, "…")
    app.case_store.escalate("p1", chat, [finding(level=level)])


@pytest.mark.parametrize("tap", ["help_coming", "with_clinician", "not_right"])
def test_a_tap_is_thanked_and_the_thanks_are_kept(tap: Tap, small: Application) -> None:
    """After a reload the chat shows what was tapped; the case is as it was."""
    _escalated(small)
    tapped = care_line.tapped(small, "p1", "c1", tap)
    chat = small.conversations.chat("c1")
    assert chat is not None
    assert [chat.entries[-1].text, tapped.linked_chat] == [small.words.say(f"tap_thanks_{tap}"), ""]
    assert [case.level for case in small.case_store.queue()] == ["emergency"]


def test_someone_else_opens_a_chat_of_its_own_without_the_patients_facts(small: Application) -> None:
    """Its own findings and no profile (rule of care 2); it begins by asking what was noticed."""
    small.conversations.set_profile("p1", Profile(age_months=360, about="me"))
    _escalated(small)
    linked = care_line.tapped(small, "p1", "c1", "someone_else").linked_chat
    chat = small.conversations.chat(linked)
    assert chat is not None
    assert [entry.text for entry in chat.entries] == [small.words.say("someone_else_welcome")]
    assert small.conversations.receive("p1", linked, "hello").profile == Profile(about="other")


def test_a_tap_while_the_records_fail_is_answered_with_safe_words(small: Application, broken: Database) -> None:
    """The button must not do nothing at all."""
    small.warm()
    small.__dict__.update(case_store=CaseStore(broken), conversations=ConversationStore(broken))
    text = care_line.tapped(small, "p1", "c1", "help_coming").reply.text
    assert small.words.say("error") in text
    assert "911" in text


def test_a_new_chat_is_greeted_with_the_open_cases_banner(small: Application) -> None:
    """New chats start under its banner (rule of care 4), and show it again after a reload."""
    _escalated(small)
    greeting = care_line.greeting(small, "p1", "c2")
    chat = small.conversations.chat("c2")
    assert greeting is not None
    assert (greeting.kind, greeting.body["level"]) == ("banner", "emergency")
    assert chat is not None
    assert [entry.id for entry in chat.entries] == [greeting.id]


def test_the_banner_carries_the_patients_own_countrys_number(small: Application) -> None:
    """The right number (rule of care 6)."""
    small.conversations.set_profile("p1", Profile(region="GB"))
    _escalated(small)
    greeting = care_line.greeting(small, "p1", "c2")
    assert greeting is not None
    assert "999" in greeting.text


@pytest.mark.parametrize("patient", ["p1", "p2"])
def test_without_a_red_flag_of_ones_own_there_is_no_banner(patient: str, small: Application) -> None:
    """Neither somebody else's emergency nor one's own wish to talk to a person is one."""
    small.case_store.escalate("p9", "c9", [finding()])
    small.case_store.escalate("p1", "c1", [finding("asked-for-a-person", "routine")])
    assert care_line.greeting(small, patient, "c2") is None


def test_safe_words_name_the_emergency_number(small: Application) -> None:
    """They stand where we failed, so they must help without us."""
    assert "911" in care_line.failed(small).text


@pytest.mark.parametrize(
    ("age", "months"),
    [
        ("34", 408),
        (" 7 ", 84),
        ("0", 0),
        ("120", 1440),
        ("121", None),
        ("", None),
        (None, None),
        ("-3", None),
        ("about 40", None),
        ("²", None),
        ("٣٤", 408),
    ],
)
def test_an_age_is_read_in_years_or_taken_as_not_told(age: str | None, months: int | None, small: Application) -> None:
    """A wrong age chooses the wrong advice; none chooses nothing."""
    assert care_line.profile_from({"age": age}, small, SEXES).age_months == months


def test_the_form_becomes_a_profile_of_the_account_itself(small: Application) -> None:
    """The country is chosen by name and kept by code."""
    values = {"region": "United Kingdom", "age": "30", "sex": "Female", "pregnant": True}
    assert care_line.profile_from(values, small, SEXES) == Profile(360, "female", True, "GB", "me")


def test_what_is_not_ticked_is_unknown_and_not_denied(small: Application) -> None:
    """An empty switch must not rule pregnancy out."""
    values = {"region": "Not chosen", "sex": "Prefer not to say", "pregnant": False}
    assert care_line.profile_from(values, small, SEXES) == Profile(about="me")


@given(
    st.dictionaries(
        st.sampled_from(["age", "sex", "region", "pregnant"]), st.text(max_size=12) | st.integers() | st.none() | st.just("9" * 5000)
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_form_is_an_error(small: Application, values: dict[str, Any]) -> None:
    """The values come from a browser: '²' is a digit to Python and no number."""
    months = care_line.profile_from(values, small, SEXES).age_months
    assert months is None or 0 <= months <= 1440
