"""Marks in a draft: each must name a passage that was retrieved, or the whole draft is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Snapshot
from retrieval.cite import DraftRefusedError, cite
from tests.fakes import article, snapshot

LIBRARY: Snapshot = snapshot(article("## Overview\n\nGout hurts. Rest helps.\n\nIce helps too.\n"))
RETRIEVED = list(LIBRARY.passages.values())


def cited(draft: str) -> list[tuple[str, list[str]]]:
    """Each sentence of the draft with the quotes it cites."""
    return [(s.text, [c.quote for c in s.citations]) for s in cite(draft, RETRIEVED, LIBRARY)]


REST, ICE = "Gout hurts. Rest helps.", "Ice helps too."


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("Rest helps [1].", [("Rest helps.", [REST])]),
        ("Rest helps. [1]", [("Rest helps.", [REST])]),
        ("Rest helps [1]. Ice helps [2].", [("Rest helps.", [REST]), ("Ice helps.", [ICE])]),
        ("Rest helps. [1] Ice helps. [2]", [("Rest helps.", [REST]), ("Ice helps.", [ICE])]),
        ("Rest and ice help [1, 2].", [("Rest and ice help.", [REST, ICE])]),
        ("Rest and ice help [2][1].", [("Rest and ice help.", [ICE, REST])]),
        ("Rest helps [1] [1].", [("Rest helps.", [REST])]),
        ("- Rest helps [1].\n\n* Ice helps [2].", [("Rest helps.", [REST]), ("Ice helps.", [ICE])]),
    ],
)
def test_each_sentence_gets_the_passages_it_marks(draft: str, expected: list[tuple[str, list[str]]]) -> None:
    """The marks of models come before or after the full stop, alone or together."""
    assert cited(draft) == expected


def test_the_first_sentence_leads() -> None:
    """Drafted and quoted answers are drawn alike."""
    assert [s.role for s in cite("Rest helps [1]. Ice helps [2].", RETRIEVED, LIBRARY)] == ["lead", "point"]


@pytest.mark.parametrize(
    "draft",
    [
        "Rest helps [3].",
        "Rest helps [0].",
        "Rest helps [1, 7].",
        "Rest helps [1]. Ice helps [9].",
        "Rest helps.",
        "Rest helps [1]. Ice helps.",
        "Rest helps (1).",
        "Rest helps [one].",
        "Rest helps [1] [2-9].",
        "Rest helps [1] [source].",
        "Rest helps [" + "9" * 5000 + "].",
        "[1]",
        "... [1]",
        "",
        " \n- \n",
    ],
)
def test_a_mark_that_names_no_retrieved_passage_refuses_the_draft(draft: str) -> None:
    """A citation can only be something we retrieved; one bad mark makes the whole draft untrustworthy."""
    with pytest.raises(DraftRefusedError):
        cite(draft, RETRIEVED, LIBRARY)


def test_a_refusal_repeats_no_words_of_the_draft() -> None:
    """A draft may echo what the patient wrote, and refusals are logged."""
    with pytest.raises(DraftRefusedError) as caught:
        cite("Your HIV test was positive.", RETRIEVED, LIBRARY)
    assert "HIV" not in str(caught.value)


@settings(max_examples=120, deadline=None)
@given(st.text(alphabet="Rest1239[], .!\n-*", max_size=40))
def test_whatever_a_model_writes_is_cited_soundly_or_refused(draft: str) -> None:
    """Every statement that comes out has words, a citation that holds, and no mark left in it."""
    try:
        statements = cite(draft, RETRIEVED, LIBRARY)
    except DraftRefusedError:
        return
    for statement in statements:
        assert statement.citations
        assert all(LIBRARY.holds(citation) for citation in statement.citations)
        assert any(character.isalnum() for character in statement.text)
        assert not {"[", "]"} & set(statement.text)
