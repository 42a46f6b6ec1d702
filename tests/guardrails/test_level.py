"""Levels and findings: the worst counts, and only what a person has settled stops counting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.level import SEVERITY, Evidence, Finding, Level, open_findings, worst

LEVELS: list[Level] = ["emergency", "crisis", "urgent", "routine"]


def found(*turns: int) -> Finding:
    """A finding with one word of evidence in each of `turns`."""
    return Finding("heart", 1, "emergency", "medical", "Reason.", "rule", tuple(Evidence(turn, 0, 1, "x") for turn in turns))


@given(st.lists(st.sampled_from(LEVELS)), st.randoms())
@settings(max_examples=80, deadline=None)
def test_the_worst_level_ignores_order(levels: list[Level], chance: object) -> None:
    """Whichever layer answers first, the verdict is the same."""
    shuffled = list(levels)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert worst(shuffled) == worst(levels)


@given(st.lists(st.sampled_from(LEVELS), min_size=1))
@settings(max_examples=80, deadline=None)
def test_the_worst_level_is_one_of_them_and_none_is_more_severe(levels: list[Level]) -> None:
    """Taking the last, or a level nobody found, would pass the test of order."""
    assert worst(levels) in levels
    assert max(SEVERITY[level] for level in levels) == SEVERITY[worst(levels)]


def test_emergency_outranks_crisis_outranks_urgent() -> None:
    """An overdose with intent is first of all an emergency."""
    assert sorted(LEVELS, key=SEVERITY.__getitem__, reverse=True) == LEVELS
    assert worst([]) == "routine"


@pytest.mark.parametrize(
    ("turns", "settled_through", "stays_open"),
    [((0,), -1, True), ((0,), 0, False), ((1,), 0, True), ((0, 2), 1, True), ((2, 0), 2, False), ((0, 1), 5, False)],
)
def test_a_finding_stays_open_until_its_newest_words_are_settled(turns: tuple[int, ...], settled_through: int, stays_open: bool) -> None:
    """Closing a case settles what was said up to then; one word said since raises it again."""
    assert bool(open_findings([found(*turns)], settled_through)) == stays_open


def test_evidence_keeps_the_patients_words_out_of_logs() -> None:
    """A finding is printed in error messages; what the patient wrote must not be."""
    assert "secret" not in repr(Finding("heart", 1, "urgent", "medical", "Reason.", "rule", (Evidence(0, 0, 6, "secret"),)))
