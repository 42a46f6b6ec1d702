"""The editors' to-do list: what patients asked and got no good answer to, masked, grouped by meaning, with the nearest articles.

Nothing is grouped or shown before its identifiers are masked; what cannot be masked is left out and counted. Messages at the
level of an emergency or a crisis are the care team's, and are not read here.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

import numpy as np

from app.content import gaps
from app.content.gap_report import Gap, Nearest, Report
from app.content.gaps import Asked, Decision, Followed, Group, Why
from app.records.gap_store import GapStore, PastTurn
from app.records.models import now
from guardrails.level import SERIOUS
from guardrails.privacy import MaskingError
from knowledge.library import Library, Snapshot
from retrieval.context import understand
from retrieval.depth import requested
from retrieval.embedder import Embedder, Vectors
from retrieval.index import IndexUnusableError
from retrieval.keywords import words
from retrieval.search import Search

MOST = 4000
"""Questions that are grouped at most, the newest first: grouping compares each with each."""
_REMEMBERED = 20_000
_NEAREST = 3
_PLACEHOLDER = re.compile(r"<[A-Za-z_]+>")
_TOPIC_CHARS = 60
_BY_KIND: Mapping[str, Why] = {"not_covered": "not_covered", "referred": "abstained"}


@dataclass(frozen=True, slots=True)
class Grouping:
    """How many patients make a group, and how many days are looked back."""

    fewest: int
    days: int


@dataclass(frozen=True, slots=True)
class Means:
    """What questions are read with. `mask` takes identifiers out and raises MaskingError where it cannot."""

    search: Callable[[], Search]
    embedder: Callable[[], Embedder]
    mask: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Told:
    """A masked question, and what it is grouped by."""

    text: str
    about: str


class MissingAnswers:
    """Makes the report; RecordsError where the database fails. What costs time is remembered between two looks, in memory alone."""

    def __init__(self, store: GapStore, library: Library, means: Means, grouping: Grouping) -> None:
        self._store, self._library, self._means, self._grouping = store, library, means, grouping
        self._lock = threading.Lock()
        self._version = -1
        self._told: dict[str, _Told | None] = {}
        self._vectors: dict[str, Vectors] = {}

    def report(self, days: int | None = None, *, demo: bool = False, at: datetime | None = None) -> Report:
        """What is missing over the last `days` (the clinic's setting where it is left out), of patients or of made-up ones."""
        days = days or self._grouping.days
        since = (at or now()) - timedelta(days=days)
        decisions = self._store.decisions()
        anchors = frozenset(anchor for decision in decisions for anchor in decision.anchors)
        turns = self._store.turns(since, demo=demo, also=anchors)
        with self._lock:
            return self._report(turns, since, anchors, decisions, days)

    def _report(
        self, turns: Sequence[PastTurn], since: datetime, anchors: frozenset[str], decisions: Sequence[Decision], days: int
    ) -> Report:
        snapshot = self._library.snapshot()
        self._forget(snapshot)
        search = self._usable()
        chats = [list(chat) for _, chat in groupby((t for t in turns if t.level not in SERIOUS), key=lambda turn: turn.chat)]
        again = self._asked_again(chats)
        whys = {turn.id: came for turn in turns if turn.at >= since and (came := _whys(turn) | again.get(turn.id, frozenset()))}
        found = [
            (turn, self._in_context(turn, chat[:place], search, snapshot))
            for chat in chats
            for place, turn in enumerate(chat)
            if turn.id in whys or turn.id in anchors
        ]
        made = sorted(
            (Asked(t.id, t.patient, told.text, told.about, whys.get(t.id, frozenset()), t.at) for t, told in found if told),
            key=lambda each: (bool(each.whys), each.at),
        )
        asked = made[-MOST:]
        holding = frozenset(each.turn for each in asked if not each.whys)
        grouped = gaps.grouped(asked, self._embedded([each.about for each in asked]), self._grouping.fewest, holding)
        standing = gaps.standing(grouped, decisions)
        counted = [each for each in asked if each.whys]
        return Report(
            days=days,
            fewest=self._grouping.fewest,
            gaps=tuple(_gap(group, search, snapshot, standing.get(group.key)) for group in grouped),
            whys=Counter(why for each in counted for why in each.whys),
            questions=len(counted),
            alone=len(counted) - sum(group.questions for group in grouped),
            unmasked=sum(told is None for turn, told in found if turn.id in whys),
            beyond=sum(bool(each.whys) for each in made[:-MOST]),
        )

    def forget(self) -> None:
        """A patient deleted a chat: nothing of it stays in memory."""
        with self._lock:
            self._told.clear()
            self._vectors.clear()

    def _forget(self, snapshot: Snapshot) -> None:
        """What a question is about is told by the library's own names, so another library reads it anew."""
        if snapshot.version != self._version or len(self._told) > _REMEMBERED:
            self._told.clear()
        if len(self._vectors) > _REMEMBERED:
            self._vectors.clear()
        self._version = snapshot.version

    def _usable(self) -> Search | None:
        """The search, or None while its index cannot be used: questions are then grouped by their own words alone."""
        try:
            return self._means.search()
        except IndexUnusableError:
            return None

    def _in_context(self, turn: PastTurn, earlier: Sequence[PastTurn], search: Search | None, snapshot: Snapshot) -> _Told | None:
        """The masked question, with the topic of the message before it where it only goes on from that; None where masking fails."""
        if turn.id not in self._told:
            self._told[turn.id] = self._read(turn, earlier, search, snapshot)
        return self._told[turn.id]

    def _read(self, turn: PastTurn, earlier: Sequence[PastTurn], search: Search | None, snapshot: Snapshot) -> _Told | None:
        masked = self._masked(turn.text)
        if masked is None:
            return None
        before = [text for each in earlier if (text := self._masked(each.text)) is not None]
        request = requested(masked, before)
        if search is None:
            return _Told(request.question, _PLACEHOLDER.sub(" ", request.question))
        built = search.prepare(snapshot)
        query = understand(request, built.names, built.spelling)
        goes_on = bool(query.topic) and not query.named and (query.points_back or query.goes_on)
        about = (query.joined if goes_on else query.alone)[-1]
        topic = f"({gaps.shortened(request.history[-1], _TOPIC_CHARS)}) " if goes_on else ""
        return _Told(f"{topic}{request.question}", _PLACEHOLDER.sub(" ", about))

    def _masked(self, text: str) -> str | None:
        try:
            return self._means.mask(text)
        except MaskingError:
            return None

    def _asked_again(self, chats: Iterable[Sequence[PastTurn]]) -> Mapping[str, frozenset[Why]]:
        """Messages that were answered, and whose patient then asked the same in other words."""
        pairs = [pair for chat in chats for pair in self._followed(chat) if gaps.may_be_again(pair)]
        if not pairs:
            return {}
        texts, laters = (self._embedded([_PLACEHOLDER.sub(" ", text) for text in side]) for side in _sides(pairs))
        return dict.fromkeys(gaps.asked_again(pairs, texts, laters), frozenset({"asked_again"}))

    def _followed(self, chat: Sequence[PastTurn]) -> Iterator[Followed]:
        """Answered messages with the next one, where the two share a word: others are not worth comparing."""
        for turn, later in pairwise(chat):
            if any(each.kind == "answer" for each in turn.outcomes) and set(words(turn.text)) & set(words(later.text)):
                text, after = self._masked(turn.text), self._masked(later.text)
                if text is not None and after is not None:
                    yield Followed(turn.id, text, after, later.at - turn.at)

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors |= dict(zip(new, self._means.embedder().embed(new), strict=True))
        return np.stack([self._vectors[text] for text in texts]) if texts else np.zeros((0, 1), dtype=np.float32)


def _whys(turn: PastTurn) -> frozenset[Why]:
    by_kind = {_BY_KIND[each.kind] for each in turn.outcomes if each.kind in _BY_KIND}
    rated: set[Why] = {"unhelpful"} if any(each.helpful is False for each in turn.outcomes) else set()
    return frozenset(by_kind | rated)


def _sides(pairs: Sequence[Followed]) -> tuple[list[str], list[str]]:
    return [pair.text for pair in pairs], [pair.later for pair in pairs]


def _gap(group: Group, search: Search | None, snapshot: Snapshot, decision: Decision | None) -> Gap:
    if search is None:
        return Gap(group, (), covered=False, decision=decision)
    try:
        found = search.search(group.about, (), snapshot)
    except IndexUnusableError:
        return Gap(group, (), covered=False, decision=decision)
    slugs = list(dict.fromkeys(scored.passage.article for scored in found.passages))[:_NEAREST]
    nearest = tuple(Nearest(slug, snapshot.article(slug).title) for slug in slugs)
    return Gap(group, nearest, covered=found.covered and "not_covered" in group.whys, decision=decision)
