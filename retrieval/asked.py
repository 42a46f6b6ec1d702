"""Questions that patients ask of each article, with the lines that answer them: the way people put it leads to the article.

"The camera up my bum" stands in no article on colonoscopy. A new question is compared with these as well as with the
articles; what is nearest speaks for its article and for the passages that answered it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from knowledge.asked import AskedQuestion
from knowledge.library import Snapshot
from retrieval.embedder import Embedder, Vectors


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near a question is to those asked of what was found: the greatest cosine by slug, and by id of passage."""

    articles: Mapping[str, float]
    passages: Mapping[str, float]


Like = Callable[[Sequence[str], str], Likeness]
"""How near texts are to the questions asked; the second argument is a question not to be looked at."""
NOTHING_ALIKE = Likeness({}, {})


@dataclass(frozen=True)
class AskedBefore:
    """The questions of one snapshot's articles, as unit vectors (questions × dimensions)."""

    questions: tuple[AskedQuestion, ...]
    vectors: Vectors = field(repr=False)
    answers: tuple[tuple[str, ...], ...] = field(repr=False)
    """Ids of the passages that answer each question."""

    def like(self, vectors: Vectors, leave_out: str = "") -> Likeness:
        """Likeness to `vectors` (unit vectors, texts × dimensions), the nearest counting; `leave_out` is a question not looked at."""
        if not self.questions:
            return NOTHING_ALIKE
        cosines = (self.vectors @ vectors.T).max(axis=1)
        if leave_out:
            cosines[[question.text == leave_out for question in self.questions]] = _NOT_LOOKED_AT
        return Likeness(_greatest(cosines, self._by_article), _greatest(cosines, self._by_passage))

    @cached_property
    def _by_article(self) -> "_Groups":
        return _groups((question.article,) for question in self.questions)

    @cached_property
    def _by_passage(self) -> "_Groups":
        return _groups(self.answers)


_NOT_LOOKED_AT = -2.0
"""Below every cosine."""


@dataclass(frozen=True)
class _Groups:
    """Questions by what they are about: `names[i]` has the rows of `places` from `starts[i]` on."""

    names: tuple[str, ...]
    places: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]


def _groups(keys: Iterable[Sequence[str]]) -> _Groups:
    rows: dict[str, list[int]] = {}
    for place, named in enumerate(keys):
        for name in named:
            rows.setdefault(name, []).append(place)
    sizes = [len(places) for places in rows.values()]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    return _Groups(tuple(rows), np.array(list(chain.from_iterable(rows.values())), dtype=np.intp), starts)


def _greatest(cosines: Vectors, groups: _Groups) -> dict[str, float]:
    """The greatest cosine of each group; of one that only holds what is not looked at, none."""
    if not groups.names:
        return {}
    greatest = np.maximum.reduceat(cosines[groups.places], groups.starts)
    return {name: cosine for name, cosine in zip(groups.names, greatest.tolist(), strict=True) if cosine != _NOT_LOOKED_AT}


def asked_before(questions: Iterable[AskedQuestion], snapshot: Snapshot, embedder: Embedder) -> AskedBefore:
    """The questions about articles that are served, with the passages that hold their answers now."""
    served = tuple(question for question in questions if question.article in snapshot.revisions)
    by_article: dict[str, list[tuple[str, str]]] = {}
    for passage in snapshot.passages.values():
        by_article.setdefault(passage.article, []).append((passage.id, passage.text))
    answers = tuple(_holding(question.answers, by_article.get(question.article, ())) for question in served)
    vectors = embedder.embed([question.text for question in served]) if served else np.zeros((0, 0), dtype=np.float32)
    return AskedBefore(served, vectors, answers)


def _holding(lines: Sequence[str], passages: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(key for key, text in passages if any(line in text for line in lines))


def bank(questions: Iterable[AskedQuestion], embedder: Embedder) -> Callable[[Snapshot], Like]:
    """What a search asks: for a snapshot, how near texts are to the questions about what is served."""
    every = tuple(questions)

    def of(snapshot: Snapshot) -> Like:
        before = asked_before(every, snapshot, embedder)
        return lambda texts, leave_out: before.like(embedder.embed(texts), leave_out)

    return of
