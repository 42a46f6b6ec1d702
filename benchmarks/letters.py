"""How well long, messy letters find their answers in a large imported library: `python -m benchmarks.letters DATA`.

DATA holds `meqsum.csv` (real consumer letters, each with a one-line summary) and `medquad_flat.jsonl.gz`. What is ranked is
one section of one document. The grades beside this module (0 not relevant, 1 related, 2 answers in part, 3 answers) are
ours: one reader, no clinician, from titles and first lines, over a pool of what BM25 found first for letter and summary and
of the topics that they name. What was not pooled counts as 0, which favours BM25; so each figure stands twice, the second time
with the unjudged passed over.

To end within minutes only sections that BM25 finds for the letter or its summary are embedded, with those that were graded:
rankings by meaning are spared what they would wrongly find further off, ours and the plain ones alike.
"""

import argparse
import csv
import json
import math
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import bm25s
import numpy as np
import Stemmer

from knowledge.article import Article
from knowledge.importers import medquad
from knowledge.importers.medquad import HEADINGS
from knowledge.library import Revision, Snapshot
from retrieval.embedder import PACKAGED, TUNED, Embedder, SentenceEmbedder, Vectors
from retrieval.index import indexed_text
from retrieval.keywords import words
from retrieval.search import Search

GRADES = Path(__file__).parent / "data" / "letters_grades.jsonl"
_DEPTH = 10
_FUSION = 60.0
_START = 100
"""Words of a section that the plain embedding sees: about what its model reads."""
_COUNT = 400
"""Sections, or passages of ours, that are asked of each."""
_RESAMPLES = 2000
_Section = tuple[str, str]
"""Slug and heading."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with its one-line summary, and the grade of each section that was judged for it."""

    id: str
    text: str = field(repr=False)
    summary: str = field(repr=False)
    grades: Mapping[_Section, int] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Score:
    """nDCG@10 of one ranking for each letter, the same with what was not judged passed over, and the share of the ten judged."""

    name: str
    gains: tuple[float, ...]
    passed_over: tuple[float, ...]
    judged: float


class Sections:
    """The library by section, ranked by BM25 and by the plain embedding: what ours is compared with."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._stem = Stemmer.Stemmer("english").stemWords
        articles = [revision.article for revision in snapshot.revisions.values()]
        self.texts = {
            (a.slug, s.heading): f"{a.title}: {s.heading}. {a.body[s.start : s.end].strip()}" for a in articles for s in a.sections
        }
        self._keys = list(self.texts)
        self._bm25 = bm25s.BM25()
        self._bm25.index([self._stem(words(text)) for text in self.texts.values()], show_progress=False)

    def by_words(self, question: str, count: int) -> list[_Section]:
        """Sections by BM25, best first, at most `count`."""
        tokens = self._stem(words(question))
        if not tokens:
            return []
        rows, scores = self._bm25.retrieve([tokens], k=min(count, len(self._keys)), show_progress=False)
        return [self._keys[int(row)] for row, score in zip(rows[0], scores[0], strict=True) if score > 0]


class Near:
    """Texts by meaning, all held in memory: what an index does for a server, and a `Finder` for `Search`."""

    def __init__(self, embedder: Embedder, texts: Mapping[str, str]) -> None:
        self._embedder = embedder
        self._keys = sorted(texts, key=lambda key: len(texts[key]))
        self._vectors = _embedded(embedder, [texts[key] for key in self._keys])
        self._asked: dict[str, Vectors] = {}

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Keys with cosine similarity, best first, at most `count`."""
        if question not in self._asked:
            self._asked[question] = self._embedder.embed([question])[0]
        cosines = self._vectors @ self._asked[question]
        return [(self._keys[place], float(cosines[place])) for place in np.argsort(-cosines)[:count]]


def fuse(rankings: Sequence[Sequence[str]], weights: Sequence[float], k: float) -> dict[str, float]:
    """Reciprocal rank fusion: the sum of weight / (k + rank) by id."""
    scores: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, item in enumerate(ranking):
            scores[item] = scores.get(item, 0.0) + weight / (k + rank)
    return scores


