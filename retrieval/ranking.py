"""Which article answers a question, and which of its passages: signals weighed by a line fitted to labelled questions.

Articles are weighed as wholes before their passages, because one stray sentence must not outrank a topic. The weights
stand in `ranking.json`, written by `python -m benchmarks.fit_ranking`; a library of any size is ranked by the same line.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from knowledge.front_matter import ArticleKind

WEIGHTS_FILE = Path(__file__).parent / "ranking.json"


OVERDUE = 1.0
"""Log-odds off an article whose review is long overdue: of two that fit alike the one in date goes first, a better one still wins."""


@dataclass(frozen=True, slots=True)
class ArticleSigns:
    """What speaks for an article; cosines, and BM25 scores as shares of the best one's (0 to 1)."""

    nearest: float
    """Cosine of the question to its nearest passage."""
    breadth: float
    """Mean cosine to its three nearest passages: breadth counts, length does not."""
    whole: float
    """BM25 over the article as one text."""
    passage: float
    """BM25 of its best passage."""
    named: float
    """1 where the question names it, shared between all that are named."""
    asked: float
    """Cosine to the nearest question that patients ask of it; where none is known, as near as its nearest passage."""


@dataclass(frozen=True, slots=True)
class PassageSigns:
    """What speaks for a passage within its article."""

    similarity: float
    """Cosine to the question."""
    words: float
    """Share of the question's words, weighed by how rare they are, that it holds."""
    wanted: float
    """How strongly the question asks for its section, 0 to 1."""
    asked: float
    """Cosine to the nearest question that it is known to answer, 0 where none is known."""
    help: float
    """1 in the call-for-help lists: they end every answer, and begin one only where asked for."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights by sign; `kind` is what is known of a question before it is read (people ask more about conditions)."""

    article: Mapping[str, float]
    kind: Mapping[str, float]
    passage: Mapping[str, float]

    def of_article(self, signs: ArticleSigns, kind: ArticleKind) -> float:
        """How likely an article is the one asked about; comparable within one question."""
        return _weighed(self.article, signs, _OF_ARTICLE) + self.kind.get(kind, 0.0)

    def of_passage(self, signs: PassageSigns) -> float:
        """How likely a passage holds the answer; comparable within one question."""
        return _weighed(self.passage, signs, _OF_PASSAGE)


@cache
def load(path: Path = WEIGHTS_FILE) -> Ranking:
    """The shipped weights."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Ranking(data["article"], data["kind"], data["passage"])


def _weighed(weights: Mapping[str, float], signs: ArticleSigns | PassageSigns, names: Sequence[str]) -> float:
    return sum(weights[name] * float(getattr(signs, name)) for name in names)


_OF_ARTICLE = tuple(field.name for field in fields(ArticleSigns))
_OF_PASSAGE = tuple(field.name for field in fields(PassageSigns))
