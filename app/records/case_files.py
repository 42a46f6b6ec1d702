"""A case as its page shows it: the patient's words, what fired in them, what was done, what else is known of the patient.

Whoever reads one has recorded the opening first (`app.care.case_page`); reading records nothing by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.case_state import Standing
from app.records.care_tables import OutgoingRow, PresenceRow
from app.records.case_reads import SEEN_WITHIN, staff_names
from app.records.case_rows import as_finding, as_level, standing
from app.records.cases import Why
from app.records.database import Database
from app.records.models import Case, CaseEvent, Conversation, FindingRow, Patient, Turn, now
from app.records.models import Reply as ReplyRow
from app.records.owners import own_profile
from app.records.sealed import DELETED
from app.records.team_notes import Note, Reminder, notes_of, reminders
from guardrails.level import Evidence, Level, Profile


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript. `number` counts the patient's messages from 0 and is None for everything else."""

    id: str
    kind: str
    text: str
    body: dict[str, Any]
    at: datetime
    number: int | None = None
    level: str = ""
    state: str = ""
    evidence: tuple[Evidence, ...] = ()
    """The words of this message that a finding of this case rests on: a rule's, which are exact, else the learned layer's."""
    sent: bool = False
    """Whether a person or the clock sent it, so that a page acknowledges it."""
    delivered: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChatRef:
    """One chat of the patient, without its words."""

    id: str
    started: datetime
    messages: int
    about_other: bool
    deleted: bool
    """Whether the patient took it out of their own sight."""
    connected: bool
    fired: bool
    """Whether a finding of this case rests on it."""


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """Another case of the same patient."""

    id: str
    level: Level
    opened: datetime
    verdict: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the case's history; `by` is a name, "the patient" or empty for the system."""

    kind: str
    detail: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything about a case, as one moment showed it. `chat` is the one whose `lines` these are."""

    id: str
    patient_id: str
    standing: Standing
    owner: str
    opened: datetime
    closed: datetime | None
    verdict: str
    why_false: str
    outcome: str
    advice: str
    closed_by: str
    demo: bool
    account: bool
    profile: Profile
    findings: tuple[Why, ...]
    found_in: tuple[str, ...]
    """The chat of each finding, in the same order."""
    chats: tuple[ChatRef, ...]
    chat: str
    lines: tuple[Line, ...]
    earlier: tuple[EarlierCase, ...]
    history: tuple[Happened, ...]
    notes: tuple[Note, ...]
    reminders: tuple[Reminder, ...]

    @property
    def shown(self) -> ChatRef | None:
        """The chat that is shown; None where the patient has none."""
        return next((chat for chat in self.chats if chat.id == self.chat), None)

    @property
    def connected(self) -> bool:
        """Whether the patient has a chat open in their browser."""
        return any(chat.connected for chat in self.chats)

    @property
    def pathways(self) -> tuple[str, ...]:
        """The pathways of the findings, first found first."""
        return tuple(dict.fromkeys(why.finding.pathway for why in self.findings))


class CaseFiles:
    """Reads case files; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, case_id: str, chat: str = "") -> CaseFile | None:
        """The file of a case with the transcript of `chat`, or of the chat that matters most now; None where there is no such case."""
        with self._database.reading() as session:
            case = session.get(Case, case_id)
            if case is None:
                return None
            findings = list(session.scalars(select(FindingRow).where(FindingRow.case_id == case_id).order_by(FindingRow.id)))
            chats = _chats(session, case, findings)
            shown = chat if chat in {each.id for each in chats} else _matters_most(case, chats)
            return _file(session, case, findings, chats, shown)


