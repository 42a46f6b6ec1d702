"""Questions that patients ask of each article, with the lines that answer them: the way people put it leads to the article.

"The camera up my bum" stands in no article on colonoscopy. A new question is compared with these as well as with the
articles; what is nearest speaks for its article and for the passages that answered it.
"""

import hashlib
from collections import OrderedDict
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
    alike: tuple[str, ...] = ()
    """Ids of passages that answered a question much like this one."""


Like = Callable[[Sequence[str], str], Likeness]
"""How near texts are to the questions asked; the second argument is a question not to be looked at."""
NOTHING_ALIKE = Likeness({}, {})


@dataclass(frozen=True)
class AskedBefore:
    """The questions of one snapshot's articles."""

    questions: tuple[AskedQuestion, ...]
    answers: tuple[tuple[str, ...], ...] = field(repr=False)
    """Ids of the passages that answer each question."""

    def like(self, cosines: Vectors, leave_out: str = "") -> Likeness:
        """Likeness of what is as near to each question as `cosines` say; `leave_out` is a question not looked at."""
        if not self.questions:
            return NOTHING_ALIKE
        if leave_out:
            cosines = np.where([question.text == leave_out for question in self.questions], np.float32(_NOT_LOOKED_AT), cosines)
        articles, passages = self._by_article.greatest(cosines), self._by_passage.greatest(cosines)
        alike = tuple(self._by_passage.names[place] for place in np.flatnonzero(passages >= _ALIKE).tolist())
        return Likeness(self._by_article.looked_at(articles), self._by_passage.looked_at(passages), alike)

    @cached_property
    def _by_article(self) -> "_Groups":
        return _groups((question.article,) for question in self.questions)

    @cached_property
    def _by_passage(self) -> "_Groups":
        return _groups(self.answers)


_ALIKE = 0.6
"""Cosine from which another question's answers are looked at."""
_REMEMBERED = 8
"""Texts whose cosines are kept: two sides of a comparison ask for the same ones, one after the other."""
_NOT_LOOKED_AT = -2.0
"""Below every cosine."""


@dataclass(frozen=True)
class _Groups:
    """Questions by what they are about: `names[i]` has the rows of `places` from `starts[i]` on."""

    names: tuple[str, ...]
    places: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]

    def greatest(self, cosines: Vectors) -> Vectors:
        """The greatest cosine of each."""
        return np.maximum.reduceat(cosines[self.places], self.starts) if self.names else np.zeros(0, dtype=np.float32)

    def looked_at(self, greatest: Vectors) -> dict[str, float]:
        """The same by name; what only holds a question that is not looked at is left out."""
        found = dict(zip(self.names, greatest.tolist(), strict=True))
        return {name: cosine for name, cosine in found.items() if cosine != _NOT_LOOKED_AT} if _NOT_LOOKED_AT in greatest else found


def _groups(keys: Iterable[Sequence[str]]) -> _Groups:
    rows: dict[str, list[int]] = {}
    for place, named in enumerate(keys):
        for name in named:
            rows.setdefault(name, []).append(place)
    sizes = [len(places) for places in rows.values()]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    return _Groups(tuple(rows), np.array(list(chain.from_iterable(rows.values())), dtype=np.intp), starts)


def asked_before(served: Sequence[AskedQuestion], snapshot: Snapshot) -> AskedBefore:
    """Questions about articles that are served, with the passages that hold their answers now."""
    by_article: dict[str, list[tuple[str, str]]] = {}
    for passage in snapshot.passages.values():
        by_article.setdefault(passage.article, []).append((passage.id, passage.text))
    return AskedBefore(tuple(served), tuple(_holding(question.answers, by_article.get(question.article, ())) for question in served))


def _holding(lines: Sequence[str], passages: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(key for key, text in passages if any(line in text for line in lines))


class _Vectors:
    """Vectors of the questions that are served, and how near the newest texts are to them: two snapshots mostly share both."""

    def __init__(self, served: Sequence[AskedQuestion], embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors = embedder.embed([question.text for question in served]) if served else np.zeros((0, 0), dtype=np.float32)
        self._newest: OrderedDict[bytes, Vectors] = OrderedDict()

    def cosines(self, texts: Sequence[str]) -> Vectors:
        """The greatest cosine of `texts` to each question. Remembered by a hash: a patient's words need not stay for it."""
        key = hashlib.sha256("\0".join(texts).encode()).digest()
        found = self._newest.get(key)
        if found is None:
            found = np.asarray((self._vectors @ self._embedder.embed(texts).T).max(axis=1))
            self._newest[key] = found
            while len(self._newest) > _REMEMBERED:
                self._newest.popitem(last=False)
        return found


def bank(questions: Iterable[AskedQuestion], embedder: Embedder) -> Callable[[Snapshot], Like]:
    """What a search asks: for a snapshot, how near texts are to the questions about what is served."""
    every = tuple(questions)
    newest: dict[frozenset[str], _Vectors] = {}

    def of(snapshot: Snapshot) -> Like:
        served = [question for question in every if question.article in snapshot.revisions]
        about = frozenset(question.article for question in served)
        vectors = newest.pop(about, None) or _Vectors(served, embedder)
        newest.clear()
        newest[about] = vectors
        before = asked_before(served, snapshot)
        return lambda texts, leave_out: before.like(vectors.cosines(texts), leave_out) if served else NOTHING_ALIKE

    return of
