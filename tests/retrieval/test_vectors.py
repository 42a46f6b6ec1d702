"""Shipped vectors are what the model gives; what is not shipped is embedded."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.wiring import starter_corpus
from knowledge.passages import passages
from retrieval import vectors
from retrieval.embedder import SentenceEmbedder, Vectors
from retrieval.index import indexed_text
from retrieval.vectors import PreparedEmbedder, RememberingEmbedder
from tests.fakes import HashingEmbedder

TEXTS = ["gout hurts", "flu makes you tired", "a third text"]


class Counting(HashingEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self, fingerprint: str = "hashing") -> None:
        super().__init__(fingerprint)
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the hashing one."""
        self.asked += texts
        return super().embed(texts)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A file with the vectors of the first two texts."""
    path = tmp_path / "vectors.npz"
    assert vectors.save(HashingEmbedder(), TEXTS[:2], path) == 2
    return path


def test_only_what_is_not_shipped_is_embedded(shipped: Path) -> None:
    """In the order asked, and alike to a thousandth."""
    model = Counting()
    found = RememberingEmbedder(model, vectors.load(shipped)).embed(TEXTS)
    assert model.asked == TEXTS[2:]
    assert np.allclose(found, HashingEmbedder().embed(TEXTS), atol=1e-3)


def test_vectors_of_another_model_are_never_used(shipped: Path) -> None:
    """Two models' vectors must not be compared."""
    model = Counting("another")
    RememberingEmbedder(model, vectors.load(shipped)).embed(TEXTS)
    assert model.asked == TEXTS


@pytest.mark.parametrize("content", [None, b"", b"not a zip"])
def test_a_lost_or_damaged_file_only_costs_time(content: bytes | None, tmp_path: Path) -> None:
    """Everything is embedded then."""
    path = tmp_path / "vectors.npz"
    if content is not None:
        path.write_bytes(content)
    assert vectors.load(path) is None
    assert RememberingEmbedder(HashingEmbedder(), None).embed(TEXTS).shape == (3, 256)


def test_the_starter_corpus_is_shipped_with_its_vectors() -> None:
    """After articles change: `python -m tools.embed_corpus`. A few dozen new passages cost a start seconds, thousands minutes."""
    known = vectors.load()
    assert known is not None
    texts = [indexed_text(p) for article in starter_corpus() for p in passages(article, 1)]
    assert sum(known.row(text) is None for text in texts) <= 100
    sample = [text for text in texts[:: len(texts) // 24] if known.row(text) is not None]
    again = SentenceEmbedder().embed(sample)
    assert min(float(a @ known.vectors[known.row(t) or 0]) for a, t in zip(again, sample, strict=True)) > 0.999


def test_what_was_prepared_is_not_embedded_again_until_it_is_forgotten() -> None:
    """Hundreds of questions are embedded together; their words are let go of with the work."""
    model = Counting()
    prepared = PreparedEmbedder(model)
    told: list[tuple[int, int]] = []
    prepared.prepare([*TEXTS, *TEXTS], lambda done, total: told.append((done, total)))
    prepared.prepare(TEXTS[:1])
    assert (model.asked, told) == (sorted(TEXTS, key=len), [(3, 3)])
    assert np.allclose(prepared.embed(TEXTS[:2]), HashingEmbedder().embed(TEXTS[:2]))
    prepared.forget()
    assert np.allclose(prepared.embed(["another", TEXTS[0]]), HashingEmbedder().embed(["another", TEXTS[0]]))
    assert model.asked[3:] == ["another", TEXTS[0]]


def test_it_is_known_which_vectors_are_shipped(shipped: Path) -> None:
    """The others may stand in an index."""
    embedder = RememberingEmbedder(Counting(), vectors.load(shipped))
    assert [embedder.knows(text) for text in TEXTS] == [True, True, False]
    assert not RememberingEmbedder(Counting(), None).knows(TEXTS[0])


@pytest.mark.parametrize(("uncased", "read"), [(True, ["is it gout?"]), (False, ["is it gout?", "Is it GOUT?"])])
def test_a_model_without_capitals_reads_a_question_once_however_it_is_written(uncased: bool, read: list[str]) -> None:
    """The scope reads it in small letters, the search as it was typed: a second reading was a third of an answer's time."""
    model = Counting()
    model.uncased = uncased
    embedder = RememberingEmbedder(model, None)
    embedder.embed(["is it gout?"])
    embedder.embed(["Is it GOUT?"])
    assert model.asked == read


def test_the_packaged_model_knows_no_capitals_and_reads_a_question_on_one_thread() -> None:
    """Two threads wait for each other whenever the machine has other work, and many texts are worth all there are."""
    import torch

    model = SentenceEmbedder()
    assert model.uncased
    threads = [(model.embed(texts), torch.get_num_threads())[1] for texts in (["Is it GOUT?"], ["is it gout?"] * 8)]
    assert threads == [1, len(os.sched_getaffinity(0))]
