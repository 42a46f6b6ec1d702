"""Rank fusion: pure arithmetic over ranks, with the laws that make it fair."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.fuse import fuse

_RANKING = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@settings(max_examples=50, deadline=None)
@given(_RANKING, _RANKING)
def test_the_order_of_the_rankings_does_not_matter(one: list[str], other: list[str]) -> None:
    """Vectors and keywords are weighed, not preferred for standing first in the code."""
    assert fuse([one, other], [1.0, 0.6]) == pytest.approx(fuse([other, one], [0.6, 1.0]))


@settings(max_examples=50, deadline=None)
@given(_RANKING)
def test_one_ranking_keeps_its_order(ranking: list[str]) -> None:
    """While keywords find nothing, the vectors alone decide."""
    scores = fuse([ranking, []], [1.0, 0.6])
    assert sorted(scores, key=scores.__getitem__, reverse=True) == ranking


@settings(max_examples=50, deadline=None)
@given(_RANKING.filter(bool), _RANKING)
def test_being_found_by_another_ranking_never_lowers_a_score(one: list[str], other: list[str]) -> None:
    """Agreement of meaning and words is evidence, disagreement is not punished."""
    alone, both = fuse([one], [1.0]), fuse([one, other], [1.0, 0.6])
    assert all(both[item] > alone[item] if item in other else both[item] == alone[item] for item in one)


def test_second_in_both_rankings_beats_first_in_one() -> None:
    """The point of fusion: two witnesses outweigh one."""
    scores = fuse([["words", "both"], ["meaning", "both"]], [1.0, 1.0])
    assert max(scores, key=scores.__getitem__) == "both"


def test_each_ranking_needs_its_weight() -> None:
    """A forgotten weight must not silently drop a ranking."""
    with pytest.raises(ValueError, match="shorter"):
        fuse([["a"], ["b"]], [1.0])
