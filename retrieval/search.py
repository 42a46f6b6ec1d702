"""The front door for finding: question and history against one snapshot, to ranked passages or an honest none.

Vectors and keywords each rank passages, the ranks are fused, hits outside the served set are dropped, and articles are
weighed as wholes before their passages, because one stray sentence must not outrank a topic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge.front_matter import Audience
from knowledge.headings import SectionKind
from knowledge.library import Snapshot
from knowledge.passages import Passage
from retrieval.context import Names, Query, understand
from retrieval.coverage import Signals, Vocabulary, Weights, signals
from retrieval.fuse import fuse
from retrieval.intent import wanted_sections
from retrieval.keywords import KeywordIndex

_FETCH = 80
_NAMED = 0.06
_SECTION = 0.35
_HEAD = 3


class Finder(Protocol):
    """Passages by meaning: what `PassageIndex` offers."""

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Passage ids with cosine similarity, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage found; `similarity` is the cosine to the question (0 where only keywords found it)."""

    passage: Passage
    score: float
    similarity: float


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search: best first; `covered` says whether the library answers the question at all."""

    query: Query
    passages: tuple[Scored, ...]
    covered: bool
    wanted: Mapping[SectionKind, float]
    signals: Signals | None = None


class Search:
    """Searches the served set; rebuilds its keyword side when the snapshot's version changes."""

    def __init__(self, finder: Finder, weights: Weights | None = None) -> None:
        self._finder = finder
        self.weights = weights or Weights()
        self._built: _Built | None = None

    def search(self, question: str, history: Sequence[str], snapshot: Snapshot, audience: Audience = "everyone", count: int = 10) -> Found:
        """Passages for `question`, at most `count`; IndexUnusableError where the index cannot answer.

        `audience` is the person asked about: passages meant for somebody else are left out (rule of care 10).
        """
        built = self._prepare(snapshot)
        query = understand(question, history, built.names)
        wanted = wanted_sections(question)
        similar = self._similar(query, snapshot)
        lexical = [key for key, _ in built.keywords.search(query.keywords, _FETCH)]
        fused = fuse([sorted(similar, key=similar.__getitem__, reverse=True), lexical], [1.0, 0.6])
        served = [(snapshot.passages[key], score) for key, score in fused.items() if key in snapshot.passages]
        ranked = _rank([(p, score) for p, score in served if suits(p, audience)], similar, query, wanted)[:count]
        if not ranked:
            return Found(query, (), covered=False, wanted=wanted)
        best = ranked[0].passage.article
        near = [(snapshot.passages[key].article, cosine) for key, cosine in similar.items()]
        seen = signals(query.texts[-1], near, best, named=best in query.named, vocabulary=built.vocabulary)
        covered = self.weights.probability(seen) >= self.weights.threshold
        return Found(query, tuple(ranked), covered, wanted, seen)

    def _prepare(self, snapshot: Snapshot) -> "_Built":
        if self._built is None or self._built.snapshot is not snapshot:
            self._built = _Built(snapshot, KeywordIndex(snapshot), Names(snapshot), Vocabulary(snapshot))
        return self._built

    def _similar(self, query: Query, snapshot: Snapshot) -> dict[str, float]:
        """Best cosine over the query's texts for each served passage found."""
        best: dict[str, float] = {}
        for text in query.texts:
            for key, similarity in self._finder.search(text, _FETCH):
                if key in snapshot.passages:
                    best[key] = max(similarity, best.get(key, -1.0))
        return best


@dataclass(frozen=True, slots=True)
class _Built:
    """What is made once for a snapshot."""

    snapshot: Snapshot
    keywords: KeywordIndex
    names: Names
    vocabulary: Vocabulary


def _rank(
    fit: Sequence[tuple[Passage, float]], similar: Mapping[str, float], query: Query, wanted: Mapping[SectionKind, float]
) -> list[Scored]:
    """Article weight (its best passages, and whether it is named) first, then the passage with its section."""
    by_article: dict[str, list[float]] = {}
    for passage, score in fit:
        by_article.setdefault(passage.article, []).append(score)
    weight = {slug: _article_weight(scores) + (_NAMED if slug in query.named else 0.0) for slug, scores in by_article.items()}
    scored = [
        Scored(p, weight[p.article] + score * (1.0 + _SECTION * wanted.get(p.section, 0.0)), similar.get(p.id, 0.0)) for p, score in fit
    ]
    return sorted(scored, key=lambda item: (-item.score, item.passage.id))


def _article_weight(scores: list[float]) -> float:
    """The mean of an article's best passages: breadth counts, length does not."""
    best = sorted(scores, reverse=True)[:_HEAD]
    return sum(best) / _HEAD


def suits(passage: Passage, audience: Audience) -> bool:
    """Whether a passage may be quoted about such a person; "everyone" is a person we know nothing of."""
    if "everyone" in passage.audience or audience == "everyone":
        return True
    if audience == "pregnancy":
        return "pregnancy" in passage.audience or ("adult" in passage.audience and passage.section in _SAFE_IN_PREGNANCY)
    return audience in passage.audience


_SAFE_IN_PREGNANCY: frozenset[SectionKind] = frozenset(
    {"overview", "symptoms", "when_to_see_a_doctor", "causes", "risk_factors", "complications", "diagnosis", "tests"}
)
"""Sections of adult articles that describe rather than advise; treatment in pregnancy comes from *Pregnancy* alone."""
