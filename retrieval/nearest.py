"""Passages by meaning without an index: exact cosines in memory, for a library as it would be, which nobody serves yet.

What is served already keeps its vectors; only texts that nobody has embedded are embedded. Several snapshots share one
matrix, so that what stands in two of them is exactly as near in both, and what differs comes from the change alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.library import Snapshot
from knowledge.passages import Passage
from retrieval.embedder import Embedder, Vectors
from retrieval.index import indexed_text

_AT_ONCE = 64
"""Questions whose reach is worked out together."""
Held = Callable[[Sequence[Passage]], Mapping[str, Vectors]]
"""The vectors that an index holds of some passages, by id; what it has not, or holds of other words, is left out."""


class Shelf:
    """Unit vectors by what is embedded of a passage (title, heading, words): the same words have one row, whatever their revision."""

    def __init__(self, embedder: Embedder, held: Held) -> None:
        self._embedder, self._held = embedder, held
        self._rows: dict[str, int] = {}
        self._vectors: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._cosines: dict[str, Vectors] = {}

    def finder(self, snapshot: Snapshot) -> "Nearest":
        """A finder over the passages of `snapshot`; what is not on the shelf yet is put there."""
        every = list(snapshot.passages.values())
        texts = [indexed_text(passage) for passage in every]
        new = {text: passage for text, passage in zip(texts, every, strict=True) if text not in self._rows}
        if new:
            self._add(new)
        return Nearest(self, every, np.array([self._rows[text] for text in texts], dtype=np.intp))

    def _add(self, new: Mapping[str, Passage]) -> None:
        held = self._held(list(new.values()))
        left = sorted((text for text, passage in new.items() if passage.id not in held), key=len)
        made = dict(zip(left, self._embedder.embed(left), strict=True)) if left else {}
        added = np.stack([made[text] if text in made else held[passage.id] for text, passage in new.items()]).astype(np.float32)
        self._vectors = np.concatenate([self._vectors, added]) if len(self._vectors) else added
        self._rows |= {text: len(self._rows) + place for place, text in enumerate(new)}
        self._cosines = {}

    def prepare(self, questions: Sequence[str]) -> None:
        """Work out the cosines of a few questions together, in the place of those kept so far: the matrix is read once for all."""
        if questions:
            together = (self._embedder.embed(questions) @ self._vectors.T).astype(np.float32)
            self._cosines = dict(zip(questions, together, strict=True))

    def cosines(self, question: str) -> Vectors:
        """The question's cosine to every row."""
        known = self._cosines.get(question)
        return np.asarray(self._vectors @ self._embedder.embed([question])[0]) if known is None else known

    def forget(self) -> None:
        """Let go of the questions kept."""
        self._cosines = {}

    @property
    def vectors(self) -> Vectors:
        """One row for each text on the shelf."""
        return self._vectors


class Nearest:
    """The nearest passages of one snapshot."""

    def __init__(self, shelf: Shelf, passages: Sequence[Passage], rows: npt.NDArray[np.intp]) -> None:
        self._shelf, self._rows = shelf, rows
        self._ids = [passage.id for passage in passages]
        self._articles = np.array([passage.article for passage in passages])

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Passage ids with cosine similarity (-1 to 1), best first, at most `count`; of equals the first in reading order."""
        if not self._ids:
            return []
        cosines = self._shelf.cosines(question)[self._rows]
        near = np.flatnonzero(cosines >= np.partition(cosines, -count)[-count]) if count < len(cosines) else np.arange(len(cosines))
        best = near[np.argsort(-cosines[near], kind="stable")][:count]
        return [(self._ids[place], float(cosines[place])) for place in best]

    def reach(self, questions: Vectors, articles: Collection[str], count: int) -> Vectors:
        """By how much each question's nearest passage of `articles` is nearer than the last of its `count` nearest passages.

        Below 0 a search that fetches `count` passages finds none of them by meaning. `questions` are unit vectors, a row each.
        """
        own = np.flatnonzero(np.isin(self._articles, list(articles)))
        if not len(own):
            return np.full(len(questions), -1.0, dtype=np.float32)
        reach = [self._reach(questions[start : start + _AT_ONCE], own, count) for start in range(0, len(questions), _AT_ONCE)]
        return np.concatenate(reach)

    def _reach(self, questions: Vectors, own: npt.NDArray[np.intp], count: int) -> Vectors:
        cosines = (questions @ self._shelf.vectors.T)[:, self._rows]
        last = np.partition(cosines, -count, axis=1)[:, -count] if count < cosines.shape[1] else cosines.min(axis=1)
        return np.asarray(cosines[:, own].max(axis=1) - last)
