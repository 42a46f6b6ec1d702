"""Conversations in the database: the journal of the turn, and the reads that the chat page draws from.

A turn is only ever received together with its patient. Reads by id return the owner, which the page's callers compare.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.drafting import ModelUse
from app.errors import RecordsError
from app.escalation.case_state import Targets
from app.journal import OpenTurn, Reply
from app.records.care_tables import OutgoingRow
from app.records.case_rows import TARGETS, as_finding, open_case, patient_wrote
from app.records.database import Database
from app.records.models import Case, CaseEvent, CitationRow, Conversation, FindingRow, ModelCallRow, QuestionRow, Turn, new_id, now
from app.records.models import Reply as ReplyRow
from app.records.owners import ensure_conversation, ensure_patient, own_profile, profile_in
from guardrails.level import UNANSWERED, Profile


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a conversation as the page shows it: a patient's message or a reply."""

    id: str
    kind: str
    text: str
    body: dict[str, Any]
    created: dt.datetime
    by_patient: bool
    feedback: int | None = None
    on_its_way: bool = False
    """Whether it was sent by the care team and no page has acknowledged it yet."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation for its owner: neutral title, entries oldest first."""

    id: str
    patient_id: str
    title: str
    created: dt.datetime
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class CutOff:
    """A turn that a server did not finish, and whether its care card stands already."""

    turn: OpenTurn
    carded: bool


_OF_ONE_TURN = frozenset({"screening-incomplete"})
"""Findings that say nothing of the patient: they open a case, and later turns of the chat stand on their own."""