def _file(session: Session, case: Case, findings: Sequence[FindingRow], chats: tuple[ChatRef, ...], shown: str) -> CaseFile:
    patient = session.get_one(Patient, case.patient_id)
    names = staff_names(session)
    events = list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))
    return CaseFile(
        id=case.id,
        patient_id=case.patient_id,
        standing=standing(case),
        owner=names.get(case.owner_id or "", ""),
        opened=case.opened,
        closed=case.closed,
        verdict=case.verdict or "",
        why_false=case.false_alarm or "",
        outcome=case.outcome or "",
        advice=case.advice,
        closed_by=names.get(case.closed_by or "", ""),
        demo=patient.kind == "demo",
        account=patient.kind == "account",
        profile=own_profile(patient),
        findings=tuple(Why(as_finding(row), row.state == "disputed", row.why) for row in findings),
        found_in=tuple(row.conversation_id for row in findings),
        chats=chats,
        chat=shown,
        lines=lines_of(session, shown, findings),
        earlier=_earlier(session, case),
        history=tuple(_happened(event, names) for event in events),
        notes=notes_of(session, case.id),
        reminders=reminders(session, case.id),
    )


def _chats(session: Session, case: Case, findings: Sequence[FindingRow]) -> tuple[ChatRef, ...]:
    """The patient's chats that something was written in, newest first; one they deleted only where this case rests on it."""
    fired = {row.conversation_id for row in findings} | {case.conversation_id}
    counted = select(Turn.conversation_id, func.count().label("n")).group_by(Turn.conversation_id).subquery()
    rows = session.execute(
        select(Conversation, counted.c.n, PresenceRow.seen)
        .outerjoin(counted, counted.c.conversation_id == Conversation.id)
        .outerjoin(PresenceRow, PresenceRow.conversation_id == Conversation.id)
        .where(Conversation.patient_id == case.patient_id)
        .order_by(Conversation.created.desc())
    )
    here = now() - SEEN_WITHIN
    return tuple(
        ChatRef(row.id, row.created, n or 0, row.about_other, row.deleted is not None, seen is not None and seen >= here, row.id in fired)
        for row, n, seen in rows
        if (n or row.id in fired) and (row.deleted is None or row.id in fired)
    )


def _matters_most(case: Case, chats: Sequence[ChatRef]) -> str:
    """Where a person speaks; else the newest chat that fired, an open one first; the first chat of the case otherwise."""
    if case.live_in:
        return case.live_in
    fired = sorted(
        (chat for chat in chats if chat.fired), key=lambda chat: (not chat.connected, chat.deleted, chat.id != case.conversation_id)
    )
    return fired[0].id if fired else case.conversation_id


def lines_of(session: Session, chat: str, findings: Sequence[FindingRow]) -> tuple[Line, ...]:
    """Messages and replies of a chat in the order they came."""
    here = [as_finding(row) for row in findings if row.conversation_id == chat]
    ruled = [item for found in here if found.by == "rule" for item in found.evidence]
    exact = {item.turn for item in ruled}
    fired = ruled + [item for found in here if found.by != "rule" for item in found.evidence if item.turn not in exact]
    lines = [
        Line(
            turn.id,
            "message",
            turn.text or DELETED,
            {},
            turn.created,
            turn.number,
            turn.level or "",
            turn.state,
            tuple(item for item in fired if item.turn == turn.number),
        )
        for turn in session.scalars(select(Turn).where(Turn.conversation_id == chat))
    ]
    replies = session.execute(
        select(ReplyRow, OutgoingRow).outerjoin(OutgoingRow, OutgoingRow.reply_id == ReplyRow.id).where(ReplyRow.conversation_id == chat)
    )
    lines += [
        Line(row.id, row.kind, row.text, row.body, row.created, sent=out is not None, delivered=out.delivered if out else None)
        for row, out in replies
        if row.text != DELETED
    ]
    return tuple(sorted(lines, key=lambda line: line.at))


def _earlier(session: Session, case: Case) -> tuple[EarlierCase, ...]:
    """Other cases of the patient, newest first."""
    rows = session.scalars(select(Case).where(Case.patient_id == case.patient_id, Case.id != case.id).order_by(Case.opened.desc()))
    return tuple(EarlierCase(row.id, as_level(row.level), row.opened, row.verdict or "") for row in rows)


def _happened(event: CaseEvent, names: dict[str, str]) -> Happened:
    by = "the patient" if event.actor == "patient" else names.get(event.actor, "")
    return Happened(event.kind, names.get(event.detail, event.detail), by, event.created)
