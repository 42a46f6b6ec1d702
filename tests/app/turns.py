"""A whole conversation to test with: real stores, real cards and words, a small library, and red flags found by plain words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from cryptography.fernet import Fernet

from app.answering import Parts
from app.conversation import Conversation, Event, Finished, Grown, Screened, Shown
from app.escalation.cases import CaseDesk
from app.journal import Reply
from app.records.case_work import CaseWork
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.library_store import LibraryStore
from app.records.spool import Spool
from guardrails import regions as numbers
from guardrails import scope
from guardrails.care_cards import CareCards, Quote
from guardrails.level import Evidence, Finding, Level
from guardrails.regions import Region
from guardrails.scope import Scope
from guardrails.screen import Layer, Screener, TimedLayer
from knowledge import words
from knowledge.article import Article
from knowledge.front_matter import Audience
from knowledge.library import Snapshot
from retrieval.drafted import Drafter
from retrieval.index import IndexUnusableError
from retrieval.search import Found, Search
from tests.fakes import HashingEmbedder, ScriptedLayer, article, finding, settle

GOUT = article(
    """## Overview

Gout is a painful swelling of one joint. Gout often starts in the big toe.

## Medicines

Ibuprofen for gout should not go above 1,200 mg in 24 hours.

## When to get help

Get medical help today if someone with gout:
- Has a fever.
- Has a hot joint.
"""
)
PINNED = Quote("Sit down and rest.", "/library/heart-attack?revision=1&mark=0-18#mark")
KEYWORDS = {
    "crushing": finding("heart-attack", "emergency"),
    "stroke": finding("stroke", "emergency"),
    "hopeless": finding("suicidal-thoughts", "crisis", "suicide_self_harm"),
    "sprain": finding("sprain", "urgent"),
}
"""The words that the fake layer takes for red flags."""


def by_keyword(turns: Sequence[str]) -> tuple[Finding, ...]:
    """A finding for each of KEYWORDS, resting on the newest turn that holds it."""
    found: dict[str, Finding] = {}
    for number, turn in enumerate(turns):
        for word, flag in KEYWORDS.items():
            if (start := turn.find(word)) >= 0:
                found[word] = replace(flag, evidence=(Evidence(number, start, start + len(word), word),))
    return tuple(found.values())


def fail(_turns: Sequence[str]) -> tuple[Finding, ...]:
    """What a layer that crashes does."""
    raise RuntimeError("the layer broke")


@cache
def regions() -> dict[str, Region]:
    """The numbers that ship; reading the file takes half a second."""
    return numbers.load()


@cache
def _scope() -> Scope:
    return scope.load()


class MemoryFinder:
    """Passages of a snapshot by hashed words: what the vector index does, without its files."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._embedder = HashingEmbedder()
        self._ids = list(snapshot.passages)
        self._vectors = self._embedder.embed([f"{p.title}. {p.text}" for p in snapshot.passages.values()])

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        scores = self._vectors @ self._embedder.embed([question])[0]
        return [(self._ids[int(row)], float(scores[row])) for row in np.argsort(-scores)[:count]]


class BrokenFinder:
    """An index that cannot answer."""

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        raise IndexUnusableError("the index did not answer")


class WordSearch(Search):
    """The real search, for which a question is covered where a passage shares enough of its words."""

    def search(self, question: str, history: Sequence[str], snapshot: Snapshot, audience: Audience = "everyone", count: int = 10) -> Found:
        found = super().search(question, history, snapshot, audience, count)
        return replace(found, covered=any(scored.similarity > 0.25 for scored in found.passages))


@dataclass
class World:
    """A clinic with one article, and patients who write to it."""

    database: Database
    folder: Path
    layer: Layer = field(default_factory=lambda: ScriptedLayer(by_keyword))
    records: Database | None = None
    """Where turns and cases go, if not to `database`: a broken one shows what an outage does."""
    drafter: Drafter | None = None
    index_works: bool = True
    mask: Callable[[str], str] = lambda text: text
    article: Article = GOUT
    limit_s: float = 5.0

    def __post_init__(self) -> None:
        self.library = LibraryStore(self.database)
        self.library.publish([self.article], "test")
        self.chats = ConversationStore(self.records or self.database)
        self.cases = CaseStore(self.records or self.database)
        self.work = CaseWork(self.records or self.database)
        self.spool_file = self.folder / "spool"
        self.desk = CaseDesk(self.cases, Spool(self.spool_file, Fernet.generate_key()))
        self.screener = Screener([TimedLayer(self.layer, self.limit_s)], threads=2)
        finder = MemoryFinder(self.library.snapshot()) if self.index_works else BrokenFinder()
        search = WordSearch(finder)
        cards = CareCards(regions(), {"heart-attack": (PINNED,)})
        self.parts = Parts(
            screener=self.screener,
            cards=cards,
            scope=_scope(),
            library=self.library,
            search=lambda: search,
            drafter=lambda: self.drafter,
            words={language: words.load(language) for language in words.LANGUAGES},
            language="en",
            staffing=lambda: "unattended",
            region="US",
            explain=lambda _turns, _findings: {},
            leave_person=self.work.leave,
            mask=lambda text: self.mask(text),  # noqa: PLW0108 (a test may change it later)
        )
        self.conversation = Conversation(self.parts, self.chats, self.desk)

    def turn(self, text: str, patient: str = "p1", chat: str = "c1", cancelled: Callable[[], bool] = lambda: False) -> "Outcome":
        """Send one message and take everything that comes back."""
        return Outcome(tuple(self.conversation.reply(patient, chat, text, cancelled)))

    def close_case(self) -> None:
        """Settle the open case as a nurse does."""
        settle(self.database, self.cases.queue()[0].id)

    def say(self, key: str) -> str:
        """The set words under `key`."""
        return self.parts.words["en"].say(key)


@dataclass(frozen=True)
class Outcome:
    """The events of one turn."""

    events: tuple[Event, ...]

    @property
    def replies(self) -> list[Reply]:
        return [event.reply for event in self.events if isinstance(event, Shown)]

    @property
    def final(self) -> Reply:
        """The last reply, as it became."""
        return [event.reply for event in self.events if isinstance(event, Shown | Grown)][-1]

    @property
    def kinds(self) -> list[str]:
        return [reply.kind for reply in self.replies]

    @property
    def level(self) -> Level:
        return next(event.level for event in self.events if isinstance(event, Screened))

    @property
    def ms(self) -> dict[str, float]:
        return next(event.ms for event in self.events if isinstance(event, Finished))