class ConversationStore:
    """The journal over our tables; RecordsError where the database fails."""

    def __init__(self, database: Database, targets: Targets = TARGETS) -> None:
        self._database, self._targets = database, targets

    # The turn writes here.

    def receive(self, patient_id: str, conversation_id: str, text: str) -> OpenTurn:
        """Store the patient's message as the conversation's next turn; PermissionError where the chat is another's."""
        return self.keep(patient_id, conversation_id, {new_id(): text})

    def keep(self, patient_id: str, conversation_id: str, messages: Mapping[str, str]) -> OpenTurn:
        """Store messages under their ids as the conversation's next turns, the newest last; PermissionError as above."""
        with self._database.transaction() as session:
            conversation = ensure_conversation(session, patient_id, conversation_id)
            earlier = _texts(session, conversation_id)
            for number, (turn_id, text) in enumerate(messages.items(), len(earlier)):
                turn = Turn(id=turn_id, conversation_id=conversation_id, number=number, text=text)
                session.add(turn)
            session.flush()
            patient_wrote(session, patient_id, conversation_id, self._targets)
            return _open_turn(session, conversation, turn, (*earlier, *messages.values()))

    def glimpse(self, patient_id: str, conversation_id: str, messages: Mapping[str, str]) -> OpenTurn:
        """The conversation as it would stand with those messages, none of which is stored; PermissionError as above."""
        with self._database.transaction() as session:
            conversation = ensure_conversation(session, patient_id, conversation_id)
            turns = (*_texts(session, conversation_id), *messages.values())
            newest = Turn(id=list(messages)[-1], conversation_id=conversation_id, number=len(turns) - 1, text=turns[-1], created=now())
            return _open_turn(session, conversation, newest, turns)

    def record(self, turn: OpenTurn, reply: Reply) -> None:
        """Store a reply and its citations."""
        with self._database.transaction() as session:
            add_reply(session, turn.conversation_id, turn.turn_id, reply)

    def grow(self, turn: OpenTurn, reply: Reply) -> None:
        """Store what a reply has become, with the citations of its new statements; the earlier ones stay as they are."""
        with self._database.transaction() as session:
            row = session.get(ReplyRow, reply.id)
            if row is None:  # its first version could not be stored
                add_reply(session, turn.conversation_id, turn.turn_id, reply)
                return
            row.text, row.body = reply.text, reply.body
            known = session.scalar(select(func.max(CitationRow.statement)).where(CitationRow.reply_id == reply.id)) or 0
            _add_citations(session, reply, after=known)

    def used_model(self, turn: OpenTurn, use: ModelUse) -> None:
        """Keep what a model took for a turn; of one that stands in no records, nothing."""
        if not turn.turn_id:
            return
        call = use.call
        with self._database.transaction() as session:
            session.add(
                ModelCallRow(
                    turn_id=turn.turn_id,
                    model=call.model[:120],
                    prompt=call.prompt,
                    outcome=use.outcome,
                    reason=call.reason[:80],
                    withheld=list(use.withheld),
                    shown=use.shown,
                    tokens_in=call.tokens_in,
                    tokens_out=call.tokens_out,
                    cost=call.cost,
                    first_ms=call.first_ms,
                    total_ms=call.total_ms,
                    attempts=call.attempts,
                )
            )

    def close(self, turn: OpenTurn, state: Literal["done", "cancelled"], level: str) -> None:
        """Mark the turn as ended with the level it left."""
        with self._database.transaction() as session:
            session.execute(update(Turn).where(Turn.id == turn.turn_id).values(state=state, level=level))

    def ask(self, turn: OpenTurn, reply: Reply, keys: Sequence[str], *, held_back: bool) -> None:
        """Store a reply that asks, and its questions."""
        with self._database.transaction() as session:
            add_reply(session, turn.conversation_id, turn.turn_id, reply)
            for key in keys:
                session.add(QuestionRow(conversation_id=turn.conversation_id, reply_id=reply.id, key=key, held_back=held_back))

    def answered(self, patient_id: str, conversation_id: str, answers: Mapping[str, str] | None) -> OpenTurn | None:
        """Store answers (None: what is open stays unanswered), also on the reply that asked, and open the last turn again."""
        with self._database.transaction() as session:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None or conversation.patient_id != patient_id:
                raise PermissionError("that conversation belongs to someone else")
            rows = session.scalars(select(QuestionRow).where(QuestionRow.conversation_id == conversation_id))
            given = {row: answers.get(row.key) if answers is not None else None if row.answer else UNANSWERED for row in rows}
            changed = {row: answer for row, answer in given.items() if answer is not None and answer != row.answer}
            for row, answer in changed.items():
                row.answer, row.answered = answer, now()
                asking = session.get_one(ReplyRow, row.reply_id)
                asking.body = {**asking.body, "answers": {**asking.body.get("answers", {}), row.key: answer}}
            turns = list(session.scalars(select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.number)))
            if not changed or not turns:
                return None
            if answers is not None:
                patient_wrote(session, patient_id, conversation_id, self._targets)
            session.flush()
            return _open_turn(session, conversation, turns[-1], tuple(turn.text for turn in turns))

    def left_unanswered(self, before: dt.datetime) -> Sequence[tuple[str, str]]:
        """(patient, conversation) of questions asked before that moment that nobody answered."""
        with self._database.reading() as session:
            asked = select(Conversation.patient_id, Conversation.id).join(QuestionRow, QuestionRow.conversation_id == Conversation.id)
            rows = session.execute(asked.where(QuestionRow.answer.is_(None), QuestionRow.asked < before).distinct())
            return [(patient, conversation) for patient, conversation in rows]

    # The chat page reads and writes here.

    def start(self, patient_id: str, conversation_id: str, *, about_other: bool = False, linked_to: str | None = None) -> None:
        """Begin a chat, or do nothing where the patient already has it; PermissionError where it is another's."""
        with self._database.transaction() as session:
            ensure_conversation(session, patient_id, conversation_id, about_other=about_other, linked_to=linked_to)

    def say(self, conversation_id: str, reply: Reply) -> None:
        """Store a reply that belongs to no turn (a welcome, a thank-you after a tap)."""
        with self._database.transaction() as session:
            add_reply(session, conversation_id, None, reply)

    def chat(self, conversation_id: str) -> Chat | None:
        """A whole conversation, or None where there is none (or it was deleted)."""
        with self._database.reading() as session:
            row = session.get(Conversation, conversation_id)
            if row is None or row.deleted:
                return None
            return Chat(row.id, row.patient_id, row.title, row.created, _entries(session, conversation_id))

    def chats(self, patient_id: str) -> Sequence[Chat]:
        """A patient's conversations without their entries, newest first; those never written in are left out."""
        with self._database.reading() as session:
            rows = session.scalars(
                select(Conversation)
                .where(Conversation.patient_id == patient_id, Conversation.deleted.is_(None))
                .where(select(Turn.id).where(Turn.conversation_id == Conversation.id).exists())
                .order_by(Conversation.created.desc())
            )
            return [Chat(row.id, row.patient_id, row.title, row.created, ()) for row in rows]

    def rate(self, reply_id: str, value: int | None) -> None:
        """Keep or remove the patient's rating of a reply."""
        with self._database.transaction() as session:
            session.execute(update(ReplyRow).where(ReplyRow.id == reply_id).values(feedback=value))

    def owner_of_reply(self, reply_id: str) -> str | None:
        """The patient whose conversation holds a reply."""
        with self._database.reading() as session:
            return session.scalar(
                select(Conversation.patient_id).join(ReplyRow, ReplyRow.conversation_id == Conversation.id).where(ReplyRow.id == reply_id)
            )

    def profile(self, patient_id: str) -> Profile:
        """The facts the patient told about themselves."""
        with self._database.transaction() as session:
            return own_profile(ensure_patient(session, patient_id))

    def set_profile(self, patient_id: str, profile: Profile) -> None:
        """Replace the facts the patient told about themselves."""
        with self._database.transaction() as session:
            ensure_patient(session, patient_id).profile = asdict(profile)

    def cut_off(self, before: dt.datetime) -> Sequence["CutOff"]:
        """Turns received before that moment and still open: a server that ended took them with it. Oldest first."""
        with self._database.transaction() as session:
            found = select(Turn, Conversation).join(Conversation, Conversation.id == Turn.conversation_id)
            open_still = (Turn.state == "received", Turn.created < before, Conversation.erased.is_(None))
            rows = list(session.execute(found.where(*open_still).order_by(Turn.created)))
            return [_cut_off(session, conversation, turn) for turn, conversation in rows]

    def mark_interrupted(self, turn: OpenTurn, words: str) -> None:
        """The turn was cut off; its chat is told so with `words`."""
        with self._database.transaction() as session:
            here = (Turn.id == turn.turn_id, Turn.state == "received")
            if session.scalar(update(Turn).where(*here).values(state="interrupted").returning(Turn.id)):
                add_reply(session, turn.conversation_id, turn.turn_id, Reply(new_id(), "notice", words))


