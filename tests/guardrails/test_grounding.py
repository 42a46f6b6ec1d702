"""Whether a drafted sentence is supported: numbers, units, amounts, negations and most of its words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.grounding import unsupported

QUOTE = "Adults can take 1 or 2 tablets of 500 mg every 4 to 6 hours, up to 8 tablets in 24 hours, with water."
NOT = "Do not take ibuprofen together with aspirin."


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        (QUOTE, QUOTE),
        ("Adults take 2 tablets every 6 hours.", QUOTE),
        ("Adults can take two tablets every 6 hours.", QUOTE),
        ("Adults take 500mg tablets with water.", QUOTE),
        ("Never take ibuprofen together with aspirin.", NOT),
        ("Don’t take ibuprofen together with aspirin.", NOT),
        ("Ask before you stop taking it.", "Always ask a doctor before you stop taking it."),
        ("Take it twice a day with water.", "Take it 2 times a day with water."),
    ],
)
def test_a_faithful_rewording_is_supported(sentence: str, quote: str) -> None:
    """A check that rejects everything makes the language model pointless."""
    assert unsupported(sentence, [quote]) is None


@pytest.mark.parametrize(
    ("sentence", "quote", "reason"),
    [
        ("Adults can take 3 tablets with water.", QUOTE, "a number is not in its source"),
        ("Adults can take three tablets with water.", QUOTE, "a number is not in its source"),
        ("Adults can take 5 mg tablets.", QUOTE, "a number is not in its source"),
        ("Adults can take 50.0 mg tablets.", QUOTE, "a number is not in its source"),
        ("Take it twice a day with water.", "Take it once a day with water.", "a number is not in its source"),
        ("Adults can take tablets of 500 mcg.", QUOTE, "a unit is not in its source"),
        ("Adults can take 2 tablets every 6 days.", QUOTE, "a unit is not in its source"),
        ("A fever of 39 °F.", "A fever of 39 °C.", "a unit is not in its source"),
        ("Adults can take 6 tablets every 8 hours.", QUOTE, "an amount is not in its source"),
        ("Adults can take 4 tablets every 2 hours.", QUOTE, "an amount is not in its source"),
        ("Take ibuprofen together with aspirin.", NOT, "a negation differs from its source"),
        ("Do not take tablets with water.", QUOTE, "a negation differs from its source"),
        ("You mustn’t take tablets with water.", QUOTE, "a negation differs from its source"),
        ("Adults should avoid tablets with water.", QUOTE, "a negation differs from its source"),
        ("Green tea cures gout.", "Gout is a painful arthritis.", "words are not in its source"),
        ("You probably have a heart attack.", "A heart attack needs help; you have time to call.", "speaks as a clinician would"),
        ("Stop taking tablets.", QUOTE, "speaks as a clinician would"),
        ("I recommend tablets.", QUOTE, "speaks as a clinician would"),
        ("Stop taking it: you have cancer.", "Ask before you stop taking it; cancer is rare.", "speaks as a clinician would"),
        ("Adults can take tablets.", "", "cites nothing"),
    ],
)
def test_an_unfaithful_sentence_is_told_why(sentence: str, quote: str, reason: str) -> None:
    """Each reason is one way in which a fluent sentence harms."""
    assert unsupported(sentence, [quote]) == reason


def test_no_quotes_support_nothing() -> None:
    """A sentence without a source is an opinion."""
    assert unsupported("Gout hurts.", []) == "cites nothing"


def test_several_quotes_support_a_sentence_together() -> None:
    """A drafted sentence may join two passages it cites both."""
    assert unsupported("Gout hurts and rest helps the joint.", ["Gout hurts.", "Rest helps the joint."]) is None


def test_the_reason_holds_none_of_the_sentence() -> None:
    """Reasons are logged."""
    assert "zebra" not in (unsupported("A zebra cures everything quickly.", ["Gout hurts."]) or "")


@given(st.integers(min_value=0, max_value=9999))
@settings(max_examples=50, deadline=None)
def test_no_dose_but_the_quoted_one_passes(amount: int) -> None:
    """The number that a model changes is the one that harms."""
    supported = unsupported(f"Adults can take {amount} mg with water.", [QUOTE]) is None
    assert supported == (amount == 500)


@given(st.sampled_from([QUOTE, NOT, "Call 911 now if you cannot breathe.", "Rest the joint, and avoid alcohol for 2 days."]))
@settings(max_examples=10, deadline=None)
def test_every_sentence_supports_itself(sentence: str) -> None:
    """The checks compare; they hold no opinion on what articles say."""
    assert unsupported(sentence, [sentence]) is None
