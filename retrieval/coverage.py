"""Whether the library answers a question at all: a few signals of the best article, weighed by a fitted logistic curve.

Similarity alone cannot tell "hay fever pills" from "sleeping pills": the words that the article does not hold can. The
weights come from `python -m benchmarks.fit_coverage`, cross-validated; fit them again when the library grows.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

from knowledge.library import Snapshot
from retrieval.keywords import stemmer, words
from retrieval.reuse import made_of


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a question's best article; shares are 0 to 1, weighted by how rare each word is."""

    similarity: float
    """Cosine of the question to the article's nearest passage."""
    named: float
    """1 where the question names the article by title or synonym, else 0."""
    held: float
    """Share of the question's words that stand anywhere in the article."""
    titled: float
    """Share of the question's words that stand in its title and synonyms."""
    margin: float
    """How much nearer it is than the nearest passage of any other article."""
    asked: float
    """Cosine to the nearest question that patients ask of it; where none is known, as near as its nearest passage."""
    unknown: float
    """Share of the question's words that stand nowhere in the library: a name that nobody wrote about."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The curve: one weight a signal, the intercept, and the probability from which a question counts as covered."""

    signals: tuple[float, ...] = (5.56, 0.77, 0.39, 3.27, 0.0, 5.95, -0.72)
    intercept: float = -7.8
    threshold: float = 0.12

    def probability(self, signals: Signals) -> float:
        """How likely the best article answers the question, 0 to 1."""
        weighed = sum(weight * value for weight, value in zip(self.signals, astuple(signals), strict=True))
        return 1.0 / (1.0 + math.exp(-(weighed + self.intercept)))


class Vocabulary:
    """The stemmed words of each article of one snapshot, and how rare each is; `before` knows an earlier one's."""

    def __init__(self, snapshot: Snapshot, before: "Vocabulary | None" = None) -> None:
        self._stemmer = stemmer()
        self._stems = lru_cache(maxsize=1 << 13)(self._stems_of)
        articles = {slug: revision.article for slug, revision in snapshot.revisions.items()}
        self._titles = {slug: self._stems(f"{a.title} {' '.join(a.synonyms)}") for slug, a in articles.items()}
        self.read: dict[str, frozenset[str]] = made_of((a.body for a in articles.values()), self._stems_of, before.read if before else {})
        self._bodies = {slug: self._titles[slug] | self.read[a.body] for slug, a in articles.items()}
        spread = Counter(stem for stems in self._bodies.values() for stem in stems)
        self._rarity = {stem: self._rarity_of(count) for stem, count in spread.items()}
        self._unheard = self._rarity_of(0)

    def _rarity_of(self, count: int) -> float:
        return math.log((len(self._bodies) + 1) / (count + 0.5))

    def _stems_of(self, text: str) -> frozenset[str]:
        return frozenset(self._stemmer.stemWords(words(text)))

    def forget(self) -> None:
        """Forget the words of the questions that were looked up."""
        self._stems.cache_clear()

    def shares(self, question: str, slug: str) -> tuple[float, float]:
        """Shares of the question's words held by the article, and by its title and synonyms."""
        stems = self._stems(question)
        whole = self._weight(stems)
        if not whole:
            return 0.0, 0.0
        return self._weight(stems & self._bodies[slug]) / whole, self._weight(stems & self._titles[slug]) / whole

    def unknown(self, question: str) -> float:
        """Share of the question's words that no article holds, weighed by how rare they are: 0 to 1."""
        stems = self._stems(question)
        whole = self._weight(stems)
        return self._weight(frozenset(stem for stem in stems if stem not in self._rarity)) / whole if whole else 0.0

    def share(self, question: str, text: str) -> float:
        """Share of the question's words that `text` holds, 0 to 1, weighed by how rare each is in the library."""
        asked = self._stems(question)
        whole = self._weight(asked)
        return self._weight(asked & self._stems(text)) / whole if whole else 0.0

    def _weight(self, stems: frozenset[str]) -> float:
        return sum(self._rarity.get(stem, self._unheard) for stem in stems)


def signals(
    question: str, similar: Sequence[tuple[str, float]], slug: str, *, named: bool, vocabulary: Vocabulary, asked: float | None = None
) -> Signals:
    """The signals of the best article `slug`; `similar` holds (article, cosine) of every passage found."""
    own = max((cosine for article, cosine in similar if article == slug), default=0.0)
    other = max((cosine for article, cosine in similar if article != slug), default=0.0)
    held, titled = vocabulary.shares(question, slug)
    return Signals(own, float(named), held, titled, own - other, own if asked is None else asked, vocabulary.unknown(question))
