"""The phrase language: what each sign means, what it refuses, and that no text can make it slow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.phrases import PhraseError, compile_phrases

LENGTH = 50_000
LIMIT_S = 5.0
"""Far above what is needed (some 20 ms) and far below what backtracking would take (minutes)."""


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("chest|breastbone pain*", "pains, no: breastbone pains"),
        ("chest _ pain", "chest pain"),
        ("chest _ pain", "chest is full of pain"),
        ("chest __ pain", "chest one two three four five six seven eight pain"),
        ("chest bad? pain", "chest pain"),
        ("chest bad? pain", "chest bad pain"),
        ("bad? pain", "pain"),
        ("bad? pain", "bad pain"),
        ("# tablets", "took 30 tablets"),
        ("# grams", "1,5 grams"),
        ("can't breathe", "i cant breathe"),
        ("can't breathe", "i can't breathe"),
        ("self-harm", "self harm"),
        ("self-harm", "selfharm"),
        ("chest _ pain", "chest, (really) pain"),
        ("really _ pain", "really bad chest-pain"),
        ("chest _ pain", "chest i can't bear pain"),
        ("chest _ pain", "chest - - - pain"),
    ],
)
def test_a_phrase_finds_what_it_says(phrase: str, text: str) -> None:
    """Each sign of the language is a promise to the people who write rules."""
    assert compile_phrases([phrase]).search(text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("chest pain", "chest and pain"),
        ("chest _ pain", "chest one two three four pain"),
        ("chest __ pain", "chest 1 2 3 4 5 6 7 8 9 pain"),
        ("chest _ pain", "my chest. pain"),
        ("chest __ pain", "chest\npain"),
        ("chest pain", "my chest! pain"),
        ("pain", "painting"),
        ("pain*", "champain"),
        ("# tablets", "thirty tablets"),
        ("chest bad? pain", "chest good pain"),
        ("can't", "can not"),
    ],
)
def test_a_phrase_leaves_look_alikes_alone(phrase: str, text: str) -> None:
    """A phrase that reaches further than it says raises false alarms that nobody can explain."""
    assert not compile_phrases([phrase]).search(text)


@given(st.lists(st.sampled_from(["a", "is", "very", "don't", "50"]), max_size=12), st.sampled_from([("_", 3), ("__", 8)]))
@settings(max_examples=80, deadline=None)
def test_a_gap_allows_its_number_of_words_and_no_more(between: list[str], gap: tuple[str, int]) -> None:
    """Rule authors count on three and eight words, contractions counted once."""
    sign, most = gap
    found = compile_phrases([f"chest {sign} pain"]).search(" ".join(["chest", *between, "pain"]))
    assert bool(found) == (len(between) <= most)


@pytest.mark.parametrize(
    "phrases", [["_ pain"], ["pain _"], ["  "], ["?"], ["bad?"], ["bad? _ pain"], ["pain (bad)"], ["p*in"], ["*"], ["a||b"], []]
)
def test_a_phrase_that_says_nothing_is_refused(phrases: list[str]) -> None:
    """An empty alternative matches every message: it must fail when it is loaded, not when somebody asks for help."""
    with pytest.raises(PhraseError):
        compile_phrases(phrases)


@pytest.mark.parametrize(
    "unit",
    [
        "'",
        "chest '",
        "chest-",
        "chest " + "'" * 40 + " ",
        "chest a-b-",
        "chest " + "%" * 6,
        "chest",
        "chest chest ",
        " ",
        "-",
        "1,1",
        "\n",
        "chest a ",
    ],
)
def test_hostile_text_of_fifty_thousand_characters_is_read_in_bounded_time(unit: str) -> None:
    """`re` holds the whole process while it searches: one hostile message would stop everybody's screening."""
    text = (unit * LENGTH)[:LENGTH]
    pattern = compile_phrases(["chest __ pain* __ arm|jaw", "chest _ really? _ hurts", "chest* __ #", "self-harm __ can't"])
    started = time.perf_counter()
    assert pattern.search(text) is None
    assert time.perf_counter() - started < LIMIT_S
