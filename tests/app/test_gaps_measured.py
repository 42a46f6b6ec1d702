"""Grouping held to labelled questions, with the embedding model that ships; skipped where the labelled data is not there."""

from pathlib import Path

from app.content.gaps import clusters
from benchmarks.gaps import by_nearest_pair, judged, medquad, summaries
from retrieval.embedder import SentenceEmbedder


def test_groups_are_nearly_pure_and_purer_than_by_the_nearest_pair(shared_data: Path) -> None:
    """Fifteen topics of four questions among forty strangers: an editor may trust what a group seems to be about."""
    topics, strangers = medquad(shared_data, 15, seed=11), summaries(shared_data)[:40]
    labels = [topic for topic, _ in topics] + [f"stranger {number}" for number in range(len(strangers))]
    vectors = SentenceEmbedder("tuned").embed([text for _, text in topics] + [text for _, text in strangers])
    made, plain = judged(labels, clusters(vectors), 3), judged(labels, by_nearest_pair(vectors, 0.55), 3)
    assert made.right >= 0.9 * made.shown
    assert made.found >= 13
    assert made.right / made.shown > plain.right / plain.shown
