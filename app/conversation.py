"""The turn: a patient's message in, what is shown out, as events. Knows nothing of Chainlit, HTTP or SQL.

`reply` reads top to bottom as the way of a question. It is a generator so that its first part (screen, case, card) runs
on the screening lane, and the rest, which may be slow, on the answering lane.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from app import render
from app.errors import RecordsError
from app.journal import Escalations, Journal, OpenTurn, Reply, ReplyKind
from app.records.models import new_id
from guardrails import person
from guardrails.care_cards import CareCard, CareCards, Staffing
from guardrails.check import check
from guardrails.level import Finding, Level, Profile, Screening, worst
from guardrails.scope import Scope, ScopeEntry
from guardrails.screen import Screener
from knowledge.article import Audience
from knowledge.citation import Statement
from knowledge.library import Library, Snapshot
from knowledge.words import Words
from retrieval.drafted import Drafter, DraftFailedError
from retrieval.index import IndexUnusableError
from retrieval.quoted import quote, suggestions
from retrieval.search import Found, Search

log = logging.getLogger("carelight.turn")
T = TypeVar("T")

_LONGEST = 6000
"""Code points above which a message is screened but not searched."""
_PASSAGES = 24
_SERIOUS: frozenset[Level] = frozenset({"emergency", "crisis"})


@dataclass(frozen=True, slots=True)
class Shown:
    """Something to show now; it is already stored."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Screened:
    """The screen is done and its card shown: from here on another message may be typed."""

    level: Level
    findings: tuple[Finding, ...]
    raised: bool
    """Whether this message brought a new finding: it then cancels an answer still being made."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn is closed; `ms` holds milliseconds by stage."""

    ms: dict[str, float]


Event = Shown | Screened | Finished


