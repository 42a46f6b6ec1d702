"""What is let out of a draft: paragraphs whose every sentence stands, and nothing after a grave failure."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.grounding import Grounds
from guardrails.release import Release
from knowledge.citation import Statement
from knowledge.names import words_of
from knowledge.passages import Span
from tests.fakes import article, finding, snapshot

BODY = """## Overview

Gout is a painful arthritis. Rest helps the joint. Ice eases swelling. Cherries taste sweet. The joint heals in a week.

## Medicines

Adults can take 2 tablets of 200 mg ibuprofen. Do not take ibuprofen with aspirin. Take it with food if it upsets the stomach.
"""
SERVED = snapshot(article(BODY))
GROUNDS = Grounds(frozenset({words_of("ibuprofen"), words_of("aspirin"), words_of("colchicine")}))
WHOLE = {p.heading: SERVED.cite(p, Span(p.start, p.end)) for p in SERVED.passages.values()}


def said(*sentences: str, heading: str = "Overview") -> list[Statement]:
    """Sentences that cite a passage."""
    return [Statement(sentence, (WHOLE[heading],)) for sentence in sentences]


def release(**changed: Any) -> Release:
    """A gate for an adult with nothing open."""
    return Release(SERVED, **{"audience": "adult", "findings": (), "grounds": GROUNDS, **changed})


def texts(statements: Sequence[Statement]) -> list[str]:
    """What would be shown."""
    return [statement.text for statement in statements]


def test_a_paragraph_whose_sentences_stand_is_let_out() -> None:
    """And the first statement of a draft leads the answer."""
    gate = release()
    one = gate.paragraph(said("Gout is a painful arthritis.", "Rest helps the joint."))
    two = gate.paragraph(said("Ice eases swelling."))
    assert [statement.role for statement in (*one, *two)] == ["lead", "point", "point"]
    assert (gate.stopped, gate.withheld) == (False, [])


def test_one_harmless_sentence_is_left_out() -> None:
    """The others say what they said."""
    gate = release()
    assert texts(gate.paragraph(said("Rest helps the joint.", "Cherries taste bitter.", "Ice eases swelling."))) == [
        "Rest helps the joint.",
        "Ice eases swelling.",
    ]
    assert not gate.stopped


@pytest.mark.parametrize("word", ["However", "But", "It", "This", "They", "Also"])
def test_what_leans_on_a_sentence_that_was_left_out_falls_with_it(word: str) -> None:
    """ "This helps the joint" would speak of something else."""
    leaning = f"{word} rest helps the joint."
    assert texts(release().paragraph(said("Cherries taste bitter.", leaning, "Ice eases swelling."))) == ["Ice eases swelling."]


def test_what_leans_falls_across_paragraphs_too() -> None:
    """A model begins a new paragraph with "This"."""
    gate = release()
    gate.paragraph(said("Cherries taste bitter."))
    assert gate.paragraph(said("This rest helps the joint.")) == ()
    assert texts(gate.paragraph(said("Ice eases swelling."))) == ["Ice eases swelling."]


def test_the_second_failure_ends_the_draft() -> None:
    """One slip is a slip; two are a model that makes things up."""
    gate = release()
    gate.paragraph(said("Cherries taste bitter.", "Rest helps the joint."))
    assert gate.paragraph(said("Ice eases swelling.", "Cherries glow.")) == ()
    assert gate.stopped


@pytest.mark.parametrize(
    "sentence",
    [
        "Call a doctor about cherries.",
        "Cherries do not taste sweet.",
        "Eat cherries if the joint heals.",
        "Colchicine helps the joint.",
        "Cherries are a medicine.",
        "Take 400 mg.",
        "Cherries are dangerous.",
    ],
)
def test_a_failed_warning_condition_negation_or_medicine_ends_the_draft_at_once(sentence: str) -> None:
    """To leave it out could turn the answer into its opposite."""
    gate = release()
    assert gate.paragraph(said("Rest helps the joint.", sentence, "Ice eases swelling.")) == ()
    assert gate.stopped


def test_a_failed_sentence_that_qualifies_a_warning_ends_the_draft() -> None:
    """ "However, …" after "do not" says when one may."""
    gate = release()
    assert gate.paragraph(said("Do not take ibuprofen with aspirin.", "However cherries glow.", heading="Medicines")) == ()
    assert gate.stopped


def test_after_the_end_nothing_comes() -> None:
    """Whatever the model goes on to say."""
    gate = release()
    gate.paragraph(said("Colchicine helps."))
    assert gate.paragraph(said("Rest helps the joint.")) == ()


def test_a_list_is_one_statement_with_its_lead_in_and_all_its_citations() -> None:
    """Drawn like a quoted list."""
    rows = [*said("ice"), *said("food", heading="Medicines")]
    served = snapshot(article("## Overview\n\nWhat eases swelling is ice.\n\nWhat eases swelling is food.\n"))
    one, two = (served.cite(p, Span(p.start, p.end)) for p in served.passages.values())
    gate = Release(served, "adult", ())
    rows = [Statement("ice", (one,)), Statement("food", (two,))]
    [made] = gate.paragraph(rows, "What eases swelling:", is_list=True)
    assert made == Statement("What eases swelling:\n- ice\n- food", (one, two), "lead")


def test_a_row_is_checked_below_its_lead_in() -> None:
    """ "Aspirin" below "Take ibuprofen with:" is wrong, whatever the passage says of aspirin."""
    gate = release()
    assert gate.paragraph(said("aspirin", heading="Medicines"), "Take ibuprofen with:", is_list=True) == ()
    assert gate.stopped


def test_a_row_of_several_sentences_stands_only_where_each_does() -> None:
    """A long row hides a bad sentence."""
    assert release().paragraph(said("Rest helps the joint. Cherries glow."), "", is_list=True) == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"audience": "child"}, "a citation is meant for somebody else"),
        ({"findings": (finding("suicidal", "crisis", "suicide_self_harm"),)}, "amounts are not shown beside an open crisis"),
    ],
)
def test_the_right_person_and_an_open_crisis_count_for_drafts_too(changed: dict[str, Any], reason: str) -> None:
    """The quoted answer's checks come first."""
    gate = release(**changed)
    assert gate.paragraph(said("Adults can take 2 tablets of 200 mg ibuprofen.", heading="Medicines")) == ()
    assert gate.withheld == [reason]


def test_a_sentence_that_cites_nothing_is_kept_back() -> None:
    """ "I hope this helps!" needs no place in an answer."""
    gate = release()
    assert gate.paragraph([Statement("Hope you like cherries!", ())]) == ()
    assert (gate.withheld, gate.stopped) == (["cites nothing"], False)


_POOL = [
    "Gout is a painful arthritis.",
    "Rest helps the joint.",
    "Ice eases swelling.",
    "Cherries taste bitter.",
    "Take 400 mg.",
    "It glows.",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(_POOL), min_size=1, max_size=4), max_size=5))
def test_whatever_is_drafted_only_what_stands_is_let_out(paragraphs: list[list[str]]) -> None:
    """No order of good and bad sentences lets a bad one through, and nothing comes after the end."""
    gate = release()
    shown: list[str] = []
    for sentences in paragraphs:
        ended = gate.stopped
        new = texts(gate.paragraph(said(*sentences)))
        assert not (ended and new)
        shown += new
    assert set(shown) <= set(_POOL[:3])
