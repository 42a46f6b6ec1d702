"""The turn: a patient's message in, what is shown out, as events. Knows nothing of Chainlit, HTTP or SQL.

`reply` reads top to bottom as the way of a question. It is a generator so that its first part (screen, case, card) runs
on the screening lane, and the rest, which may be slow, on the answering lane.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import copy
from dataclasses import dataclass, field, replace

from app import render
from app.answering import Answering, Clock, Moment, Parts, reply, say
from app.errors import CarelightError
from app.journal import Escalations, Journal, OpenTurn, Reply, Visit
from app.logs import place
from app.records.models import new_id
from guardrails.care_cards import CareCard
from guardrails.language import COVERED, language_of
from guardrails.level import SERIOUS, Finding, Level, worst

log = logging.getLogger("carelight.turn")
_UNSAVED_CHATS, _UNSAVED_TURNS, _UNSAVED_S = 1_000, 20, 30 * 60
"""How much of what the records could not take is kept in memory for the next message's screening, and for how many seconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Something to show now; it is already stored."""

    reply: Reply
    growing: bool = False
    """Whether the same reply may come again with more in it."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A reply shown before, under the same id, with all its statements and more; it is already stored."""

    reply: Reply
    growing: bool = False


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


Event = Shown | Grown | Screened | Finished


@dataclass(slots=True)
class _Unsaved:
    """Messages of one chat that nothing could store, and when the newest came."""

    texts: list[str] = field(default_factory=list, repr=False)
    at: float = 0.0


