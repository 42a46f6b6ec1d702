"""Checked statements made into blocks and plain lines, without a decision and without losing a word."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from app import render
from guardrails.care_cards import CareCards
from knowledge import words
from knowledge.citation import Citation, Role, Statement
from knowledge.front_matter import Seen
from knowledge.library import Revision, Snapshot
from tests.app.turns import GOUT, regions
from tests.fakes import finding, snapshot

WORDS = words.load("en")


def _cited(given: Sequence[Statement], served: Snapshot) -> list[dict[str, Any]]:
    return render.sources(given, served, WORDS, lambda _revision: False)


def _statement(text: str, role: Role = "point", heading: str = "Overview", article: str = "gout", start: int = 0) -> Statement:
    return Statement(text, (Citation(article, "Gout", "overview", heading, 1, start, start + len(text), text),), role)


@pytest.fixture
def served() -> Snapshot:
    """A library of gout alone."""
    return snapshot(GOUT)


def test_sentences_of_one_section_become_one_paragraph() -> None:
    """They were written to be read together."""
    made = render.blocks([_statement("One."), _statement("Two."), _statement("Three.", heading="Causes")])
    assert [[sentence["text"] for sentence in block["sentences"]] for block in made] == [["One.", "Two."], ["Three."]]


def test_each_role_and_each_article_stands_apart() -> None:
    """The call for help must not run into a sentence about something else."""
    given = [_statement("A.", "lead"), _statement("B.", "point"), _statement("C.", article="flu"), _statement("D.", "help", article="flu")]
    assert [block["role"] for block in render.blocks(given)] == ["lead", "point", "point", "help"]


def test_a_list_keeps_its_lead_in_and_every_line() -> None:
    """'Do not take it if you:' without its lines, or the lines without it, would be dangerous."""
    block = render.blocks([_statement("Do not take it if you:\n- Are pregnant.\n- Have asthma.")])[0]
    assert (block["lead"], block["rows"]) == ("Do not take it if you:", ["Are pregnant.", "Have asthma."])


def test_two_lists_of_one_section_do_not_become_one() -> None:
    """'Call now' and 'call this week' have different lead-ins."""
    made = render.blocks([_statement("Call now if:\n- A.", "help", start=0), _statement("Call this week if:\n- B.", "help", start=20)])
    assert [(block["lead"], block["rows"]) for block in made] == [("Call now if:", ["A."]), ("Call this week if:", ["B."])]


def test_statements_are_numbered_through_the_answer_and_open_where_they_stand() -> None:
    """The number in the text is the number of the passage it opens."""
    made = render.blocks([_statement("One."), _statement("List:\n- x", start=9), _statement("Three.", heading="Causes")])
    marks = [made[0]["sentences"][0]["marks"][0], made[1]["marks"][0], made[2]["sentences"][0]["marks"][0]]
    assert [mark["n"] for mark in marks] == [1, 2, 3]
    assert marks[1]["href"] == "/library/gout?revision=1&mark=9-18#mark"


def test_the_plain_lines_hold_every_statement_with_its_number(served: Snapshot) -> None:
    """Who reads without the page's elements must read the same answer."""
    given = [_statement("One.", "lead"), _statement("Get help if:\n- It burns.", "help")]
    text = render.answer_text(render.answer_body(given, (), _cited(given, served), WORDS))
    assert text.splitlines()[:4] == ["One. [1]", WORDS.say("when_to_get_help"), "Get help if: [2]", "- It burns."]
    assert WORDS.say("answer_safety_net") in text


def test_a_source_is_listed_once_with_its_review_state(served: Snapshot) -> None:
    """Starter content is labelled so wherever it is quoted."""
    listed = _cited([_statement("One."), _statement("Two.", heading="Causes")], served)
    assert [source["title"] for source in listed] == ["Gout"]
    assert "Not reviewed by a clinician" in listed[0]["status"]
    assert listed[0]["href"] == "/library/gout?revision=1"


def test_a_reviewed_article_says_when_it_was_reviewed() -> None:
    """The date of the review, not of the source check."""
    day = GOUT.created.replace(year=2027, month=3, day=4)
    assert (
        render.status(Revision(1, replace(GOUT, clinical_review=Seen(day, "by two nurses"))), WORDS, overdue=False)
        == "Clinically reviewed 2027-03-04."
    )


@pytest.mark.parametrize("stored", [True, False])
def test_a_card_says_whether_anyone_will_see_the_case(stored: bool) -> None:
    """Where nothing could be stored, nobody may be counted on (rule of care 7)."""
    card = CareCards(regions(), {}).card([finding()], "US", "staffed", WORDS)
    body = render.card_body(card, WORDS, stored=stored)
    assert body["staffing"] == WORDS.say("staffing_staffed" if stored else "case_not_stored")
    assert body["labels"]["help_coming"] == WORDS.say("tap_help_coming")


def test_where_a_draft_ended_early_a_line_says_from_where_on_it_is_quoted(served: Snapshot) -> None:
    """A model's words and the articles' own must not run into each other; the numbers go on."""
    given = [_statement("Drafted.", "lead"), _statement("Quoted.", start=40), _statement("Help:\n- x", "help", start=60)]
    body = render.answer_body(given, (), _cited(given, served), WORDS, "note", rest_from=1)
    assert [block["role"] for block in body["blocks"]] == ["lead", "words", "point", "help"]
    assert [mark["n"] for block in body["blocks"][2:] for mark in block.get("marks", []) or block["sentences"][0]["marks"]] == [2, 3]
    assert render.answer_text(body).splitlines()[:3] == ["Drafted. [1]", WORDS.say("quoted_rest"), "Quoted. [2]"]
