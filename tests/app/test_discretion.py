"""Consent, age and pause in whole turns: the answer may be withheld and words forgotten; the screen, its card and its case never."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.conversation import Conversation
from app.discretion import Discretion
from app.records.choices import ChoiceStore
from app.records.database import Database
from app.records.models import Turn
from guardrails.level import Choice, Profile, Question
from tests.app.turns import World

TERMS = "0123456789abcdef"
QUESTION = "What is gout?"
NIGHT = Question(
    "night-pain",
    "rest",
    {"en": "Is the pain there at rest?", "es": "¿Le duele en reposo?"},
    (Choice("yes", {"en": "Yes", "es": "Sí"}, "emergency"), Choice("no", {"en": "No", "es": "No"}, None)),
    {"en": "If it gets worse, call.", "es": "Si empeora, llame."},
)


class Clinic(World):
    """A clinic that asks patients to agree, and answers from 16 on."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choices, self.time = ChoiceStore(self.database), 0.0
        self.kept = Discretion(self.chats, self.desk, self.choices.of, lambda: TERMS, lambda: self.time)
        self.parts = replace(self.parts, min_age=16, unknown="consent_first")
        self.conversation = Conversation(self.parts, self.kept, self.kept)

    def stored(self) -> list[str]:
        """Every message in the records."""
        with self.database.reading() as session:
            return list(session.scalars(select(Turn.text).order_by(Turn.number)))


@pytest.fixture
def clinic(database: Database, tmp_path: Path) -> Iterator[Clinic]:
    """Patients who have not agreed yet."""
    made = Clinic(database, tmp_path)
    yield made
    made.screener.close()


@pytest.fixture
def agreed(clinic: Clinic) -> Clinic:
    """The same, once the patient agreed."""
    clinic.choices.agree("p1", TERMS)
    return clinic


# Before consent


def test_a_red_flag_before_consent_gets_its_card_and_its_case(clinic: Clinic) -> None:
    """Rule of care 5: the screen waits for no agreement."""
    assert clinic.turn("crushing chest pain").kinds == ["care_card"]
    assert [case.level for case in clinic.cases.queue()] == ["emergency"]
    assert clinic.stored() == ["crushing chest pain"]


def test_an_ordinary_question_before_consent_gets_numbers_and_the_way_to_the_text(clinic: Clinic) -> None:
    """Never a bare refusal: the numbers, the library, and the button that opens what is to be agreed to."""
    reply = clinic.turn(QUESTION).final
    assert reply.text.startswith(clinic.say("consent_first"))
    assert "911" in reply.text
    assert {contact["dial"] for contact in reply.body["contacts"]} >= {"911", "988"}
    assert reply.body["consent_label"] == clinic.say("consent_read")


def test_what_was_typed_before_consent_is_not_stored(clinic: Clinic) -> None:
    """The reply says so, so it must be true of the words and of the reply."""
    clinic.turn(QUESTION)
    assert clinic.stored() == []
    chat = clinic.chats.chat("c1")
    assert chat is not None
    assert chat.entries == ()


def test_a_red_flag_stores_what_was_typed_before_it(clinic: Clinic) -> None:
    """The nurse who reads the case needs the messages that led to it, in their order."""
    clinic.turn("my arm is heavy")
    clinic.turn("crushing chest pain")
    assert clinic.stored() == ["my arm is heavy", "crushing chest pain"]
    chat = clinic.chats.chat("c1")
    assert chat is not None
    assert [entry.kind for entry in chat.entries if not entry.by_patient] == ["care_card"]


def test_messages_that_are_not_stored_are_screened_together(clinic: Clinic) -> None:
    """A danger may be told in two messages; the second is read with the first."""
    first = clinic.kept.receive("p1", "c1", "took pills")
    second = clinic.kept.receive("p1", "c1", "all of them")
    assert (first.turns, second.turns) == (("took pills",), ("took pills", "all of them"))


def test_they_are_gone_after_half_an_hour(clinic: Clinic) -> None:
    """Memory that never forgets would be a record by another name."""
    clinic.kept.receive("p1", "c1", "took pills")
    clinic.time = 31 * 60
    assert clinic.kept.receive("p1", "c1", "hello").turns == ("hello",)


def test_what_another_guest_writes_into_a_chat_is_never_read_with_it(clinic: Clinic) -> None:
    """A chat's id may be guessed; its owner's messages are screened by themselves."""
    clinic.kept.receive("p1", "c1", "my arm is heavy")
    with pytest.raises(PermissionError):
        clinic.kept.receive("p2", "c1", "crushing chest pain")
    assert clinic.kept.receive("p1", "c1", "hello").turns == ("my arm is heavy", "hello")


def test_no_chat_is_held_without_end(clinic: Clinic) -> None:
    """A program that types for ever fills no memory."""
    for number in range(40):
        last = clinic.kept.receive("p1", "c1", f"message {number}")
    assert (len(last.turns), last.turns[-1]) == (30, "message 39")


def test_with_an_open_case_everything_is_stored(clinic: Clinic) -> None:
    """The care team works on it and must read what follows."""
    clinic.turn("crushing chest pain")
    clinic.turn("it is a little better")
    assert clinic.stored() == ["crushing chest pain", "it is a little better"]


