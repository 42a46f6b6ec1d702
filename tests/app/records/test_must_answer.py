"""The must-answer list: what stands on it, and what is refused with the reason."""

import pytest

from app.records.audit import AuditLog
from app.records.database import Database
from app.records.library_store import LibraryStore
from app.records.must_answer import LONGEST, MustAnswerList
from tests.fakes import article


@pytest.fixture
def listed(database: Database) -> MustAnswerList:
    """An empty list, in a library with an article on gout."""
    LibraryStore(database).publish([article("## Overview\n\nGout hurts.\n")], "test")
    return MustAnswerList(database)


def test_a_question_is_kept_with_the_article_that_must_answer_it(listed: MustAnswerList, database: Database) -> None:
    """And who put it there or took it off is on the trail."""
    first = listed.add("  What is\n gout? ", "gout", "rita")
    second = listed.add("Am I ill?", "", "rita")
    assert [(entry.id, entry.question, entry.article, entry.added_by) for entry in listed.all()] == [
        (first, "What is gout?", "gout", "rita"),
        (second, "Am I ill?", "", "rita"),
    ]
    listed.remove(first, "nora")
    assert [entry.id for entry in listed.all()] == [second]
    assert [(row.actor, row.verb) for row in AuditLog(database).of(str(first))] == [
        ("rita", "must_answer.added"),
        ("nora", "must_answer.removed"),
    ]


@pytest.mark.parametrize(
    ("question", "slug", "words"),
    [
        (" \n", "", "write the question first"),
        ("?!", "", "write the question first"),
        ("a" * (LONGEST + 1), "", "at most 500 characters"),
        ("What is flu?", "flu", "no article is called flu"),
        ("what IS  gout?", "", "on the list already"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_the_reason(question: str, slug: str, words: str, listed: MustAnswerList) -> None:
    """A list that nothing can pass blocks every publication."""
    listed.add("What is gout?", "gout", "rita")
    with pytest.raises(ValueError, match=words):
        listed.add(question, slug, "rita")
    assert len(listed.all()) == 1


def test_what_is_not_on_the_list_cannot_be_taken_off(listed: MustAnswerList) -> None:
    """A mistyped number is told."""
    with pytest.raises(ValueError, match="number 7"):
        listed.remove(7, "rita")
