"""What is said once the screen is done: set words, an answer from the library, or an honest "not covered".

Steps 4 to 7 of a turn. Nothing here decides a level; what is open only decides what may be said under its banner.
"""

import logging
import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from app import render
from app.drafting import Asked, Drafting, ModelUse, Version
from app.errors import RecordsError
from app.escalation import care_team
from app.journal import Escalations, Journal, OpenTurn, Reply, ReplyKind, Visit
from app.logs import place
from app.records.models import new_id
from guardrails import person
from guardrails.care_cards import CareCard, CareCards, Staffing
from guardrails.check import check
from guardrails.explain import Explanation
from guardrails.grounding import Meaning
from guardrails.level import SERIOUS, SEVERITY, Finding, Level, Screening, worst
from guardrails.scope import Scope, ScopeEntry
from guardrails.screen import Screener
from knowledge.library import Library, Revision, Snapshot
from knowledge.words import Words
from retrieval.depth import depth_of, requested
from retrieval.drafted import Drafter
from retrieval.index import IndexUnusableError
from retrieval.quoted import quote, suggestions
from retrieval.search import Search

log = logging.getLogger("carelight.turn")
T = TypeVar("T")

_LONGEST = 6000
"""Code points above which a message is screened but not searched."""
_PAGES = 3
"""Pages of the library that are named in place of an answer."""
PASSAGES = 24
"""Passages that an answer is made from at most."""
ASKED_FOR_PERSON = Finding("asked-for-a-person", 1, "routine", "medical", "The patient asked to talk to a person.", "rule", ())


@dataclass(slots=True)
class Clock:
    """Milliseconds by stage of one turn."""

    ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def time(self, stage: str, work: Callable[[], T]) -> T:
        """What `work` returns; how long it took is kept under `stage`."""
        start = time.perf_counter()
        try:
            return work()
        finally:
            self.ms[stage] = round((time.perf_counter() - start) * 1000, 2)

    def total(self) -> dict[str, float]:
        """All stages, and `total` since the clock was made."""
        return {**self.ms, "total": round((time.perf_counter() - self.started) * 1000, 2)}


@dataclass(frozen=True)
class Parts:
    """What a turn is made with; built once by `wiring`. `words` holds every covered language, `language` the clinic's own."""

    screener: Screener
    cards: CareCards
    scope: Scope
    library: Library
    search: Callable[[], Search]
    drafter: Callable[[], Drafter | None]
    words: Mapping[str, Words]
    language: str
    staffing: Callable[[], Staffing]
    region: str | None
    explain: Callable[[Sequence[str], Sequence[Finding]], Mapping[str, Explanation]]
    """Why findings fired, by rule; may be slow, so it is asked after the card."""
    leave_person: Callable[[str, Reply], bool]
    """Ends a patient's talk with a person, at their wish; the reply says so in that chat. May raise RecordsError."""
    mask: Callable[[str], str]
    """Takes identifiers out of what is sent to a model; raises where it cannot, and nothing is sent."""
    overdue: Callable[[Revision], bool] = lambda _revision: False
    """Whether patients are told that an article's review is overdue."""
    stopped: Callable[[], bool] = lambda: False
    """Whether the stop switch is on: nothing is searched, drafted or released then."""
    min_age: int = 0
    """Years from which patients are answered; 0 is no limit."""
    unknown: str = ""
    """Set words in place of an answer where the records cannot tell whether the patient agreed to be answered."""
    meaning: Callable[[], Meaning | None] = lambda: None
    """How near a drafted sentence is to its source; None where no such measure is to be had."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A screened turn, and the language to reply in: what every reply is made from."""

    turn: OpenTurn
    screening: Screening
    words: Words
    cards: CareCards
    """As they were when the turn began: numbers that are published meanwhile come with the next one."""
    foreign: str = ""
    """ISO 639-1 code of a language that we do not cover, where the message is in one."""
    visit: Visit = field(default_factory=Visit)
    """How the message came in, and what is withheld from it by now."""

    @property
    def open(self) -> tuple[Finding, ...]:
        """Findings of this chat and of the patient's others."""
        mine = {finding.rule for finding in self.screening.findings}
        return (*self.screening.findings, *(f for f in self.turn.carried if f.rule not in mine))

    @property
    def raised(self) -> tuple[Finding, ...]:
        """Findings whose card has not been shown yet, or was shown at a lower level."""
        known = self.turn.known
        return tuple(f for f in self.screening.findings if f.rule not in known or SEVERITY[f.level] > SEVERITY[known[f.rule]])

    @property
    def again(self) -> tuple[Finding, ...]:
        """Findings whose card stands, told again by this message: whoever had answered the first telling has not answered this."""
        newest = len(self.turn.turns) - 1
        raised = {finding.rule for finding in self.raised}
        return tuple(f for f in self.screening.findings if f.rule not in raised and f.evidence and f.last_turn == newest)

    @property
    def level(self) -> Level:
        """How fast someone must act, questions that wait for an answer included."""
        return worst([self.screening.level, *(finding.level for finding in self.open)])