@pytest.mark.parametrize("text", ["a sprain", "a sprain. What is gout?"])
def test_nothing_is_said_to_be_unstored_that_is_stored(text: str, clinic: Clinic) -> None:
    """An urgent card opens a case, and the words that follow it must not deny that."""
    said = clinic.turn(text).final.text
    assert clinic.say("consent_first_kept") in said
    assert clinic.stored() == [text]


def test_asking_for_a_person_before_consent_reaches_one(clinic: Clinic) -> None:
    """Who wants no assistant may still want a nurse, who reads what they wrote."""
    clinic.turn("can I talk to a person")
    assert [case.level for case in clinic.cases.queue()] == ["routine"]
    assert clinic.stored() == ["can I talk to a person"]


def test_after_agreeing_the_question_is_answered_and_stored(agreed: Clinic) -> None:
    """The way out of every withheld answer."""
    assert agreed.turn(QUESTION).final.kind == "answer"
    assert agreed.stored() == [QUESTION]


def test_another_text_must_be_agreed_to_again(clinic: Clinic) -> None:
    """Who agreed to an older text has not agreed to this one."""
    clinic.choices.agree("p1", "an-older-text")
    assert clinic.turn(QUESTION).final.body["consent_label"]


def test_taking_it_back_withholds_the_next_answer(agreed: Clinic) -> None:
    """As easy as agreeing was."""
    agreed.choices.withdraw("p1")
    assert agreed.turn(QUESTION).final.kind == "notice"


def test_records_that_cannot_tell_withhold_the_answer_and_not_the_card(broken: Database, database: Database, tmp_path: Path) -> None:
    """A check that fails withholds; the red flag is carded and spooled as ever."""
    clinic = Clinic(database, tmp_path, records=broken)
    clinic.kept._choices = ChoiceStore(broken).of
    assert clinic.turn(QUESTION).final.body["consent_label"]
    assert clinic.turn("crushing chest pain", chat="c2").kinds == ["care_card"]
    clinic.screener.close()


# Age


@pytest.mark.parametrize("text", ["I'm 14. What is gout?", "tengo 14 años. What is gout?"])
def test_someone_too_young_gets_child_lines_and_pages_and_no_answer(text: str, agreed: Clinic) -> None:
    """Rule of care 5: never a bare refusal, and no sentence of an article."""
    reply = agreed.turn(text).final
    assert (reply.kind, reply.statements) == ("notice", ())
    assert reply.body["pages"] == [{"href": "/library/gout", "title": "Gout"}]
    assert reply.body["contacts"]


def test_the_age_in_the_profile_counts_too(agreed: Clinic) -> None:
    """Told once, in the settings."""
    agreed.chats.set_profile("p1", Profile(age_months=14 * 12, about="me"))
    assert agreed.turn(QUESTION).final.kind == "notice"


@pytest.mark.parametrize("text", ["I'm 34. What is gout?", "My son is 9. What is gout?", "I'm 14 weeks pregnant. What is gout?"])
def test_a_grown_up_is_answered(text: str, agreed: Clinic) -> None:
    """A parent's child, and a time, are no age of the writer."""
    assert "pages" not in agreed.turn(text).final.body


def test_a_red_flag_of_someone_too_young_gets_its_card_and_its_case(agreed: Clinic) -> None:
    """The screen asks nobody's age."""
    assert agreed.turn("I'm 14 and hopeless").kinds == ["care_card"]
    assert [case.level for case in agreed.cases.queue()] == ["crisis"]


# Pause


@pytest.fixture
def paused(agreed: Clinic) -> Clinic:
    """The patient agreed, and then paused remembering."""
    agreed.choices.pause("p1", on=True)
    return agreed


def test_in_a_pause_a_question_is_answered_and_not_stored(paused: Clinic) -> None:
    """It is a pause of remembering, not of answering."""
    assert paused.turn(QUESTION).final.kind == "answer"
    assert paused.stored() == []


@pytest.mark.parametrize(("text", "level"), [("crushing chest pain", "emergency"), ("hopeless", "crisis")])
def test_in_a_pause_emergencies_and_crises_are_stored(text: str, level: str, paused: Clinic) -> None:
    """As the switch says."""
    assert paused.turn(text).kinds == ["care_card"]
    assert [case.level for case in paused.cases.queue()] == [level]
    assert paused.stored() == [text]


def test_in_a_pause_less_is_carded_once_and_told_to_nobody(paused: Clinic) -> None:
    """The card says that nobody is told, and does not come again with every message."""
    outcome = paused.turn("a sprain")
    assert outcome.replies[0].body["staffing"] == paused.say("case_paused")
    assert (list(paused.cases.queue()), paused.stored()) == ([], [])
    assert "care_card" not in paused.turn("what is gout?").kinds


def test_in_a_pause_what_could_not_be_checked_is_stored(paused: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows that it was no emergency."""
    real = paused.screener.screen
    monkeypatch.setattr(paused.screener, "screen", lambda *given: replace(real(*given), complete=False, failure="test"))
    paused.turn(QUESTION)
    assert paused.stored() == [QUESTION]


def test_in_a_pause_a_safety_question_is_stored_with_what_led_to_it(paused: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer, or silence, may decide an emergency, and a server that ends must not forget that it asked."""
    real = paused.screener.screen
    monkeypatch.setattr(paused.screener, "screen", lambda *given: replace(real(*given), questions=(NIGHT,)))
    assert "question" in paused.turn("my chest hurts at night").kinds
    assert paused.stored() == ["my chest hurts at night"]