@dataclass(slots=True)
class _Clock:
    """Milliseconds by stage of one turn."""

    ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def time(self, stage: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        try:
            return work()
        finally:
            self.ms[stage] = round((time.perf_counter() - start) * 1000, 2)

    def total(self) -> dict[str, float]:
        return {**self.ms, "total": round((time.perf_counter() - self.started) * 1000, 2)}


@dataclass(frozen=True)
class Parts:
    """What a turn is made with; built once by `wiring`."""

    screener: Screener
    cards: CareCards
    scope: Scope
    library: Library
    search: Callable[[], Search]
    drafter: Callable[[], Drafter | None]
    words: Words
    staffing: Callable[[], Staffing]
    region: str | None


class Conversation:
    """Answers patients' messages, one turn at a time."""

    def __init__(self, parts: Parts, journal: Journal, escalations: Escalations) -> None:
        self._parts, self._journal, self._escalations = parts, journal, escalations
        self._unsaved: dict[str, list[str]] = {}

    def reply(self, patient_id: str, conversation_id: str, text: str, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Event]:
        """Every step of one turn; what fails becomes words that say so. PermissionError where the chat is another patient's."""
        clock = _Clock()
        turn = clock.time("receive", lambda: self._receive(patient_id, conversation_id, text))
        screening = clock.time("screen", lambda: self._screen(turn))
        raised = self._new(turn, screening)
        yield from self._escalate(turn, screening, raised)
        yield Screened(self._level(turn, screening), self._open(turn, screening), raised=bool(raised))
        if not raised or worst(f.level for f in raised) == "urgent":
            reply = self._words_or_answer(turn, screening, clock)
            if not cancelled():
                yield Shown(self._stored(turn, reply))
        self._close(turn, "cancelled" if cancelled() else "done", self._level(turn, screening))
        yield Finished(clock.total())

    # 1 receive, 2 screen

    def _receive(self, patient_id: str, conversation_id: str, text: str) -> OpenTurn:
        """Store the message; while the records fail it is screened together with the others that could not be stored."""
        text = text.encode("utf-8", "replace").decode()  # half an emoji, which no database can store
        try:
            turn = self._journal.receive(patient_id, conversation_id, text)
        except RecordsError as error:
            log.error("a message could not be stored: %s", error)
            unsaved = self._unsaved.setdefault(conversation_id, [])
            unsaved.append(text)
            return OpenTurn(conversation_id, patient_id, "", tuple(unsaved), Profile(), -1, frozenset(), (), released=False)
        self._unsaved.pop(conversation_id, None)
        return turn

    def _screen(self, turn: OpenTurn) -> Screening:
        screening = self._parts.screener.screen(turn.turns, turn.profile, settled_through=turn.settled_through)
        if not screening.complete:
            log.error("screening was incomplete: %s", screening.failure)
        return screening

    def _open(self, turn: OpenTurn, screening: Screening) -> tuple[Finding, ...]:
        mine = {finding.rule for finding in screening.findings}
        return (*screening.findings, *(f for f in turn.carried if f.rule not in mine))

    def _level(self, turn: OpenTurn, screening: Screening) -> Level:
        return worst(finding.level for finding in self._open(turn, screening))

    @staticmethod
    def _new(turn: OpenTurn, screening: Screening) -> tuple[Finding, ...]:
        return tuple(finding for finding in screening.findings if finding.rule not in turn.known_rules)

    # 3 escalate

    def _escalate(self, turn: OpenTurn, screening: Screening, raised: Sequence[Finding]) -> Iterator[Event]:
        """Case first, card next: nothing that could be slow or fail stands between a red flag and its card."""
        if raised:
            stored = self._escalations.escalate(turn, raised)
            yield self._card(turn, self._parts.cards.card(self._open(turn, screening), *self._here(turn)), stored=stored)
        if not screening.complete:
            stored = self._escalations.escalate(turn, [_UNCHECKED])
            yield self._card(turn, self._parts.cards.unchecked(*self._here(turn)), stored=stored)

    def _card(self, turn: OpenTurn, card: CareCard, *, stored: bool) -> Shown:
        return Shown(self._stored(turn, self._reply("care_card", card.as_text(), render.card_body(card, self._parts.words, stored=stored))))

    def _here(self, turn: OpenTurn) -> tuple[str | None, Staffing, Words]:
        """What every card is made with besides findings: the patient's region, who is there, the words."""
        return self._region(turn), self._staffing(), self._parts.words

    def _region(self, turn: OpenTurn) -> str | None:
        return turn.profile.region or self._parts.region

    def _staffing(self) -> Staffing:
        try:
            return self._parts.staffing()
        except RecordsError:
            return "unattended"

    # 4 scope, then 5 search, 6 answer, 7 check

    def _words_or_answer(self, turn: OpenTurn, screening: Screening, clock: _Clock) -> Reply:
        """The reply of a turn whose message brought no emergency or crisis of its own."""
        text = turn.turns[-1]
        if not screening.complete:
            return self._say("notice", "help_now")
        if self._level(turn, screening) in _SERIOUS and not turn.released:
            return self._held(turn, screening)
        if not re.search(r"\w", text):
            return self._say("clarify", "clarify_empty")
        if len(text) > _LONGEST:
            return self._say("clarify", "too_long")
        entry = clock.time("scope", lambda: self._parts.scope.verdict(text))
        reply = self._set_words(turn, entry) if entry else self._answer(turn, screening, clock)
        return self._under_banner(turn, screening, reply)

    def _held(self, turn: OpenTurn, screening: Screening) -> Reply:
        """Before the patient's tap: the pinned first aid of the open findings, and why nothing else is answered yet."""
        words = self._parts.words
        card = self._parts.cards.card(self._open(turn, screening), *self._here(turn))
        aid = [quote.text for quote in card.meanwhile]
        lines = [card.banner, words.say("pinned_intro"), *aid, words.say("held_answer")]
        return self._reply("banner", "\n".join(lines), {**render.card_body(card, words, stored=True), "held": words.say("held_answer")})

    def _under_banner(self, turn: OpenTurn, screening: Screening, reply: Reply) -> Reply:
        """The reply with the pinned banner of findings that are still open."""
        findings = self._open(turn, screening)
        if not findings:
            return reply
        card = self._parts.cards.card(findings, *self._here(turn))
        banner = {"level": card.level, "text": card.banner, "contacts": card.as_dict()["contacts"][:3]}
        return replace(reply, text=f"{card.banner}\n{reply.text}", body={**reply.body, "words": reply.text, "banner": banner})

    def _set_words(self, turn: OpenTurn, entry: ScopeEntry) -> Reply:
        words = self._parts.words
        if entry.id == "person":
            self._escalations.escalate(turn, [_ASKED_FOR_PERSON])
            text = f"{words.say('person_requested')} {words.say(f'staffing_{self._staffing()}')} {words.say('help_now')}"
            return self._reply("smalltalk", text)
        follow = {"refused": "refused_next", "referred": "referred_next", "not_covered": "not_covered_next"}.get(entry.outcome)
        text = " ".join([words.say(entry.words), words.say(follow)] if follow else [words.say(entry.words)])
        return self._reply(entry.outcome, text, self._offer() if entry.outcome in ("referred", "not_covered") else {})

    def _answer(self, turn: OpenTurn, screening: Screening, clock: _Clock) -> Reply:
        words, text = self._parts.words, turn.turns[-1]
        audience = person.audience(text, turn.profile)
        try:
            snapshot = clock.time("library", self._parts.library.snapshot)
            found = clock.time("search", lambda: self._parts.search().search(text, turn.turns[:-1], snapshot, audience, _PASSAGES))
        except (RecordsError, IndexUnusableError) as error:
            log.error("the library could not be searched: %s", error)
            return self._say("notice", "error")
        if not found.covered:
            return self._not_covered(turn)
        made, note = clock.time("answer", lambda: self._make(found, snapshot, screening, turn, audience))
        if not made:
            return self._not_covered(turn)
        body = render.answer_body(made, suggestions(found, snapshot), snapshot, words, note)
        return Reply(new_id(), "answer", render.answer_text(body), body, made)

    def _make(
        self, found: Found, snapshot: Snapshot, screening: Screening, turn: OpenTurn, audience: Audience
    ) -> tuple[tuple[Statement, ...], str]:
        """Checked statements, drafted where a model is set and every sentence passes, else quoted; and a note on which."""
        findings = self._open(turn, screening)
        quoted = check(quote(found, snapshot).statements, snapshot, audience, findings)
        drafter = self._parts.drafter()
        if drafter is None or findings:
            return quoted.statements, ""
        try:
            draft = drafter.draft(found.query.texts[0], [s.passage for s in found.passages[:8]], snapshot)
        except DraftFailedError as error:
            log.warning("no draft: %s", error)
            return quoted.statements, ""
        drafted = check(draft.statements, snapshot, audience, findings, drafted=True)
        if drafted.withheld:
            log.warning("draft given up: %s", "; ".join(drafted.withheld))
            return quoted.statements, ""
        help_lines = tuple(s for s in quoted.statements if s.role == "help")
        return (*drafted.statements, *help_lines), self._parts.words.say("drafted_notice")

    def _not_covered(self, turn: OpenTurn) -> Reply:
        """An honest "not covered", or a friendly no where neither this message nor the one before is about health."""
        if not self._parts.scope.sounds_like_health(" ".join(turn.turns[-2:])):
            words = self._parts.words
            return self._reply("refused", f"{words.say('refused_not_health')} {words.say('refused_next')}")
        words = self._parts.words
        return self._reply("not_covered", f"{words.say('not_covered')} {words.say('not_covered_next')}", self._offer())

    def _offer(self) -> dict[str, object]:
        """The next step beside words that answer nothing: the library, or a person."""
        words = self._parts.words
        return {"person": True, "person_label": words.say("talk_to_person"), "library_label": words.say("open_library")}

    # 8 release

    def _stored(self, turn: OpenTurn, reply: Reply) -> Reply:
        """Record a reply before it is shown; one that cannot be recorded is shown all the same, and logged."""
        try:
            if turn.turn_id:
                self._journal.record(turn, reply)
        except RecordsError as error:
            log.error("a reply could not be stored: %s", error)
        return reply

    def _close(self, turn: OpenTurn, state: str, level: Level) -> None:
        try:
            if turn.turn_id:
                self._journal.close(turn, "cancelled" if state == "cancelled" else "done", level)
        except RecordsError as error:
            log.error("a turn could not be closed: %s", error)

    def _say(self, kind: ReplyKind, key: str) -> Reply:
        return self._reply(kind, self._parts.words.say(key))

    @staticmethod
    def _reply(kind: ReplyKind, text: str, body: dict[str, object] | None = None) -> Reply:
        return Reply(new_id(), kind, text, dict(body or {}))


_UNCHECKED = Finding("screening-incomplete", 1, "urgent", "medical", "A message could not be checked for red flags.", "rule", ())
_ASKED_FOR_PERSON = Finding("asked-for-a-person", 1, "routine", "medical", "The patient asked to talk to a person.", "rule", ())
