"""Questions made whole: names are found, a follow-up gets its topic, a letter is reduced to what it asks."""

import pytest

from retrieval.context import Names, Query, understand
from retrieval.depth import requested
from retrieval.spelling import Spelling
from tests.fakes import article, snapshot

_BODY = "## Overview\n\nThe thyroid makes hormones.\n"
LIBRARY = snapshot(
    article(_BODY, title="Hypothyroidism", slug="hypothyroidism", synonyms="underactive thyroid"),
    article(_BODY, title="High blood pressure", slug="high-blood-pressure", synonyms="hypertension"),
    article(_BODY, title="Urinary tract infection (UTI)", slug="uti", synonyms="bladder infection, infección urinaria"),
    article(_BODY, title="Diabetes", slug="diabetes", synonyms="sugar disease"),
    article(_BODY, title="Type 2 diabetes", slug="type-2", synonyms="adult diabetes"),
    article(_BODY, title="Migraine", slug="migraine", synonyms="migraña, sick headache"),
    article(_BODY, title="Migraine aura", slug="aura", synonyms="zigzag lines"),
)
NAMES = Names(LIBRARY)
SPELLING = Spelling([_BODY], [name for revision in LIBRARY.revisions.values() for name in revision.article.names])


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("Is it MIGRAINE?", {"migraine"}),
        ("la migraña", {"migraine"}),
        ("my uti is back", {"uti"}),
        ("do migraines run in families", {"migraine"}),
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
    assert Names(snapshot()).named_in("migraine") == frozenset()


def query(text: str, *history: str) -> Query:
    """The query for `text` after `history`."""
    return understand(requested(text, history), NAMES, SPELLING)


@pytest.mark.parametrize(
    ("question", "history", "topic"),
    [
        ("How is it treated?", ["What is migraine?"], "What is migraine?"),
        ("And in children?", ["What is migrane?", "thanks"], "What is migraine?"),
        ("What about food?", ["Tell me about diabetes", "and migraine?"], "and migraine?"),
        ("Is it bad?", ["I feel dizzy"], "I feel dizzy"),
        ("How is it treated?", [], ""),
    ],
)
def test_the_topic_a_message_may_go_on_from_is_the_newest_that_names_one(question: str, history: list[str], topic: str) -> None:
    """Alone, "How is it treated?" would find the treatment of anything."""
    found = query(question, *history)
    assert found.topic == topic
    assert found.joined == ((f"{topic} {question}",) if topic else (question,))


def test_a_follow_up_knows_what_its_topic_names() -> None:
    """Its answer comes from the article that the conversation is about."""
    assert query("How is it treated?", "What is migrane?").topic_named == {"migraine"}


@pytest.mark.parametrize(
    ("text", "points"),
    [("is it bad", True), ("how long for that one", True), ("my heel hurts in the morning", False), ("what is gout", False)],
)
def test_words_that_stand_for_something_said_before_are_seen(text: str, *, points: bool) -> None:
    """They are the plainest sign of a follow-up."""
    assert query(text).points_back is points


def test_a_long_letter_is_also_searched_by_what_it_asks() -> None:
    """Forty words about the weekend would drown the one question in them."""
    letter = "We were at the lake. " * 10 + "Is my migraine caused by the sun? Thank you."
    assert query(letter).alone == (letter, "Is my migraine caused by the sun?")


def test_a_long_letter_without_a_question_mark_is_searched_by_its_end() -> None:
    """People put the request last."""
    letter = "We were at the lake. " * 12 + "My head hurts. Please help."
    assert query(letter).asked == "My head hurts. Please help."


def test_a_request_for_more_is_searched_by_the_question_it_is_about() -> None:
    """ "Tell me more" finds nothing of its own."""
    found = query("tell me more", "What is diabetes?", "How is migraine treated?")
    assert (found.question, found.topic) == ("How is migraine treated?", "What is diabetes?")
