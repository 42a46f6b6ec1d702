"""The library as it would be, asked like the one that patients have: the same path, with another snapshot.

Nothing here touches the served index or the live search. Both sides find by one matrix in memory (`retrieval.nearest`), so that
what differs between two answers comes from the change and from nothing else. The screen runs on threads of its own, with
time enough: what is compared is the library, not how busy the machine is.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app import first_aid
from app.answering import Parts
from app.asking import Answered, ask
from guardrails.level import Profile
from guardrails.rules import RuleSet
from knowledge.library import Revision, Snapshot
from knowledge.passages import Passage
from retrieval.embedder import Embedder, Vectors
from retrieval.index import IndexUnusableError, PassageIndex, indexed_text
from retrieval.nearest import Nearest, Shelf
from retrieval.search import Bank, Built, Search
from retrieval.units import Near
from retrieval.vectors import PreparedEmbedder, RememberingEmbedder

_TIME_ENOUGH_S = 20.0
_KEPT = 2
"""Candidates whose search is kept: the draft that is being written, and the one before its last change."""


@dataclass(frozen=True)
class FixedLibrary:
    """One snapshot, for ever."""

    only: Snapshot

    def snapshot(self) -> Snapshot:
        return self.only


@dataclass(frozen=True)
class Side:
    """A library that can be asked: the one that patients have, or the one that they would have."""

    snapshot: Snapshot
    search: Search
    parts: Parts
    nearest: Nearest

    def ask(self, messages: Sequence[str], profile: Profile | None = None) -> Answered:
        """The whole reply to the last of `messages` (oldest first), as if this library were live; nobody is recorded."""
        return ask(self.parts, messages, profile or Profile())


@dataclass(frozen=True, slots=True)
class Both:
    """One question's reply now, and what it would be."""

    now: Answered
    then: Answered


@dataclass(frozen=True)
class Comparison:
    """The library that patients have, beside the one that they would have."""

    now: Side
    then: Side
    embedder: PreparedEmbedder
    """What both sides embed questions with."""
    shelf: Shelf
    """Where both sides find passages."""

    @property
    def changed(self) -> frozenset[str]:
        """Slugs of the articles that differ."""
        return self.now.snapshot.changed(self.then.snapshot)

    def ask(self, messages: Sequence[str], profile: Profile | None = None) -> Both:
        """What patients get for a question now, beside what they would get; a language model's part differs from call to call."""
        return Both(self.now.ask(messages, profile), self.then.ask(messages, profile))

    def quoted(self) -> "Comparison":
        """The same without a language model: what a draft rests on, the same at every call."""
        return replace(self, now=_quoted(self.now), then=_quoted(self.then))


@dataclass(frozen=True)
class Materials:
    """What sides are made with: the parts of the running application, and what it has read and indexed already."""

    parts: Parts
    embedder: RememberingEmbedder
    index: Callable[[], PassageIndex]
    bank: Callable[[Embedder], Bank | None]
    near: Callable[[Embedder], Near]
    rules: RuleSet
    lowered: Callable[[Revision], bool] = lambda _revision: False
    built: Callable[[Snapshot], Built | None] = field(default=lambda snapshot: None)
    """What the live search has made for a snapshot."""


class Candidates:
    """Makes comparisons, and keeps what the next one needs: asking a draft again costs no more than asking."""

    def __init__(self, materials: Materials) -> None:
        self._materials = materials
        self._lock = threading.Lock()
        self._now: Side | None = None
        self._then: dict[str, Side] = {}
        self._screener = materials.parts.screener.unhurried(_TIME_ENOUGH_S)
        self.embedder = PreparedEmbedder(materials.embedder)
        self._bank = materials.bank(self.embedder)
        self._near = materials.near(self.embedder)
        self._shelf = Shelf(self.embedder, self._held)

    def compare(self, then: Snapshot) -> Comparison:
        """What is served now beside `then`; seconds where `then` was not asked before."""
        with self._lock:
            snapshot = self._materials.parts.library.snapshot()
            if self._now is None or self._now.snapshot is not snapshot:
                self._then.clear()
                self._shelf = Shelf(self.embedder, self._held)
                self._now = self._side(snapshot, self._materials.built(snapshot))
            return Comparison(self._now, self._kept(self._now, then), self.embedder, self._shelf)

    def _kept(self, now: Side, then: Snapshot) -> Side:
        changed = sorted(now.snapshot.changed(then))
        if not changed:
            return now
        key = _name(then, changed)
        side = self._then.pop(key, None) or self._side(then, now.search.built_for(now.snapshot))
        self._then[key] = side
        while len(self._then) > _KEPT:
            self._then.pop(next(iter(self._then)))
        return side

    def _side(self, snapshot: Snapshot, built: Built | None = None) -> Side:
        given = self._materials
        nearest = self._shelf.finder(snapshot)
        search = Search(nearest, self._bank, self._near, given.lowered)
        if built is not None:  # what it was made of still holds, the changed articles excepted
            search.adopt(built)
        search.prepare(snapshot)
        parts = replace(
            given.parts,
            stopped=lambda: False,
            screener=self._screener,
            cards=given.parts.cards.with_first_aid(first_aid.lines(given.rules, snapshot)),
            scope=given.parts.scope.with_encoder(lambda: self.embedder),
            library=FixedLibrary(snapshot),
            search=lambda: search,
            staffing=lambda: "unattended",
            leave_person=lambda patient, reply: False,
        )
        return Side(snapshot, search, parts, nearest)

    def _held(self, passages: Sequence[Passage]) -> Mapping[str, Vectors]:
        """Vectors out of the served index, of passages whose vectors are not shipped; none where it cannot be used."""
        unknown = [passage for passage in passages if not self._materials.embedder.knows(indexed_text(passage))]
        try:
            return self._materials.index().vectors(unknown) if unknown else {}
        except IndexUnusableError:
            return {}

    def close(self) -> None:
        """Let go of the screen's threads."""
        self._screener.close()


def _name(snapshot: Snapshot, changed: Sequence[str]) -> str:
    """Tells candidates over one served set apart: the bytes of what each would change, and how it stands."""
    digest = hashlib.sha256()
    for slug in changed:
        revision = snapshot.revisions.get(slug)
        standing = (revision.number, revision.signed, revision.reviewed, revision.due, revision.article.text) if revision else ()
        digest.update(repr((slug, standing)).encode())
    return digest.hexdigest()


def _quoted(side: Side) -> Side:
    return replace(side, parts=replace(side.parts, drafter=lambda: None))
