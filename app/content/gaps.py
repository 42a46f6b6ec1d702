"""Questions that got no good answer, grouped by meaning: pure, over texts that hold no identifiers and their vectors.

A group is shown only where enough different patients asked for it, so that nobody's question stands there alone. Groups
are made anew each day; what an editor decided about one finds it again by the questions that it was decided about.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, get_args

import numpy as np
from scipy.cluster import hierarchy

from retrieval.depth import depth_of
from retrieval.embedder import Vectors
from retrieval.intent import wanted_sections
from retrieval.keywords import words

Why = Literal["not_covered", "abstained", "unhelpful", "asked_again"]
"""The library had nothing; the assistant sent them elsewhere; they called the answer unhelpful; they asked the same again."""
Ruling = Literal["answered_elsewhere", "not_for_us", "draft_begun", "open"]
RULINGS: tuple[Ruling, ...] = get_args(Ruling)
ASIDE: frozenset[Ruling] = frozenset({"answered_elsewhere", "not_for_us"})
NEAR = 0.55
"""Mean cosine from which questions are one group; measured by `python -m benchmarks.gaps`."""
SAME = 0.7
"""Cosine from which a later message that asks for the same sections is the same question; measured likewise."""
AGAIN_WITHIN = timedelta(minutes=30)
_SHORT = 140
"""Code points of a question that is shown."""
_EXAMPLES = 8
_ANCHORS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, masked. `about` is what it is grouped by: put right, with the message before it where it goes on from that."""

    turn: str
    patient: str
    text: str = field(repr=False)
    about: str = field(repr=False)
    whys: frozenset[Why]
    at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask for the same, of at least so many patients. `texts` are masked and short, the most central first."""

    key: str
    texts: tuple[str, ...] = field(repr=False)
    about: str = field(repr=False)
    """What the most central question is searched by."""
    patients: int
    questions: int
    whys: Mapping[Why, int]
    first: datetime
    newest: datetime
    turns: tuple[str, ...]
    """Ids of the messages, the most central first; those that only hold an older decision in place are among them."""
    shared: tuple[str, ...] = field(repr=False)
    """Words that more than half of these patients used, as the central question puts them: a title to begin from."""

    @property
    def text(self) -> str:
        """The question that stands for the group."""
        return self.texts[0]

    @property
    def anchors(self) -> tuple[str, ...]:
        """The messages by which a decision about this group finds it again."""
        return self.turns[:_ANCHORS]


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a group when that many patients had asked; it rests on the messages `anchors`."""

    ruling: Ruling
    reason: str
    size: int
    by: str
    at: datetime
    anchors: tuple[str, ...]

    def holds(self, group: Group) -> bool:
        """Whether it still stands: what was set aside comes back once half as many again have asked."""
        if self.ruling == "open":
            return False
        return self.ruling not in ASIDE or group.patients < self.size * 1.5


def grouped(asked: Sequence[Asked], vectors: Vectors, fewest: int, anchors: Collection[str] = frozenset()) -> list[Group]:
    """Groups asked for by at least `fewest` patients, the most patients first; `vectors` (unit length) are those of `about`.

    Messages among `anchors` take part without being counted or shown.
    """
    made = [
        _group([asked[row] for row in rows], vectors[rows], anchors)
        for rows in clusters(vectors)
        if len({asked[row].patient for row in rows if asked[row].turn not in anchors}) >= fewest
    ]
    return sorted(made, key=lambda group: (-group.patients, -group.questions, -group.newest.timestamp(), group.key))


def clusters(vectors: Vectors, near: float = NEAR) -> list[list[int]]:
    """Rows that belong together: joined two by two, nearest first, as long as the mean cosine between two parts is `near`.

    The mean, not the nearest pair: a chain of questions that each resemble the next would end as one group of everything.
    """
    if len(vectors) < 2:
        return [[row] for row in range(len(vectors))]
    apart = np.maximum(1.0 - vectors @ vectors.T, 0.0)
    tree = hierarchy.linkage(apart[np.triu_indices(len(vectors), 1)], method="average")
    found: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(hierarchy.fcluster(tree, 1.0 - near, criterion="distance")):
        found[int(label)].append(row)
    return list(found.values())


