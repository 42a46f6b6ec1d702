"""What the editors' list of missing answers is made from: past messages with what came of them, and what was decided.

Never read: what a patient deleted, and patients' messages together with made-up ones.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content.gaps import RULINGS, Decision, Group, Ruling
from app.records.article_rows import writer
from app.records.audit import record
from app.records.database import Database
from app.records.drafts import created
from app.records.editor_tables import GapDecisionRow
from app.records.models import Conversation, Patient, Staff, Turn, now
from app.records.models import Reply as ReplyRow

_AT_ONCE = 500
"""Values in one IN list: databases bound it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reply of the assistant to a message, without its words; `helpful` is the patient's rating, None where there is none."""

    kind: str
    helpful: bool | None


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One message of a patient, unmasked, with what came of it."""

    id: str
    chat: str
    patient: str
    text: str = field(repr=False)
    level: str
    at: datetime
    outcomes: tuple[Outcome, ...]


class GapStore:
    """Reads messages, keeps decisions; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turns(self, since: datetime, *, demo: bool = False, also: Collection[str] = ()) -> Sequence[PastTurn]:
        """Messages since then of patients (or of made-up ones), chat by chat in their order, and whole chats that hold one of `also`."""
        chats = select(Conversation.id, Conversation.patient_id).join(Patient, Patient.id == Conversation.patient_id)
        mine = chats.where(Conversation.deleted.is_(None), Patient.kind == "demo" if demo else Patient.kind != "demo").subquery()
        wanted = select(Turn, mine.c.patient_id).join(mine, mine.c.id == Turn.conversation_id)
        with self._database.reading() as session:
            older = _chats_of(session, also)
            found = {row.id: (row, patient) for row, patient in session.execute(wanted.where(Turn.created >= since))}
            for part in _parts(older):
                found |= {row.id: (row, patient) for row, patient in session.execute(wanted.where(Turn.conversation_id.in_(part)))}
            outcomes = _outcomes(session, since, older)
        return [_past(row, patient, outcomes.get(row.id, [])) for row, patient in _in_order(list(found.values()))]

    def decisions(self) -> Sequence[Decision]:
        """Everything that was ever decided, oldest first."""
        with self._database.reading() as session:
            rows = session.execute(select(GapDecisionRow, Staff.name).join(Staff, Staff.id == GapDecisionRow.staff_id))
            made = [
                (row.id, Decision(cast("Ruling", row.decision), row.reason, row.size, name, row.created, tuple(row.anchors)))
                for row, name in rows
            ]
            return [decision for _, decision in sorted(made, key=lambda item: item[0])]

    def decide(self, group: Group, ruling: Ruling, reason: str, who: str) -> None:
        """Keep what an editor decided about a group as it is now; NotAllowedError for anybody else."""
        if ruling not in RULINGS:
            raise ValueError("a group is set aside with one of its reasons, given to a draft, or opened again")
        with self._database.transaction() as session:
            writer(session, who)
            _decided(session, group, ruling, reason.strip(), who)

    def begin(self, group: Group, slug: str, text: str, who: str) -> None:
        """Begin the article that would answer a group, and keep that somebody did, with its name for the reason; both or neither."""
        with self._database.transaction() as session:
            created(session, slug, text, writer(session, who))
            _decided(session, group, "draft_begun", slug, who)

    def only_demo(self) -> bool:
        """Whether every message there is was made up."""
        of = (
            select(Turn.id).join(Conversation, Conversation.id == Turn.conversation_id).join(Patient, Patient.id == Conversation.patient_id)
        )
        with self._database.reading() as session:
            real = session.scalar(of.where(Patient.kind != "demo").limit(1))
            return real is None and session.scalar(of.where(Patient.kind == "demo").limit(1)) is not None


def _decided(session: Session, group: Group, ruling: Ruling, reason: str, who: str) -> None:
    decision = {"key": group.key, "decision": ruling, "reason": reason, "size": group.patients, "anchors": list(group.anchors)}
    session.add(GapDecisionRow(**decision, staff_id=who, created=now()))
    record(session, who, f"gap.{ruling}", group.key)


def _parts(ids: Collection[str]) -> list[list[str]]:
    every = sorted(ids)
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]


def _chats_of(session: Session, turns: Collection[str]) -> frozenset[str]:
    found = (session.scalars(select(Turn.conversation_id).where(Turn.id.in_(part))) for part in _parts(turns))
    return frozenset(chat for each in found for chat in each)


def _outcomes(session: Session, since: datetime, older: Collection[str]) -> dict[str, list[Outcome]]:
    """What came of messages since then, and of those in `older` chats, by message."""
    rows = select(ReplyRow.turn_id, ReplyRow.kind, ReplyRow.feedback).where(ReplyRow.turn_id.is_not(None)).order_by(ReplyRow.created)
    made: dict[str, list[Outcome]] = {}
    wanted = [rows.where(ReplyRow.created >= since), *(rows.where(ReplyRow.conversation_id.in_(part)) for part in _parts(older))]
    for each in wanted:
        for turn, kind, feedback in session.execute(each):
            made.setdefault(str(turn), []).append(Outcome(kind, None if feedback is None else bool(feedback)))
    return made


def _in_order(found: list[tuple[Turn, str]]) -> list[tuple[Turn, str]]:
    return sorted(found, key=lambda item: (item[0].conversation_id, item[0].number))


def _past(row: Turn, patient: str, outcomes: Sequence[Outcome]) -> PastTurn:
    return PastTurn(row.id, row.conversation_id, patient, row.text, row.level or "", row.created, tuple(outcomes))
