"""How well unanswered questions are grouped: `python -m benchmarks.gaps DATA`, DATA the folder of labelled questions.

Topics are MedQuAD's rare ones, four different questions each as if of four patients, among four hundred single questions of
strangers (MeQSum's summaries, some of which do ask for the same: they count as wrong all the same). Printed for the method in
use and for the plain ones beside it: how pure the groups of three or more are, and how many topics are found. Then the
questions that ship with one topic and two wordings each, which seldom share a word; and how "asked again" is told.
"""

import argparse
import csv
import gzip
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import numpy as np

from app.content.gaps import NEAR, SAME, Followed, asked_again, clusters, may_be_again
from knowledge import asked as asked_questions
from retrieval import vectors
from retrieval.embedder import SentenceEmbedder, Vectors
from retrieval.vectors import RememberingEmbedder

_TOPICS, _EACH, _STRANGERS = 100, 4, 400
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Grouped:
    """How groups of at least so many came out."""

    groups: int
    shown: int
    right: int
    found: int
    topics: int

    def __str__(self) -> str:
        pure = self.right / self.shown if self.shown else 0.0
        right = f"{self.right} of {self.shown} questions right ({pure:.0%})"
        return f"{self.groups:4d} groups, {right}, {self.found} of {self.topics} topics found"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=7, help="which topics are drawn; the threshold was chosen on those of 7")
    given = parser.parse_args()
    embedder = RememberingEmbedder(SentenceEmbedder("tuned"), vectors.load())
    topics, strangers = medquad(given.data, _TOPICS, given.seed), summaries(given.data)[:_STRANGERS]
    labels = [topic for topic, _ in topics] + [f"stranger {number}" for number in range(len(strangers))]
    made = embedder.embed([text for _, text in topics] + [text for _, text in strangers])
    print(f"{_TOPICS} topics of {_EACH} questions among {len(strangers)} strangers, groups of {_FEWEST} or more")
    compare(labels, made, _FEWEST)
    pairs = [
        (row["condition"], row["question"]) for row in _lines(given.data / "questions.jsonl") if row["condition"] and not row["history"]
    ]
    print("\nquestions.jsonl, groups of 2 or more")
    compare([topic for topic, _ in pairs], embedder.embed([text for _, text in pairs]), 2)
    print(f"\nasked again (cosine {SAME} or more, the same sections asked for)")
    again("a letter and its one-line summary", [(letter, text) for letter, text in summaries(given.data)[:_STRANGERS]], embedder)
    again("another question on the same MedQuAD topic", _others(topics), embedder)
    again("another question on the same article of ours", _of_articles(), embedder)
    start = time.perf_counter()
    clusters(np.repeat(made, 5, axis=0)[:4000])
    print(f"\n4,000 questions grouped in {time.perf_counter() - start:.1f} s, once they are vectors")


def medquad(data: Path, count: int, seed: int) -> list[tuple[str, str]]:
    """Topics with four different questions each, drawn by a seed."""
    by_topic: dict[str, dict[str, str]] = defaultdict(dict)
    with gzip.open(data / "medquad_flat.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            by_topic[row["focus"]].setdefault(row["qtype"], row["question"])
    chance = random.Random(seed)
    chosen = chance.sample(sorted(topic for topic, asked in by_topic.items() if len(asked) >= _EACH), count)
    return [(topic, text) for topic in chosen for text in chance.sample(sorted(by_topic[topic].values()), _EACH)]


def summaries(data: Path) -> list[tuple[str, str]]:
    """The end of real letters to a library, each with its summary."""
    with (data / "meqsum.csv").open(encoding="utf-8", newline="") as file:
        return [(" ".join(row["CHQ"].split()[-40:]), row["Summary"]) for row in csv.DictReader(file)]


def compare(labels: Sequence[str], made: Vectors, fewest: int) -> None:
    """The method in use, the one that joins by the nearest pair, and the one that gives each to the first group near enough."""
    for near in (NEAR - 0.1, NEAR, NEAR + 0.1):
        print(f"  mean linkage {near:.2f}    {judged(labels, clusters(made, near), fewest)}")
    for near in (NEAR, NEAR + 0.1):
        print(f"  nearest pair {near:.2f}    {judged(labels, by_nearest_pair(made, near), fewest)}")
    for near in (NEAR, NEAR + 0.1):
        print(f"  first that fits {near:.2f} {judged(labels, first_that_fits(made, near), fewest)}")


def judged(labels: Sequence[str], found: Sequence[Sequence[int]], fewest: int) -> Grouped:
    """A group stands for the topic that most of its questions have; a topic is found where a group of its own holds enough of it."""
    shown = [Counter(labels[row] for row in rows) for rows in found if len(rows) >= fewest]
    most = [counted.most_common(1)[0] for counted in shown]
    topics = {topic for topic, count in Counter(labels).items() if count >= fewest}
    right = {topic for topic, count in most if count >= fewest}
    return Grouped(len(shown), sum(map(Counter.total, shown)), sum(count for _, count in most), len(right & topics), len(topics))


def by_nearest_pair(made: Vectors, near: float) -> list[list[int]]:
    """Parts of the graph in which two questions hang together that are near enough."""
    left, parts = set(range(len(made))), []
    linked = made @ made.T >= near
    while left:
        part, edge = set(), {left.pop()}
        while edge:
            part |= edge
            edge = {int(row) for each in edge for row in np.flatnonzero(linked[each])} & left
            left -= edge
        parts.append(sorted(part))
    return parts


def first_that_fits(made: Vectors, near: float) -> list[list[int]]:
    """One pass: each question joins the group whose first question is nearest, if it is near enough."""
    found: list[list[int]] = []
    for row in range(len(made)):
        cosines = [float(made[row] @ made[rows[0]]) for rows in found]
        best = int(np.argmax(cosines)) if cosines else -1
        if best >= 0 and cosines[best] >= near:
            found[best].append(row)
        else:
            found.append([row])
    return found


def again(name: str, pairs: Sequence[tuple[str, str]], embedder: RememberingEmbedder) -> None:
    """How many pairs count as the same asked again."""
    followed = [Followed(str(number), text, later, timedelta(minutes=1)) for number, (text, later) in enumerate(pairs)]
    may = [pair for pair in followed if may_be_again(pair)]
    texts, laters = embedder.embed([pair.text for pair in may]), embedder.embed([pair.later for pair in may])
    counted = len(asked_again(may, texts, laters))
    print(f"  {name}: {counted} of {len(pairs)} ({counted / len(pairs):.1%})")


def _others(topics: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(text, later) for (topic, text), (other, later) in combinations(topics, 2) if topic == other]


def _of_articles() -> list[tuple[str, str]]:
    by_article: dict[str, list[str]] = defaultdict(list)
    for question in asked_questions.read():
        by_article[question.article].append(question.text)
    return [(texts[0], later) for texts in by_article.values() for later in texts[1:2]]


def _lines(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