@dataclass(frozen=True, slots=True)
class Made:
    """A reply, or what it is so far: the next one has the same id and says more."""

    reply: Reply
    growing: bool = False


class Answering:
    """Makes replies; decides nothing about urgency."""

    def __init__(self, parts: Parts, journal: Journal, escalations: Escalations) -> None:
        self._parts, self._journal, self._escalations = parts, journal, escalations
        self._drafting = Drafting(parts.mask, parts.meaning)

    def card(self, at: Moment) -> CareCard:
        """One card for everything open."""
        return at.cards.card(at.open, *self._here(at))

    def unchecked(self, at: Moment) -> CareCard:
        """The card for a message that could not be checked."""
        return at.cards.unchecked(*self._here(at))

    def questions(self, at: Moment) -> Reply:
        """The rules' questions with their buttons, and when to call without answering them."""
        body = render.question_body(at.screening.questions, at.words, at.cards.emergency_contact(self._region(at), at.words))
        return reply("question", render.question_text(body), body)

    def replies(self, at: Moment, clock: Clock, cancelled: Callable[[], bool]) -> Generator[Made, None, None]:
        """The reply of a turn whose message brought no emergency or crisis of its own; a drafted one as it grows."""
        if not at.screening.complete:
            yield Made(say(at, "notice", "help_now"))
        elif worst(finding.level for finding in at.open) in SERIOUS and not at.turn.released:
            yield Made(self._held(at))
        elif unanswerable := self._unanswerable(at):
            yield Made(unanswerable)
        elif entry := clock.time("scope", lambda: self._out_of_scope(at.turn)):
            yield Made(self._under_banner(at, self._set_words(at, entry)))
        elif at.turn.withheld:
            yield Made(self._under_banner(at, self._before_consent(at)))
        elif person.younger(at.turn.turns, at.turn.profile, self._parts.min_age):
            yield Made(self._under_banner(at, self._under_age(at)))
        elif self._parts.stopped():
            yield Made(self.stopped(at))
        elif at.visit.withheld:
            yield Made(self._under_banner(at, self._withheld(at)))
        else:
            for made in self._answer(at, clock, lambda: cancelled() or self._parts.stopped()):
                yield replace(made, reply=self._under_banner(at, made.reply))

    def _before_consent(self, at: Moment) -> Reply:
        """Not answered yet: why, the numbers, the library, and the way to the text that is to be agreed to."""
        words = at.words
        region = self._region(at)
        kept = at.open or at.screening.questions or at.turn.asked
        text = f"{words.say('consent_first_kept' if kept else at.turn.withheld)} {at.cards.emergency_line(region, words)}"
        called = render.contacts_body(at.cards.contacts(("emergency", "suicide_crisis"), region, words))
        return reply("notice", text, {**render.offer_body(words), **called, "consent_label": words.say("consent_read")})

    def _under_age(self, at: Moment) -> Reply:
        """Never a bare refusal (rule of care 5): whom to ask, child lines, and the library's own pages."""
        words, pages = at.words, self._pages(at)
        contacts = at.cards.contacts(("child_protection", "suicide_crisis"), self._region(at), words)
        lines = [words.say("under_age", age=str(self._parts.min_age)), *([words.say("under_age_lines")] if contacts else [])]
        body = {**render.offer_body(words), **render.contacts_body(contacts), "pages": pages, "lines": lines}
        return reply("notice", " ".join(lines), {**body, "pages_label": words.say("under_age_pages")})

    def _pages(self, at: Moment) -> list[dict[str, str]]:
        """The library's pages nearest to the message: links, and none of their sentences. None while a crisis is open."""
        if self._parts.stopped() or at.visit.withheld or worst(finding.level for finding in at.open) in SERIOUS:
            return []
        try:
            snapshot = self._parts.library.snapshot()
            found = self._parts.search().search(at.turn.turns[-1], at.turn.turns[:-1], snapshot, "everyone", PASSAGES)
        except Exception as error:  # no link is better than no reply
            log.error("the library could not be searched: %s", place(error))
            return []
        titles = {scored.passage.article: scored.passage.title for scored in found.passages} if found.covered else {}
        return [{"href": f"/library/{slug}", "title": title} for slug, title in list(titles.items())[:_PAGES]]

    def _withheld(self, at: Moment) -> Reply:
        """Too many at once: what to do meanwhile, and that the message was looked at for danger all the same."""
        return reply("notice", f"{at.words.say(at.visit.withheld)} {at.words.say('help_now')}", render.offer_body(at.words))

    def stopped(self, at: Moment) -> Reply:
        """In place of an answer while the stop switch is on: the library's own pages, or a person."""
        said = f"{at.words.say('stopped_answer')} {at.words.say('help_now')}"
        return self._under_banner(at, reply("notice", said, render.offer_body(at.words)))

    def with_person(self, at: Moment) -> None:
        """A person answers here and reads all of it; the assistant only comes back where the patient asks for it."""
        try:
            if self._asks(at, "assistant"):
                self._parts.leave_person(at.turn.patient_id, care_team.patient_left(at.words))
        except RecordsError as error:
            log.error("a patient could not leave the person they wrote with: %s", error)

    def _asks(self, at: Moment, request: str) -> bool:
        """Whether the message is that kind of request (an id of scope.yaml)."""
        entry = self._out_of_scope(at.turn)
        return entry is not None and entry.id == request

    def _out_of_scope(self, turn: OpenTurn) -> ScopeEntry | None:
        """Set words that answer the message; a request about the answer before it is never out of scope."""
        *earlier, text = turn.turns
        return self._parts.scope.verdict(text, earlier) if depth_of(text) == "normal" else None

    def _unanswerable(self, at: Moment) -> Reply | None:
        """Words for a message that the library cannot be asked; None where it can."""
        text = at.turn.turns[-1]
        if at.turn.gone:
            return say(at, "notice", "chat_gone")
        if at.foreign:
            return self._in_no_language_of_ours(at)
        if not re.search(r"\w", text):
            return say(at, "clarify", "clarify_empty")
        return say(at, "clarify", "too_long") if len(text) > _LONGEST else None

    def _here(self, at: Moment) -> tuple[str | None, Staffing, Words]:
        """What every card is made with besides findings: the patient's region, who is there, the words."""
        return self._region(at), self._staffing(), at.words

    def _region(self, at: Moment) -> str | None:
        return at.turn.profile.region or self._parts.region

    def _staffing(self) -> Staffing:
        try:
            return self._parts.staffing()
        except RecordsError:
            return "unattended"

    def _held(self, at: Moment) -> Reply:
        """Before the patient's tap: the pinned first aid of the open findings, and why nothing else is answered yet."""
        card, words = self.card(at), at.words
        aid = [quoted.text for quoted in card.meanwhile]
        person = self._person_asked(at)[0] if self._asks(at, "person") else ""
        held = f"{person} {words.say('held_answer')}".strip()
        lines = [card.banner, words.say("pinned_intro"), *aid, held]
        return reply("banner", "\n".join(lines), {**render.card_body(card, words, stored=True), "held": held})

    def _in_no_language_of_ours(self, at: Moment) -> Reply:
        """An honest word in the patient's own language, with the emergency number, for we could not read them properly."""
        contact = at.cards.emergency_contact(self._region(at), at.words)
        body = render.foreign_body(at.foreign, contact, at.words)
        return reply("notice", str(body["words"]), body)

    def _under_banner(self, at: Moment, made: Reply) -> Reply:
        """The reply with the pinned banner of findings that are still open."""
        if not at.open:
            return made
        card = self.card(at)
        banner = {"level": card.level, "text": card.banner, "contacts": card.as_dict()["contacts"][:3]}
        return replace(made, text=f"{card.banner}\n{made.text}", body={**made.body, "words": made.text, "banner": banner})

    def _set_words(self, at: Moment, entry: ScopeEntry) -> Reply:
        words = at.words
        if entry.id == "person":
            told, stored = self._person_asked(at)
            return reply("smalltalk", f"{told} {words.say('help_now')}", {"reach": render.reach_body(words)} if stored else {})
        follow = {"refused": "refused_next", "referred": "referred_next", "not_covered": "not_covered_next"}.get(entry.outcome)
        text = " ".join([words.say(entry.words), words.say(follow)] if follow else [words.say(entry.words)])
        return reply(entry.outcome, text, render.offer_body(at.words) if entry.outcome in ("referred", "not_covered") else {})

    def _person_asked(self, at: Moment) -> tuple[str, bool]:
        """The case of a patient who asks for a person, and the truth about who will read it: nobody, where it could not be stored."""
        if not self._escalations.escalate(at.turn, [ASKED_FOR_PERSON], at.visit.source):
            return at.words.say("case_not_stored"), False
        return f"{at.words.say('person_requested')} {at.words.say(f'staffing_{self._staffing()}')}", True

    def _answer(self, at: Moment, clock: Clock, cancelled: Callable[[], bool]) -> Iterator[Made]:
        turn, text = at.turn, at.turn.turns[-1]
        audience = person.audience(requested(text, turn.turns[:-1]).question, turn.profile)
        try:
            snapshot = clock.time("library", self._parts.library.snapshot)
            found = clock.time("search", lambda: self._parts.search().search(text, turn.turns[:-1], snapshot, audience, PASSAGES))
        except (RecordsError, IndexUnusableError) as error:
            log.error("the library could not be searched: %s", error)
            yield Made(say(at, "notice", "error"))
            return
        except Exception as error:  # an embedding model that fails, or anything below: said and closed like any other turn
            log.error("the library could not be searched: %s", place(error))
            yield Made(say(at, "notice", "error"))
            return
        quoted = (
            clock.time("answer", lambda: check(quote(found, snapshot).statements, snapshot, audience, at.open)) if found.covered else None
        )
        if quoted is None or not quoted.statements:
            yield Made(say(at, "notice", "nothing_more") if quoted and found.query.request.page else self._not_covered(at))
            return
        asked = Asked(found.text, [s.passage for s in found.passages], quoted.statements, snapshot, audience, at.open)
        reply_id = new_id()
        began = time.perf_counter()
        for version in self._versions(at, asked, cancelled):
            clock.ms["answer"] = round(clock.ms["answer"] + (time.perf_counter() - began) * 1000, 2)
            yield Made(self._drawn(reply_id, version, suggestions(found, snapshot), snapshot, at), version.growing)
            began = time.perf_counter()

    def _versions(self, at: Moment, asked: Asked, cancelled: Callable[[], bool]) -> Iterator[Version]:
        """Drafted where a model is set and nothing is open, else quoted: a draft's tone is nothing to try out on someone in danger."""
        drafter = self._parts.drafter()
        if drafter is None or at.open:
            yield Version(asked.quoted, drafted=False)
        else:
            yield from self._drafting.versions(drafter, asked, cancelled, lambda use: self._used(at.turn, use))

    def _drawn(self, reply_id: str, version: Version, follow: Sequence[str], snapshot: Snapshot, at: Moment) -> Reply:
        note = at.words.say("drafted_notice") if version.drafted else ""
        if at.words.language != "en":
            note = f"{at.words.say('library_in_english')} {note}".strip()
        cited = render.sources(version.statements, snapshot, at.words, self._parts.overdue)
        body = render.answer_body(version.statements, follow, cited, at.words, note, rest_from=version.rest_from)
        return Reply(reply_id, "answer", render.answer_text(body), body, version.statements)

    def _used(self, turn: OpenTurn, use: ModelUse) -> None:
        """Keep what a model took; an answer is not lost where that cannot be stored."""
        try:
            self._journal.used_model(turn, use)
        except RecordsError as error:
            log.error("what a model took could not be stored: %s", error)

    def _not_covered(self, at: Moment) -> Reply:
        """An honest "not covered"; words of its own for what it probably is instead, or a friendly no where it is not about health."""
        words = at.words
        if words.language != "en":
            return reply(
                "not_covered", f"{words.say('library_other_language')} {words.say('not_covered_next')}", render.offer_body(at.words)
            )
        *earlier, text = at.turn.turns
        if entry := self._parts.scope.leaning(text, earlier):
            return self._set_words(at, entry)
        if not self._parts.scope.sounds_like_health(" ".join(at.turn.turns[-2:])):
            return reply("refused", f"{words.say('refused_not_health')} {words.say('refused_next')}")
        return reply("not_covered", f"{words.say('not_covered')} {words.say('not_covered_next')}", render.offer_body(words))


def say(at: Moment, kind: ReplyKind, key: str) -> Reply:
    """Set words as a reply."""
    return reply(kind, at.words.say(key))


def reply(kind: ReplyKind, text: str, body: Mapping[str, object] | None = None) -> Reply:
    """A reply under a new id."""
    return Reply(new_id(), kind, text, dict(body or {}))