def _group(asked: Sequence[Asked], vectors: Vectors, anchors: Collection[str]) -> Group:
    order = _central_first(asked, vectors)
    every = [asked[row] for row in order]
    counted = [each for each in every if each.turn not in anchors]
    central = min(counted, key=lambda each: (len(each.text) > _SHORT, every.index(each)))
    oldest = min(counted, key=lambda each: (each.at, each.turn))
    one_each = {each.patient: each for each in reversed(counted)}.values()
    texts = dict.fromkeys(shortened(each.text) for each in (central, *reversed(list(one_each))))
    return Group(
        key=sha256(oldest.turn.encode()).hexdigest()[:16],
        texts=tuple(texts)[:_EXAMPLES],
        about=central.about,
        patients=len(one_each),
        questions=len(counted),
        whys=Counter(why for each in counted for why in each.whys),
        first=oldest.at,
        newest=max(each.at for each in counted),
        turns=tuple(each.turn for each in every),
        shared=_shared(central, counted),
    )


def _central_first(asked: Sequence[Asked], vectors: Vectors) -> list[int]:
    """Rows by nearness to the middle of the patients, each of whom counts once however often they asked."""
    often = Counter(each.patient for each in asked)
    weights = np.array([1.0 / often[each.patient] for each in asked], dtype=np.float32)
    nearness = vectors @ (weights @ vectors)
    return sorted(range(len(asked)), key=lambda row: (-round(float(nearness[row]), 5), asked[row].at, asked[row].turn))


def shortened(text: str, most: int = _SHORT) -> str:
    """A question in one line of at most `most` code points, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + "…"


def _shared(central: Asked, counted: Sequence[Asked]) -> tuple[str, ...]:
    """No word that only one or two of them used reaches an article."""
    users: dict[str, set[str]] = defaultdict(set)
    for each in counted:
        for word in words(each.about):
            users[word].add(each.patient)
    patients = len({each.patient for each in counted})
    return tuple(word for word in dict.fromkeys(words(central.about)) if len(users[word]) * 2 > patients)


def standing(groups: Sequence[Group], decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The decision that holds for each group, by its key: of several about one, the newest; one that was outgrown holds no more.

    A decision belongs to the one group that holds most of the messages it was made about.
    """
    newest: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda each: each.at):
        shares = [(len(set(decision.anchors) & set(group.turns)), group.patients, group.key) for group in groups]
        share, _, key = max(shares, default=(0, 0, ""))
        if share:
            newest[key] = decision
    by_key = {group.key: group for group in groups}
    return {key: decision for key, decision in newest.items() if decision.holds(by_key[key])}


@dataclass(frozen=True, slots=True)
class Followed:
    """A question that was answered, and the patient's next message in that chat, both masked."""

    turn: str
    text: str = field(repr=False)
    later: str = field(repr=False)
    after: timedelta


def may_be_again(pair: Followed) -> bool:
    """Whether the next message could be the same question: soon, not "tell me more", and for no other section of the same article.

    Vectors alone cannot tell the last: "what is gout" and "what causes gout" are nearer than most paraphrases.
    """
    if pair.after > AGAIN_WITHIN or not depth_of(pair.later) == depth_of(pair.text) == "normal":
        return False
    same_words = set(words(pair.text)) == set(words(pair.later))
    return same_words or wanted_sections(pair.text).keys() == wanted_sections(pair.later).keys()


def asked_again(pairs: Sequence[Followed], texts: Vectors, laters: Vectors) -> frozenset[str]:
    """Ids of the messages that were asked again in other words; `texts` and `laters` are the vectors of the two sides."""
    cosines = (texts * laters).sum(axis=1)
    return frozenset(pair.turn for pair, cosine in zip(pairs, cosines, strict=True) if cosine >= SAME)
