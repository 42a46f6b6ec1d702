"""Units: the least that may be quoted alone, and how near each is to a question."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.wiring import starter_corpus
from knowledge.library import Snapshot
from knowledge.passages import Passage, passages
from retrieval import units
from retrieval.embedder import SentenceEmbedder, Vectors
from tests.fakes import HashingEmbedder


class New(HashingEmbedder):
    """Embeds one text and no other."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the hashing one."""
        assert list(texts) == ["a new one"]
        return super().embed(texts)


def of(library: Snapshot, slug: str) -> list[Passage]:
    """The passages of one article."""
    return [passage for passage in library.passages.values() if passage.article == slug]


def texts(library: Snapshot, slug: str) -> list[str]:
    """What is embedded of an article's units."""
    return [text for passage in of(library, slug) for _, text in units.indexed_units(passage)]


@pytest.fixture
def shipped(tmp_path: Path, library: Snapshot) -> Path:
    """A file with the vectors of the units of one article."""
    path = tmp_path / "units.npz"
    assert units.save(HashingEmbedder(), texts(library, "gout"), None, path) == len(texts(library, "gout"))
    return path


def test_an_item_is_embedded_with_its_lead_in_and_a_sentence_with_its_heading(library: Snapshot) -> None:
    """ "You have an ulcer" says nothing without what it is a reason against."""
    said = texts(library, "ibuprofen")
    assert "Ibuprofen. How to take it. Do not take ibuprofen if any of these is true: You have an ulcer." in said
    assert "Ibuprofen. Side effects. Side effects of ibuprofen are heartburn and nausea." in said


def test_only_units_whose_vectors_are_shipped_are_known_to_be_near(shipped: Path, library: Snapshot) -> None:
    """Nothing is embedded while a patient waits."""
    near = units.nearness(HashingEmbedder(), units.load(shipped))
    known = near(["gout is treated with rest"], library.passages.values())
    assert {key[0].split("@")[0] for key in known} == {"gout"}
    treatment = next(p for p in of(library, "gout") if p.heading == "Treatment")
    assert max(known, key=known.__getitem__) == (treatment.id, treatment.start)


def test_vectors_of_another_model_are_never_compared(shipped: Path, library: Snapshot) -> None:
    """Two models' vectors say nothing of each other."""
    assert units.nearness(HashingEmbedder("another"), units.load(shipped))(["gout"], library.passages.values()) == {}


@pytest.mark.parametrize("content", [None, b"", b"not a zip"])
def test_a_lost_or_damaged_file_leaves_the_passages(content: bytes | None, tmp_path: Path, library: Snapshot) -> None:
    """An answer is then made of what is known of passages."""
    path = tmp_path / "units.npz"
    if content is not None:
        path.write_bytes(content)
    assert units.nearness(HashingEmbedder(), units.load(path))(["gout"], library.passages.values()) == {}


def test_what_is_known_is_kept_and_only_new_units_are_embedded(shipped: Path, library: Snapshot) -> None:
    """One changed article must not cost minutes."""

    before = units.load(shipped)
    units.save(New(), [*texts(library, "gout"), "a new one"], before, shipped)
    after = units.load(shipped)
    assert before is not None
    assert after is not None
    assert all(after.row(text) is not None for text in ["a new one", *texts(library, "gout")])


def test_the_starter_corpus_is_shipped_with_the_vectors_of_its_units() -> None:
    """After articles change: `python -m tools.embed_corpus`. Eight bits move no cosine by a hundredth."""
    known = units.load()
    assert known is not None
    every = [text for article in starter_corpus() for p in passages(article, 1) for _, text in units.indexed_units(p)]
    assert sum(known.row(text) is None for text in every) <= 300
    sample = [text for text in every[:: len(every) // 24] if known.row(text) is not None]
    held = known.unit_vectors([row for text in sample if (row := known.row(text)) is not None])
    again = SentenceEmbedder().embed(sample)
    assert np.abs(held @ held.T - again @ again.T).max() < 0.01