def _texts(session: Session, conversation_id: str) -> tuple[str, ...]:
    """The patient's messages in a chat, oldest first."""
    return tuple(session.scalars(select(Turn.text).where(Turn.conversation_id == conversation_id).order_by(Turn.number)))


def _open_turn(session: Session, conversation: Conversation, turn: Turn, turns: tuple[str, ...]) -> OpenTurn:
    profile = profile_in(ensure_patient(session, conversation.patient_id), conversation)
    case = open_case(session, conversation.patient_id)
    findings = list(session.scalars(select(FindingRow).where(FindingRow.case_id == case.id))) if case else []
    here = [row for row in findings if row.conversation_id == conversation.id and row.last_turn > conversation.settled_through]
    elsewhere = [row for row in findings if row.conversation_id != conversation.id and row.level != "routine"]
    standing = [row for row in here if row.level != "routine" and row.rule not in _OF_ONE_TURN]
    asked = select(QuestionRow).where(QuestionRow.conversation_id == conversation.id).order_by(QuestionRow.id)
    questions = list(session.scalars(asked))
    return OpenTurn(
        conversation.id,
        conversation.patient_id,
        turn.id,
        turns,
        profile,
        conversation.settled_through,
        {row.rule: as_finding(row).level for row in here},
        tuple(as_finding(row) for row in (*standing, *elsewhere)),
        released=case is not None and _released(session, case.id),
        asked=frozenset(row.key for row in questions),
        answers={row.key: row.answer for row in questions if row.answer},
        held_back=bool(questions) and questions[-1].held_back,
        with_person=case is not None and case.live_in == conversation.id,
        written=turn.created,
    )


