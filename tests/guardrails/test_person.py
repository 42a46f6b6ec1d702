"""Whom a question is about: the words of the turn before the profile."""

import pytest

from guardrails import person
from guardrails.level import Profile

ADULT, PREGNANT, CHILD = Profile(age_months=400), Profile(age_months=400, pregnant=True), Profile(age_months=60)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("I have a cough", "me"),
        ("my knee hurts", "me"),
        ("Im dizzy", "me"),
        ("I think my son has croup", "other"),
        ("my 25 year old son has a rash", "other"),
        ("My 3-month-old baby cries", "other"),
        ("my elderly mother fell", "other"),
        ("He is dizzy", "other"),
        ("our neighbour collapsed", "other"),
        ("What is gout?", "unknown"),
        ("the boyfriend jeans of summer", "unknown"),
    ],
)
def test_a_person_named_comes_before_the_one_who_asks(text: str, who: str) -> None:
    """ "I think my son …" is about the son: the account's own facts must not choose his answer."""
    assert person.about(text) == who


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("my son has a cough", "child"),
        ("The baby has a rash", "child"),
        ("kid has fever", "child"),
        ("is paracetamol safe in children?", "child"),
        ("she is 4 months old", "child"),
        ("16 year old with acne", "child"),
        ("18 year old with acne", "adult"),
        ("my mother is 80 years old", "adult"),
        ("my 25 year old son", "adult"),
        ("I'm 32 weeks pregnant", "pregnancy"),
        ("my wife is expecting", "pregnancy"),
        ("pregnant with a cough, and my son coughs too", "pregnancy"),
        ("my adult daughter has a rash", "everyone"),
        ("I just had a baby and feel low", "everyone"),
        ("I had asthma as a child", "everyone"),
        ("when I was a child I had asthma", "everyone"),
        ("What helps a cough?", "everyone"),
    ],
)
def test_the_words_of_the_turn_tell_for_whom_the_answer_must_be_right(text: str, audience: str) -> None:
    """An adult's dose quoted for a child is the harm that this prevents."""
    assert person.audience(text, Profile()) == audience


@pytest.mark.parametrize(
    ("profile", "audience"),
    [(ADULT, "adult"), (PREGNANT, "pregnancy"), (CHILD, "child"), (Profile(), "everyone"), (Profile(age_months=216), "adult")],
)
def test_a_question_about_oneself_takes_the_profile(profile: Profile, audience: str) -> None:
    """A pregnant account that asks about its own cough gets what is safe in pregnancy."""
    assert person.audience("what helps my cough?", profile) == audience


@pytest.mark.parametrize("text", ["my husband has a cough", "she has a cough"])
@pytest.mark.parametrize("profile", [PREGNANT, CHILD])
def test_the_profile_never_speaks_for_somebody_else(text: str, profile: Profile) -> None:
    """A profile belongs to the account's own person."""
    assert person.audience(text, profile) == "everyone"


def test_a_chat_about_someone_else_ignores_the_profile() -> None:
    """The linked chat of "someone else" is about them in every turn, even where the words do not say so."""
    assert person.audience("what helps a cough?", Profile(pregnant=True, about="other")) == "everyone"


def test_a_child_named_in_the_turn_comes_before_the_profile_of_an_adult() -> None:
    """The parent's age must not choose the baby's medicine."""
    assert person.audience("my baby has a fever", ADULT) == "child"


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("I'm 14 and my tummy hurts", 14),
        ("im 13", 13),
        ("Im 15f what is asthma", 15),
        ("I'm a 14 year old girl", 14),
        ("as a 15 year old boy can I take ibuprofen", 15),
        ("14 y/o here", 14),
        ("tengo 14 años", 14),
        ("Soy un chico de 13 años", 13),
        ("I am 34", 34),
        ("I'm 14 weeks pregnant", None),
        ("I am 12 years sober", None),
        ("tengo 14 años de casada", None),
        ("I'm 6'2", None),
        ("I'm 90% sure", None),
        ("I am 10 days late", None),
        ("I'm 12 hours into a fast", None),
        ("my son is 9", None),
        ("my daughter who is 12 years old", None),
    ],
)
def test_the_writers_own_age_is_read_and_no_other_number(text: str, age: int | None) -> None:
    """A time, a height or a child's age must not shut an adult out."""
    assert person.own_age([text]) == age


def test_what_was_said_last_about_the_own_age_counts() -> None:
    """A slip is put right by the next message, and a profile by what is said now."""
    assert person.own_age(["I'm 15", "I'm 51"]) == 51
    assert not person.younger(["I'm 51"], Profile(age_months=15 * 12, about="me"), 16)


@pytest.mark.parametrize(
    ("profile", "young"), [(Profile(age_months=15 * 12), True), (Profile(age_months=16 * 12), False), (Profile(), False)]
)
def test_a_profile_tells_the_age_of_who_writes(profile: Profile, young: bool) -> None:
    """The birthday itself is old enough; an age that nobody told is no reason to refuse."""
    assert person.younger(["What is gout?"], profile, 16) is young


def test_a_chat_about_someone_else_says_nothing_of_the_writers_age() -> None:
    """A parent writes for a child of nine."""
    assert not person.younger(["What is gout?"], Profile(age_months=9 * 12, about="other"), 16)
