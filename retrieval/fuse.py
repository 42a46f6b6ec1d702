"""Rank fusion: several rankings of the same things made into one, by rank alone (reciprocal rank fusion)."""

from collections.abc import Sequence


def fuse(rankings: Sequence[Sequence[str]], weights: Sequence[float], k: float = 20.0) -> dict[str, float]:
    """Fused score by id: the sum of weight / (k + rank). Scores are comparable within one call only."""
    scores: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, item in enumerate(ranking):
            scores[item] = scores.get(item, 0.0) + weight / (k + rank)
    return scores
