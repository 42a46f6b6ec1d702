"""Rows of the made-up day: made under patients of the kind "demo", set back in time, and removed whole.

What belongs to a demo patient is found by the tables' own columns, so that a table added later is not forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.escalation.figures import iso_week
from app.records.care_tables import HandoverRow, ReviewRow
from app.records.database import Database
from app.records.models import Base, Case, Conversation, Patient, Reply, Staff, Turn, UtcDateTime, new_id
from app.records.owners import MADE_UP
from app.records.review_list import ReviewVerdict, Why
from app.records.staff import StaffMember

COLLEAGUES = (
    StaffMember("demo-colleague-a", "demo-colleague-a", "Demo colleague A", "care", "made up"),
    StaffMember("demo-colleague-b", "demo-colleague-b", "Demo colleague B", "care", "made up"),
)
"""Who works the made-up cases: plainly nobody, and nobody can sign in as them."""
_IDS = tuple(member.id for member in COLLEAGUES)
UNUSABLE = "!"
"""No password has this hash."""


@dataclass(frozen=True, slots=True)
class DemoReview:
    """A chat on the review list, with its verdict where it was read."""

    why: Why
    verdict: ReviewVerdict | None


class DemoRows:
    """Adds, sets back and removes; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        """How many demo patients there are."""
        with self._database.reading() as session:
            return _count(session)

    def colleagues(self) -> None:
        """The made-up colleagues, who cannot sign in."""
        with self._database.transaction() as session:
            for member in COLLEAGUES:
                row = Staff(id=member.id, login=member.login, name=member.name, title=member.title, role=member.role)
                row.password_hash, row.disabled = UNUSABLE, True
                session.merge(row)

    def patient(self, profile: dict[str, Any]) -> str:
        """A demo patient with those facts; their id."""
        with self._database.transaction() as session:
            made = Patient(id=new_id(), kind="demo", profile=profile)
            session.add(made)
            return made.id

    def hand_over(self, who: str, text: str, at: datetime) -> None:
        """What a colleague left for the next shift."""
        with self._database.transaction() as session:
            session.add(HandoverRow(staff_id=who, text=text, created=at))

    def review(self, chat: str, listed: DemoReview, at: datetime) -> None:
        """A chat on the review list; one that its patient called urgent is marked at its newest message."""
        with self._database.transaction() as session:
            turn = session.scalar(select(Turn.id).where(Turn.conversation_id == chat).order_by(Turn.number.desc()))
            row = ReviewRow(conversation_id=chat, why=listed.why, week=iso_week(at), created=at, verdict=listed.verdict)
            row.turn_id = turn if listed.why == "said_urgent" else None
            if listed.verdict:
                row.by, row.settled = COLLEAGUES[0].id, at
            session.add(row)

    def case_of(self, patient: str) -> str:
        """The demo patient's newest case; empty where nothing fired."""
        with self._database.reading() as session:
            return session.scalar(select(Case.id).where(Case.patient_id == patient).order_by(Case.opened.desc())) or ""

    def set_back(self, patient: str, since: datetime, to: datetime) -> None:
        """Move every moment from `since` on, in what belongs to a demo patient, as if `since` had been `to`; their order stays.

        The audit log says when it was really made.
        """
        with self._database.transaction() as session:
            for table, mine in _belonging(Patient.id == patient):
                shift(session, table, mine, since, to - since)

    def clear(self) -> int:
        """Remove all of it and nothing else; how many patients. What was done on the desk stays on the trail, in ids."""
        with self._database.transaction() as session:
            patients = _count(session)
            for table, mine in _belonging(MADE_UP):
                session.execute(delete(table).where(mine))
            session.execute(delete(HandoverRow).where(HandoverRow.staff_id.in_(_IDS)))
            session.execute(delete(Staff).where(Staff.id.in_(_IDS)))
            return patients


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Patient).where(MADE_UP)) or 0


def _belonging(chosen: ColumnElement[bool]) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Every table that holds rows of those patients, those that refer to others first, with what chooses the rows."""
    patients: Select[Any] = select(Patient.id).where(chosen)
    chats: Select[Any] = select(Conversation.id).where(Conversation.patient_id.in_(patients))
    of = {
        "patient_id": patients,
        "conversation_id": chats,
        "case_id": select(Case.id).where(Case.patient_id.in_(patients)),
        "turn_id": select(Turn.id).where(Turn.conversation_id.in_(chats)),
        "reply_id": select(Reply.id).where(Reply.conversation_id.in_(chats)),
    }
    for table in reversed(Base.metadata.sorted_tables):
        if table.name == Patient.__tablename__:
            yield table, table.c.id.in_(patients)
        elif named := [table.c[name].in_(ids) for name, ids in of.items() if name in table.c]:
            yield table, or_(*named)


def shift(session: Session, table: Table, mine: ColumnElement[bool], since: datetime, by: timedelta) -> None:
    """Move the moments of chosen rows that lie at or after `since`."""
    moments = [column for column in table.c if isinstance(column.type, UtcDateTime)]
    if not moments:
        return
    for row in session.execute(select(table).where(mine, or_(*(column >= since for column in moments)))).mappings().all():
        moved = {column.name: row[column] + by for column in moments if row[column] is not None and row[column] >= since}
        same = [column == row[column] for column in table.primary_key]
        session.execute(update(table).where(*same).values(moved))
