"""Taps, greetings and settings, between the page and the records."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.escalation import care_line
from app.escalation.care_line import Reached
from app.journal import Reply, Tap
from app.records.care_tables import ReviewRow
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.reach import Reach, ReachStore
from app.records.reviews import ReviewStore
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


# What the page sends beside messages


def _left(**form: object) -> dict[str, object]:
    return {"phone": "+1 555 0100", "place": "Bus stop, 5th and Main", "safe": False, **form}


def test_how_to_be_reached_is_kept_on_the_open_case(small: Application) -> None:
    """A number that the nurse can call, and whether a message is safe (rule of care 12)."""
    case = small.case_store.escalate("p1", "c1", [finding()])
    assert care_line.reached(small, "p1", "c1", _left()) == Reached(kept=True)
    assert small.reach.of(case) == Reach("+1 555 0100", "Bus stop, 5th and Main", message_safe=False)


def test_without_a_case_nothing_is_kept_and_the_page_says_so(small: Application) -> None:
    """There is nobody to whom it would go."""
    assert care_line.reached(small, "p1", "c1", _left()) == Reached(kept=False)


@pytest.mark.parametrize("form", [{}, {"phone": "  ", "place": None}, {"safe": True}])
def test_an_empty_form_is_no_way_to_reach_anyone(form: dict[str, object], small: Application) -> None:
    """It must not replace the number that was left before."""
    case = small.case_store.escalate("p1", "c1", [finding()])
    care_line.reached(small, "p1", "c1", _left())
    assert not care_line.reached(small, "p1", "c1", form).kept
    assert small.reach.of(case) is not None


def test_what_is_typed_into_the_form_is_screened_and_gets_its_card(small: Application) -> None:
    """Any text typed is screened first (rule of care 5), wherever it is typed; its words stay out of the case's evidence."""
    case = small.case_store.escalate("p1", "c1", [finding("sprain", "urgent")])
    result = care_line.reached(small, "p1", "c1", _left(place="on the bridge, I am going to kill myself"))
    chat = small.conversations.chat("c1")
    assert chat is not None
    assert ([card.kind for card in result.cards], result.kept) == (["care_card"], True)
    assert chat.entries[-1].id == result.cards[0].id
    assert small.case_store.queue()[0].level == "crisis"
    assert [why.finding.evidence for why in small.case_store.why(case)[1:]] == [()] * (len(small.case_store.why(case)) - 1)


def test_a_form_that_cannot_be_kept_still_brings_the_card(small: Application, broken: Database) -> None:
    """The database failed; the words did not."""
    small.warm()
    small.__dict__.update(reach=ReachStore(broken, small.secrets.records), conversations=ConversationStore(broken))
    result = care_line.reached(small, "p1", "c1", _left(place="I am going to kill myself"))
    assert ([card.kind for card in result.cards], result.kept) == (["care_card"], False)


def test_that_something_was_urgent_is_listed_and_answered_with_what_to_do_now(small: Application) -> None:
    """Feedback is no call for help, and says so."""
    small.conversations.set_profile("p1", Profile(region="GB"))
    turn = small.conversations.receive("p1", "c1", "what is gout?")
    small.conversations.record(turn, Reply("r1", "answer", "…"))
    reply = care_line.said_urgent(small, "p1", "c1", "r1")
    assert reply.text.startswith("In an emergency call 999 now.")
    assert reply.body["person_label"] == small.words.say("talk_to_person")
    with small.database.reading() as session:
        assert [(row.turn_id, row.why, row.masked) for row in session.scalars(select(ReviewRow))] == [(turn.turn_id, "said_urgent", True)]


def test_that_something_was_urgent_is_answered_while_the_records_fail(small: Application, broken: Database) -> None:
    """Whoever taps it may need the number."""
    small.warm()
    small.__dict__.update(reviews=ReviewStore(broken), conversations=ConversationStore(broken))
    assert "911" in care_line.said_urgent(small, "p1", "c1", "r1").text
