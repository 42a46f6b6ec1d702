"""Questions made whole: follow-ups get their topic, misspelt names are put right, opposites are left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Snapshot
from retrieval.context import Names, understand
from tests.fakes import article, snapshot

_BODY = "## Overview\n\nThe thyroid makes hormones.\n"
NAMES = Names(
    snapshot(
        article(_BODY, title="Hypothyroidism", slug="hypothyroidism", synonyms="underactive thyroid"),
        article(_BODY, title="High blood pressure", slug="high-blood-pressure", synonyms="hypertension"),
        article(_BODY, title="Urinary tract infection (UTI)", slug="uti", synonyms="bladder infection, infección urinaria"),
        article(_BODY, title="Diabetes", slug="diabetes", synonyms="sugar disease"),
        article(_BODY, title="Type 2 diabetes", slug="type-2", synonyms="adult diabetes"),
        article(_BODY, title="Migraine", slug="migraine", synonyms="migraña, sick headache"),
        article(_BODY, title="Migraine aura", slug="aura", synonyms="zigzag lines"),
    )
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("What is migrane?", "What is migraine?"),
        ("DIABETIS diet", "diabetes diet"),
        ("bladder infektion", "bladder infection"),
        ("hypothiroidism", "hypothyroidism"),
    ],
)
def test_a_misspelt_name_is_put_right(typed: str, meant: str) -> None:
    """Names of illnesses are hard to spell, above all for someone who is ill."""
    assert NAMES.correct(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "What is hyperthyroidism?",
        "hypotension",
        "infección urinaria",
        "¿Qué es la migraña?",
        "the thyroid makes hormones",
        "Do I have this?",
        "xmigraine",
        "",
    ],
)
def test_a_word_that_is_right_as_it_stands_is_left_alone(typed: str) -> None:
    """An overactive thyroid is the opposite of an underactive one; a Spanish word is not a misspelt English one."""
    assert NAMES.correct(typed) == typed


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("migrane hypotyroidism diabetis infeccion presure sick x the ñandú 12".split()), max_size=6).map(" ".join))
def test_putting_right_twice_changes_nothing_more(text: str) -> None:
    """A corrected name is a known name: the correction may not wander on to another."""
    once = NAMES.correct(text)
    assert NAMES.correct(once) == once


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("Is it MIGRAINE?", {"migraine"}),
        ("la migraña", {"migraine"}),
        ("my uti is back", {"uti"}),
        ("living with type 2 diabetes", {"type-2"}),
        ("what is migraine aura", {"aura"}),
        ("diabetes or migraine", {"diabetes", "migraine"}),
        ("antimigraine", set()),
        ("my toe hurts", set()),
    ],
)
def test_a_name_in_the_question_names_its_article(text: str, slugs: set[str]) -> None:
    """Titles, their abbreviations and synonyms count as whole words, the longest first."""
    assert NAMES.named_in(text) == slugs


def test_an_empty_library_names_nothing() -> None:
    """The first start, before any article is served, must not fail."""
    empty = Names(snapshot())
    assert (empty.correct("migrane"), empty.named_in("migraine")) == ("migrane", frozenset())


@pytest.mark.parametrize(
    ("question", "history", "searched"),
    [
        ("How is it treated?", ["What is migraine?"], "What is migraine? How is it treated?"),
        ("And in children?", ["What is migrane?", "thanks"], "What is migrane? And in children?"),
        ("What about food?", ["Tell me about diabetes", "and migraine?"], "and migraine? What about food?"),
        ("Is it bad?", ["I feel dizzy"], "I feel dizzy Is it bad?"),
        ("What about diabetes?", ["What is migraine?"], "What about diabetes?"),
        ("How is it treated?", [], "How is it treated?"),
        (
            "Which vaccines should people who travel to hot countries get before a long trip",
            ["What is migraine?"],
            "Which vaccines should people who travel to hot countries get before a long trip",
        ),
    ],
)
def test_a_follow_up_is_searched_with_the_topic_it_leaves_out(question: str, history: list[str], searched: str) -> None:
    """Alone, "How is it treated?" would find the treatment of anything; a new topic must not drag the old one along."""
    assert understand(question, history, NAMES).texts == (searched,)


def test_a_follow_up_counts_as_naming_its_topic() -> None:
    """Its answer comes from the article that the conversation is about."""
    assert understand("How is it treated?", ["What is migrane?"], NAMES).named == {"migraine"}


def test_a_long_letter_is_also_searched_by_what_it_asks() -> None:
    """Forty words about the weekend would drown the one question in them."""
    letter = "We were at the lake. " * 10 + "Is my migraine caused by the sun? Thank you."
    texts = understand(letter, [], NAMES).texts
    assert texts == (letter, "Is my migraine caused by the sun?")


def test_a_long_letter_without_a_question_mark_is_searched_by_its_end() -> None:
    """People put the request last."""
    letter = "We were at the lake. " * 12 + "My head hurts. Please help."
    assert understand(letter, [], NAMES).texts[1] == "My head hurts. Please help."


def test_keywords_hold_the_topic_of_a_follow_up(library: Snapshot) -> None:
    """BM25 knows nothing of conversations."""
    assert "gout" in understand("How is it treated?", ["What is gout?"], Names(library)).keywords
