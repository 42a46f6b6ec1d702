"""What is remembered of a turn, between it and the records: all of it, or nothing until a red flag makes it someone's business.

Before a patient has agreed, and while they paused remembering, their messages are held in this process's memory alone: they are
screened together (a danger may be told in two messages), and are gone after half an hour, when the server ends, or when the
patient turns remembering on. Where a red flag fires, or a rule asks about one, they are stored before the case and its card.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from app.answering import ASKED_FOR_PERSON
from app.drafting import ModelUse
from app.errors import RecordsError
from app.journal import Escalations, Journal, OpenTurn, Reply
from app.records.choices import Choices
from app.records.models import new_id
from guardrails.explain import Explanation
from guardrails.level import SERIOUS, Finding, Level

log = logging.getLogger("carelight.turn")
_FOR_S = 30 * 60
_MOST = 30
"""Messages of one chat that are held at most; older ones go."""
_ALWAYS = frozenset({ASKED_FOR_PERSON.rule, "screening-incomplete"})
"""Findings that are kept in a pause too: somebody asked for a person, or nobody knows how serious it is."""


class Records(Journal, Protocol):
    """The journal that keeps, and can show how a chat would stand without keeping."""

    def keep(self, patient_id: str, conversation_id: str, messages: Mapping[str, str]) -> OpenTurn:
        """Store messages under their turn ids."""
        ...

    def glimpse(self, patient_id: str, conversation_id: str, messages: Mapping[str, str]) -> OpenTurn:
        """The chat with those messages, none of which is stored."""
        ...


@dataclass(slots=True)
class _Held:
    """What one chat has in memory: messages by turn id, and the levels that cards were shown for."""

    messages: dict[str, str] = field(default_factory=dict)
    known: dict[str, Level] = field(default_factory=dict)
    touched: float = 0.0


class Discretion:
    """Journal and case list of real patients. `terms` names the text to agree to now; empty where nothing is asked."""

    def __init__(
        self,
        records: Records,
        escalations: Escalations,
        choices: Callable[[str], Choices],
        terms: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records, self._escalations, self._choices, self._terms = records, escalations, choices, terms
        self._clock, self._lock = clock, threading.Lock()
        self._held: dict[tuple[str, str], _Held] = {}
        self._unkept: dict[str, float] = {}

    # The journal

    def receive(self, patient_id: str, conversation_id: str, text: str) -> OpenTurn:
        """Store the message, or hold it; while the care team works on a case of the patient's all is stored for them."""
        choices = self._choices(patient_id)
        withheld = self._withheld(choices)
        if choices.case_open or not (withheld or choices.paused):
            self._let_go((patient_id, conversation_id))
            return replace(self._records.receive(patient_id, conversation_id, text), withheld=withheld, paused=choices.paused)
        held = self._hold((patient_id, conversation_id), text)
        opened = self._records.glimpse(patient_id, conversation_id, held.messages)
        return replace(opened, known={**opened.known, **held.known}, withheld=withheld, paused=choices.paused)

    def record(self, turn: OpenTurn, reply: Reply) -> None:
        """Store a reply, unless its turn is not kept."""
        if turn.turn_id not in self._unkept:
            self._records.record(turn, reply)

    def grow(self, turn: OpenTurn, reply: Reply) -> None:
        """The same for what a reply has become."""
        if turn.turn_id not in self._unkept:
            self._records.grow(turn, reply)

    def used_model(self, turn: OpenTurn, use: ModelUse) -> None:
        """The same for what a model took."""
        if turn.turn_id not in self._unkept:
            self._records.used_model(turn, use)

    def close(self, turn: OpenTurn, state: Literal["done", "cancelled"], level: str) -> None:
        """The same for how the turn ended."""
        if turn.turn_id not in self._unkept:
            self._records.close(turn, state, level)

    def ask(self, turn: OpenTurn, reply: Reply, keys: Sequence[str], *, held_back: bool) -> None:
        """A question of a red-flag rule is stored with what led to it: its answer, or silence, may decide an emergency."""
        self._keep(turn)
        self._records.ask(turn, reply, keys, held_back=held_back)

    def answered(self, patient_id: str, conversation_id: str, answers: Mapping[str, str] | None) -> OpenTurn | None:
        """Store answers; what comes of them is withheld as from any message."""
        choices = self._choices(patient_id)
        turn = self._records.answered(patient_id, conversation_id, answers)
        return turn and replace(turn, withheld=self._withheld(choices), paused=choices.paused)

    # The cases

    def escalate(self, turn: OpenTurn, findings: Sequence[Finding], source: str = "") -> bool:
        """Store what was held, then the case; False for what a pause keeps from everybody."""
        if turn.turn_id in self._unkept:
            if turn.paused and not any(finding.level in SERIOUS or finding.rule in _ALWAYS for finding in findings):
                self._carded(turn, findings)
                return False
            try:
                self._keep(turn)
            except (RecordsError, PermissionError) as error:
                log.error("messages before a red flag could not be stored: %s", type(error).__name__)
        return self._escalations.escalate(turn, findings, source)

    def explain(self, turn: OpenTurn, explanations: Mapping[str, Explanation]) -> None:
        """Keep with the case why each rule fired; where no case was stored, nothing."""
        if turn.turn_id not in self._unkept:
            self._escalations.explain(turn, explanations)

    # What is held

    def _withheld(self, choices: Choices) -> str:
        """Nobody is answered before they agreed to the text as it is now."""
        if self._terms() in ("", choices.agreed_to):
            return ""
        return "consent_first_kept" if choices.case_open else "consent_first"

    def _hold(self, chat: tuple[str, str], text: str) -> _Held:
        """Another message held for that patient's chat; a copy of all of them, for another thread may come meanwhile."""
        with self._lock:
            now = self._clock()
            self._forget(now - _FOR_S)
            held = self._held.setdefault(chat, _Held())
            turn_id = new_id()
            held.messages = {**dict(list(held.messages.items())[1 - _MOST :]), turn_id: text}
            held.touched = self._unkept[turn_id] = now
            return replace(held, messages=dict(held.messages), known=dict(held.known))

    def _let_go(self, chat: tuple[str, str]) -> None:
        with self._lock:
            self._held.pop(chat, None)

    def forget_old(self) -> None:
        """What was held long enough goes now, also where nobody writes any more."""
        with self._lock:
            self._forget(self._clock() - _FOR_S)

    def _forget(self, before: float) -> None:
        self._held = {chat: held for chat, held in self._held.items() if held.touched >= before}
        self._unkept = {turn: since for turn, since in self._unkept.items() if since >= before}

    def _carded(self, turn: OpenTurn, findings: Sequence[Finding]) -> None:
        """A card was shown for these, and nothing stored: the next message must not bring the same card again."""
        with self._lock:
            if held := self._held.get((turn.patient_id, turn.conversation_id)):
                held.known.update({finding.rule: finding.level for finding in findings})

    def _keep(self, turn: OpenTurn) -> None:
        """Store what the chat holds: from now on its turns are like any other. What could not be stored is held on."""
        with self._lock:
            held = self._held.get((turn.patient_id, turn.conversation_id))
            if held is None or turn.turn_id not in held.messages:
                return
            messages = dict(held.messages)
            del self._held[turn.patient_id, turn.conversation_id]
        try:
            self._records.keep(turn.patient_id, turn.conversation_id, messages)
        except Exception:
            with self._lock:
                since = self._held.setdefault((turn.patient_id, turn.conversation_id), _Held(touched=self._clock()))
                since.messages = {**messages, **since.messages}
            raise
        with self._lock:
            for turn_id in messages:
                self._unkept.pop(turn_id, None)
