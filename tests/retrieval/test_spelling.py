"""Spelling: what patients misspell leads to what they meant, and a word that is right is never touched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.spelling import Spelling

NAMES = (
    "Hypothyroidism, underactive thyroid, High blood pressure, hypertension, bladder infection, infección urinaria, "
    "Diabetes, Migraine, migraña, Pneumonia, Rheumatoid arthritis, Levothyroxine, Gestational diabetes, Candesartan, Tetanus"
).split(", ")
SPELLING = Spelling(["The thyroid makes hormones.", "Ears may ring. Arthritis hurts the joints.", "Honey soothes a cough."], NAMES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("What is migrane?", "What is migraine?"),
        ("DIABETIS diet", "diabetes diet"),
        ("bladder infektion", "bladder infection"),
        ("hypothiroidism", "hypothyroidism"),
        ("wat is pnemonia", "what is pneumonia"),
        ("rhumatiod artritis", "rheumatoid arthritis"),
        ("ringin in my eers", "ringing in my ears"),
        ("levothroxin n brekfast", "levothyroxine and breakfast"),
        ("tetnus shot befor bed", "tetanus shot before bed"),
        ("otc pills b4 bed", "over the counter pills before bed"),
    ],
)
def test_a_misspelt_word_is_put_right(typed: str, meant: str) -> None:
    """Names of illnesses are hard to spell, above all for someone who is ill."""
    assert SPELLING.correct(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "What is hyperthyroidism?",
        "hypotension",
        "infección urinaria",
        "¿Qué es la migraña?",
        "the thyroid makes hormones",
        "giant cell arteritis and graves",
        "Do I have this?",
        "xmigraine",
        "An N95 mask for covid19",
        "canestan cream",
        "I saw Doctor Verrick about the Halden test",
        "",
    ],
)
def test_a_word_that_is_right_as_it_stands_is_left_alone(typed: str) -> None:
    """An overactive thyroid is the opposite of an underactive one; a brand is no other medicine; a name is no word."""
    assert SPELLING.correct(typed) == typed


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from("migrane hypotyroidism diabetis infeccion presure sick x the ñandú 12 shud".split()), max_size=6).map(" ".join)
)
def test_putting_right_twice_changes_nothing_more(text: str) -> None:
    """A corrected word is a known word: the correction may not wander on to another."""
    once = SPELLING.correct(text)
    assert SPELLING.correct(once) == once


def test_a_library_of_nothing_still_knows_english() -> None:
    """The first start, before any article is served, must not fail."""
    assert Spelling([], []).correct("brekfast") == "breakfast"
