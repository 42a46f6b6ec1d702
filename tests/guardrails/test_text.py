"""Folding keeps every offset; clauses end where a cue's reach must end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.text import clauses, fold

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


@given(ANY_TEXT)
@settings(max_examples=200, deadline=None)
def test_folding_keeps_the_length_of_any_string(text: str) -> None:
    """Evidence is stored as offsets of what the patient typed: one code point too many marks the wrong words."""
    assert len(fold(text)) == len(text)


@given(ANY_TEXT, ANY_TEXT)
@settings(max_examples=50, deadline=None)
def test_folding_works_code_point_by_code_point(left: str, right: str) -> None:
    """A place in the folded text means the same place in the message only if no character looks at its neighbours."""
    assert fold(left + right) == fold(left) + fold(right)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("I CAN’T Breathe", "i can't breathe"),
        ("“Señor” café", '"senor" cafe'),
        ("can`t — won´t", "can't - won't"),
        ("İstanbul ẞ", "istanbul ß"),
        ("no\u00a0pain", "no pain"),
        ("ﬁne 😀", "ﬁne 😀"),
    ],
)
def test_folding_makes_spellings_comparable(typed: str, folded: str) -> None:
    """Phones type curly quotes and accents; a rule written in plain letters must still see the words."""
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("no pain. chest hurts", ["no pain.", " chest hurts"]),
        ("no fever but i can't breathe", ["no fever ", "but i can't breathe"]),
        ("temp 39.5 today", ["temp 39.5 today"]),
        ("no rash\nchest pain", ["no rash\n", "chest pain"]),
        ("help!!! now", ["help!!!", " now"]),
        ("sin fiebre pero vomita", ["sin fiebre ", "pero vomita"]),
        ("no rash - chest pain", ["no rash - ", "chest pain"]),
        ("check-up on monday", ["check-up on monday"]),
        ("butter on toast", ["butter on toast"]),
        ("... ", []),
    ],
)
def test_clauses_end_at_sentences_and_at_words_that_turn(text: str, parts: list[str]) -> None:
    """A "no" must not reach over a full stop or a "but" to silence the next complaint, and 39.5 is one number."""
    assert [text[clause.start : clause.end] for clause in clauses(text)] == parts


@given(st.text(alphabet="ab .!?;\n-39but", max_size=120))
@settings(max_examples=150, deadline=None)
def test_every_word_lies_in_exactly_one_clause(text: str) -> None:
    """A word outside all clauses would be read without its context, a word in two with somebody else's."""
    found = clauses(text)
    holders = [sum(clause.start <= place < clause.end for clause in found) for place, char in enumerate(text) if char.isalnum()]
    assert holders == [1] * len(holders)