def main() -> None:
    """Rank by each means, on the letters and on their summaries, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--depth", type=int, default=20, help="sections a letter and a summary that BM25 offers to be embedded")
    given = parser.parse_args()
    start = time.perf_counter()
    snapshot = library(given.data / "medquad_flat.jsonl.gz")
    letters = graded(given.data / "meqsum.csv", GRADES, snapshot)
    sections = Sections(snapshot)
    offered = {key for letter in letters for text in (letter.text, letter.summary) for key in sections.by_words(text, given.depth)}
    offered |= {key for letter in letters for key in letter.grades}
    print(
        f"{len(letters)} letters, {sum(len(letter.grades) for letter in letters)} grades; {len(offered)} of {len(sections.texts)} sections"
    )
    plain = Near(SentenceEmbedder(PACKAGED), {"\n".join(key): " ".join(sections.texts[key].split()[:_START]) for key in offered})
    passages = {key: indexed_text(p) for key, p in snapshot.passages.items() if (p.article, p.heading) in offered}
    ours = Search(Near(SentenceEmbedder(TUNED), passages))
    for name, texts in (("raw letters", [one.text for one in letters]), ("summaries", [one.summary for one in letters])):
        print(f"\n{name}: nDCG@10 (95 % of resamples), with the unjudged as wrong and passed over; share of ten judged")
        ranked = [rankings(text, sections, plain, ours, snapshot) for text in texts]
        for means in ranked[0]:
            score = scored(means, letters, [found[means] for found in ranked])
            shown = [
                f"{np.mean(each):.3f} ({low:.3f} to {high:.3f})"
                for each in (score.gains, score.passed_over)
                for low, high in [interval(each)]
            ]
            print(f"  {score.name:<12} {shown[0]}  {shown[1]}  {score.judged:.0%}")
    print(f"\n{time.perf_counter() - start:.0f} s")


def rankings(text: str, sections: Sections, plain: Near, ours: Search, snapshot: Snapshot) -> dict[str, list[_Section]]:
    """What each means ranks for one text, best first, by its name."""
    by_words = sections.by_words(text, _COUNT)
    by_meaning = [_section(key) for key, _ in plain.search(text, _COUNT)]
    found = ours.search(text, (), snapshot, count=_COUNT).passages
    return {
        "BM25": by_words,
        "MiniLM alone": by_meaning,
        "rank fusion": _fused(by_words, by_meaning),
        "ours": list(dict.fromkeys((one.passage.article, one.passage.heading) for one in found)),
    }


def _section(key: str) -> _Section:
    slug, heading = key.split("\n")
    return slug, heading


def _fused(*rankings: Sequence[_Section]) -> list[_Section]:
    scores = fuse([["\n".join(key) for key in ranking] for ranking in rankings], [1.0] * len(rankings), _FUSION)
    return [_section(key) for key in sorted(scores, key=lambda key: -scores[key])]


def library(path: Path) -> Snapshot:
    """All of MedQuAD that has text, as it would be served."""
    articles = (found for found in medquad.read(path) if isinstance(found, Article))
    return Snapshot(1, {article.slug: Revision(1, article) for article in articles})


def graded(letters: Path, grades: Path, snapshot: Snapshot) -> list[Letter]:
    """The letters that were graded, in the order of their file; grades of sections that are not served are left out."""
    slugs = {a.provenance.item: slug for slug, r in snapshot.revisions.items() if (a := r.article).provenance}
    found: dict[str, dict[_Section, int]] = {}
    for line in grades.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["doc"] in slugs:
            heading = HEADINGS.get(row["qtype"], row["qtype"].capitalize())
            found.setdefault(row["letter"], {})[slugs[row["doc"]], heading] = row["grade"]
    with letters.open(encoding="utf-8", newline="") as file:
        return [Letter(row["File"], row["CHQ"], row["Summary"], found[row["File"]]) for row in csv.DictReader(file) if row["File"] in found]


def scored(name: str, letters: Sequence[Letter], ranked: Sequence[Sequence[_Section]]) -> Score:
    """One ranking's gains: what was not judged counts as not relevant, then is passed over."""
    pairs = list(zip(letters, ranked, strict=True))
    gains = tuple(ndcg([letter.grades.get(key, 0) for key in found], letter.grades.values()) for letter, found in pairs)
    passed = tuple(ndcg([letter.grades[key] for key in found if key in letter.grades], letter.grades.values()) for letter, found in pairs)
    first = [key in letter.grades for letter, found in pairs for key in found[:_DEPTH]]
    return Score(name, gains, passed, sum(first) / max(len(first), 1))


def ndcg(grades: Sequence[int], every: Iterable[int], depth: int = _DEPTH) -> float:
    """Discounted gain of the first `depth` grades as a share of the best possible from `every` grade given, 0 to 1."""
    best = _discounted(sorted(every, reverse=True)[:depth])
    return _discounted(grades[:depth]) / best if best else 0.0


def _discounted(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades))


def interval(gains: Sequence[float]) -> tuple[float, float]:
    """The middle 95 % of means over letters drawn with replacement."""
    draw = random.Random(0)
    means = sorted(sum(draw.choices(gains, k=len(gains))) / len(gains) for _ in range(_RESAMPLES))
    return means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES)]


def _embedded(embedder: Embedder, texts: Sequence[str], batch: int = 256) -> Vectors:
    return np.concatenate([embedder.embed(texts[start : start + batch]) for start in range(0, len(texts), batch)])


if __name__ == "__main__":
    main()