def _cut_off(session: Session, conversation: Conversation, turn: Turn) -> CutOff:
    """The chat as it stood at that turn. What the turn itself brought to the case counts as unknown: its card may be missing."""
    texts = select(Turn.text).where(Turn.conversation_id == conversation.id, Turn.number <= turn.number).order_by(Turn.number)
    opened = _open_turn(session, conversation, turn, tuple(session.scalars(texts)))
    mine = select(CaseEvent.id).join(Case, Case.id == CaseEvent.case_id).where(Case.patient_id == conversation.patient_id)
    brought = session.scalar(mine.where(CaseEvent.created >= turn.created, CaseEvent.kind != "tap").limit(1))
    carded = session.scalar(select(ReplyRow.id).where(ReplyRow.turn_id == turn.id, ReplyRow.kind == "care_card").limit(1))
    return CutOff(replace(opened, known={}) if brought else opened, carded is not None)


def _released(session: Session, case_id: str) -> bool:
    """Whether the patient tapped since the newest finding came: a new finding asks for a new tap."""
    last_tap = session.scalar(select(func.max(CaseEvent.id)).where(CaseEvent.case_id == case_id, CaseEvent.kind == "tap"))
    last_finding = session.scalar(
        select(func.max(CaseEvent.id)).where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(("opened", "joined", "raised")))
    )
    return last_tap is not None and (last_finding is None or last_tap > last_finding)


def add_reply(session: Session, conversation_id: str, turn_id: str | None, reply: Reply) -> None:
    """Store a reply with its citations, within a transaction; RecordsError where the chat's words were destroyed meanwhile."""
    if session.scalar(select(Conversation.erased).where(Conversation.id == conversation_id)) is not None:
        raise RecordsError("what would be stored belongs to a chat that was deleted; nothing was written")
    session.add(ReplyRow(id=reply.id, conversation_id=conversation_id, turn_id=turn_id, kind=reply.kind, text=reply.text, body=reply.body))
    session.flush()
    _add_citations(session, reply)


def _add_citations(session: Session, reply: Reply, after: int = 0) -> None:
    """Citations of the statements from number `after` + 1 on."""
    for number, statement in enumerate(reply.statements[after:], after + 1):
        for c in statement.citations:
            session.add(CitationRow(reply_id=reply.id, statement=number, article=c.article, revision=c.revision, start=c.start, end=c.end))


def _entries(session: Session, conversation_id: str) -> tuple[Entry, ...]:
    turns = session.scalars(select(Turn).where(Turn.conversation_id == conversation_id))
    replies = session.scalars(select(ReplyRow).where(ReplyRow.conversation_id == conversation_id))
    awaited = select(OutgoingRow.reply_id).where(OutgoingRow.conversation_id == conversation_id, OutgoingRow.delivered.is_(None))
    entries = [Entry(turn.id, "message", turn.text, {}, turn.created, by_patient=True) for turn in turns]
    waiting = frozenset(session.scalars(awaited))
    entries += [
        Entry(r.id, r.kind, r.text, r.body, r.created, by_patient=False, feedback=r.feedback, on_its_way=r.id in waiting) for r in replies
    ]
    return tuple(sorted(entries, key=lambda entry: entry.created))