class Conversation:
    """Answers patients' messages, one turn at a time."""

    def __init__(self, parts: Parts, journal: Journal, escalations: Escalations) -> None:
        self._parts, self._journal, self._escalations = parts, journal, escalations
        self._answering = Answering(parts, journal, escalations)
        self._unsaved: OrderedDict[tuple[str, str], _Unsaved] = OrderedDict()

    def reply(
        self,
        patient_id: str,
        conversation_id: str,
        text: str,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        visit: Visit | None = None,
    ) -> Iterator[Event]:
        """Every step of one turn; what fails becomes words that say so."""
        clock = Clock()
        turn = clock.time("receive", lambda: self._receive(patient_id, conversation_id, text))
        at = replace(clock.time("screen", lambda: self._screen(turn)), visit=visit or Visit())
        yield from self._escalate(at)
        asked = self._ask(at)
        yield from asked
        yield Screened(at.level, at.open, raised=bool(at.raised))
        if turn.with_person:
            self._answering.with_person(at)
        elif not (_must_act(at) or (asked and _may_be_serious(at))):
            yield from self._answer(at, clock, cancelled)
        self._close(turn, "cancelled" if cancelled() else "done", at.level)
        self._explain(at)
        yield Finished(clock.total())

    def answer(
        self,
        patient_id: str,
        conversation_id: str,
        key: str,
        choice: str,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        visit: Visit | None = None,
    ) -> Iterator[Event]:
        """The patient tapped an answer to a question: screened again with it, then the reply that had waited for it."""
        clock = Clock()
        turn = self._journal.answered(patient_id, conversation_id, {key: choice})
        if turn is not None:
            yield from self._decided(replace(self._screen(turn), visit=visit or Visit()), clock, cancelled)

    def unanswered(self, patient_id: str, conversation_id: str) -> Iterator[Event]:
        """Nobody answered in time, or they left: what silence means by the rule is done (nothing where all is answered)."""
        turn = self._journal.answered(patient_id, conversation_id, None)
        if turn is not None:
            yield from self._decided(self._screen(turn), Clock(), lambda: False, silent=True)

    def overheard(self, patient_id: str, conversation_id: str, text: str) -> Iterator[Event]:
        """Words typed beside the chat (rule of care 5): screened, with case and card, and neither stored nor quoted as a turn."""
        at = self._screen(OpenTurn.unrecorded(conversation_id, patient_id, (text,)))
        found = tuple(replace(finding, evidence=()) for finding in at.screening.findings)
        yield from self._escalate(replace(at, screening=replace(at.screening, findings=found)))

    def resume(self, turn: OpenTurn) -> Iterator[Event]:
        """A turn that was cut off before its card stood: screened again, for what was written then must not go unseen."""
        at = self._screen(turn)
        yield from self._escalate(at)
        yield from self._ask(at)
        self._explain(at)

    def _decided(self, at: Moment, clock: Clock, cancelled: Callable[[], bool], *, silent: bool = False) -> Iterator[Event]:
        """What an answer brings: a card, or the answer that waited, once nothing is left to ask; silence brings no thanks."""
        yield from self._escalate(at)
        yield Screened(at.level, at.open, raised=bool(at.raised))
        if not (silent or at.turn.with_person or at.screening.questions or _must_act(at)):
            if at.turn.held_back:
                yield from self._answer(at, clock, cancelled)
            else:
                yield Shown(self._stored(at.turn, say(at, "notice", "question_thanks")))
        self._explain(at)
        yield Finished(clock.total())

    # 1 receive, 2 screen

    def _receive(self, patient_id: str, conversation_id: str, text: str) -> OpenTurn:
        """Store the message; what cannot be stored is screened all the same (rule of care 5), with the others that could not be."""
        text = text.encode("utf-8", "replace").decode()  # half an emoji, which no database can store
        try:
            turn = self._journal.receive(patient_id, conversation_id, text)
        except PermissionError:  # deleted in another tab, or a forged id: the words are the patient's own
            return OpenTurn.unrecorded(new_id(), patient_id, (text,), gone=True)
        except Exception as error:  # whatever failed, the words are screened (rules of care 5 and 8)
            log.error("a message could not be stored: %s", _told(error))
            kept = self._kept(patient_id, conversation_id, text)
            return replace(OpenTurn.unrecorded(conversation_id, patient_id, kept), withheld=self._parts.unknown)
        self._unsaved.pop((patient_id, conversation_id), None)
        return turn

    def _kept(self, patient_id: str, conversation_id: str, text: str) -> tuple[str, ...]:
        """The messages of that patient's chat that nothing could store, for the next one's screening; only so many of so many chats."""
        unsaved = self._unsaved.setdefault((patient_id, conversation_id), _Unsaved())
        unsaved.texts = [*unsaved.texts, text][-_UNSAVED_TURNS:]
        unsaved.at = time.monotonic()
        while len(self._unsaved) > _UNSAVED_CHATS:
            self._unsaved.popitem(last=False)
        return tuple(unsaved.texts)

    def forget_old(self) -> None:
        """What nothing could store goes after half an hour, also where nobody writes any more."""
        before = time.monotonic() - _UNSAVED_S
        for chat in [chat for chat, unsaved in list(self._unsaved.items()) if unsaved.at < before]:
            self._unsaved.pop(chat, None)

    def _screen(self, turn: OpenTurn) -> Moment:
        screening = self._parts.screener.screen(turn.turns, turn.profile, turn.answers, turn.settled_through)
        if not screening.complete:
            log.error("screening was incomplete: %s", screening.failure)
        language = language_of(turn.turns, self._parts.language)
        foreign = "" if language in COVERED else language
        said = self._parts.words[self._parts.language if foreign else language]
        return Moment(turn, screening, said, copy(self._parts.cards), foreign)

    # 3 escalate

    def _escalate(self, at: Moment) -> Iterator[Event]:
        """Case first, card next: nothing that could be slow or fail stands between a red flag and its card."""
        if at.raised:
            stored = self._escalations.escalate(at.turn, (*at.raised, *at.again), at.visit.source)
            yield self._card(at, self._answering.card(at), stored=stored, paused=at.turn.paused)
        elif at.again:
            self._escalations.escalate(at.turn, at.again, at.visit.source)
        if not at.screening.complete:
            stored = self._escalations.escalate(at.turn, [_UNCHECKED], at.visit.source)
            yield self._card(at, self._answering.unchecked(at), stored=stored)

    def _card(self, at: Moment, card: CareCard, *, stored: bool, paused: bool = False) -> Shown:
        body = render.card_body(card, at.words, stored=stored, paused=paused)
        return Shown(self._stored(at.turn, reply("care_card", card.as_text(), body)))

    def _ask(self, at: Moment) -> list[Event]:
        """Questions that this chat has not been asked yet, if one answer could decide; a person asks their own."""
        new = tuple(question for question in at.screening.questions if question.key not in at.turn.asked)
        if not new or not at.turn.turn_id or at.turn.with_person:
            return []
        asking = replace(at, screening=replace(at.screening, questions=new))
        made = self._answering.questions(asking)
        try:
            self._journal.ask(at.turn, made, tuple(question.key for question in new), held_back=_may_be_serious(at))
        except Exception as error:
            log.error("a question could not be stored: %s", _told(error))
            return []
        return [Shown(made)]

    def _explain(self, at: Moment) -> None:
        """Why it fired, worked out once the card stands; an explanation that fails takes nothing from the case."""
        if at.raised and at.turn.turn_id:
            try:
                self._escalations.explain(at.turn, self._parts.explain(at.turn.turns, at.raised))
            except Exception as error:
                log.error("a finding could not be explained: %s", type(error).__name__)

    # 4 to 8: scope, search, answer, check, release

    def _answer(self, at: Moment, clock: Clock, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """The reply, and what it grows into; each version is stored before it is shown, and none comes once it is cancelled.

        Nor once the stop switch is on: what was being made is then given up, and that is said.
        """
        shown, whole = False, False
        with closing(self._answering.replies(at, clock, cancelled)) as replies:
            for made in replies:
                if cancelled():
                    return
                if made.reply.kind == "answer" and self._parts.stopped():
                    break
                stored = self._stored(at.turn, made.reply, grown=shown)
                yield Grown(stored, made.growing) if shown else Shown(stored, made.growing)
                shown, whole = True, not made.growing
        if not whole and not cancelled() and self._parts.stopped():
            yield Shown(self._stored(at.turn, self._answering.stopped(at)))

    def _stored(self, turn: OpenTurn, made: Reply, *, grown: bool = False) -> Reply:
        """Record a reply before it is shown; one that cannot be recorded is shown all the same, and logged."""
        try:
            if turn.turn_id:
                (self._journal.grow if grown else self._journal.record)(turn, made)
        except Exception as error:  # a card that waited for its record would come to nobody
            log.error("a reply could not be stored: %s", _told(error))
        return made

    def _close(self, turn: OpenTurn, state: str, level: Level) -> None:
        try:
            if turn.turn_id:
                self._journal.close(turn, "cancelled" if state == "cancelled" else "done", level)
        except Exception as error:
            log.error("a turn could not be closed: %s", _told(error))


def _told(error: Exception) -> object:
    """What may be logged of a failure: our own words, or the place in the code alone."""
    return error if isinstance(error, CarelightError) else place(error)


def _must_act(at: Moment) -> bool:
    """Whether this message brought an emergency or a crisis: its card is then all there is to say."""
    return worst(finding.level for finding in at.raised) in SERIOUS


def _may_be_serious(at: Moment) -> bool:
    """Whether the rules hold a level while they ask: the ordinary answer then waits for theirs."""
    return at.screening.level != "routine"


_UNCHECKED = Finding("screening-incomplete", 1, "urgent", "medical", "A message could not be checked for red flags.", "rule", ())
