"""What the queue page reads at once: open cases with what is new, today's closed ones, due follow-ups, the hand-over.

One consistent read, shared by every desk of a process; it holds no words of a patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.records.case_reads import OpenCase, queue
from app.records.case_rows import as_level
from app.records.database import Database
from app.records.models import Case, CaseEvent, Conversation, FindingRow, Staff, Turn, now
from app.records.team_notes import Handover, Reminder, latest_handover, reminders
from guardrails.level import Level


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """A case that was settled today."""

    id: str
    level: Level
    reasons: tuple[str, ...]
    closed: datetime
    by: str
    verdict: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Board:
    """The desk at one moment. `new` counts messages since a person last acted for the patient, by case."""

    open: Sequence[OpenCase]
    new: Mapping[str, int]
    closed: Sequence[ClosedCase]
    due: Sequence[Reminder]
    handover: Handover | None


class CaseBoard:
    """Reads the board; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Board:
        """The desk as it stands now; today begins at midnight where the server stands."""
        midnight = now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        with self._database.reading() as session:
            cases = queue(session)
            return Board(
                cases, _new_messages(session), _closed_since(session, midnight), reminders(session, due_by=now()), latest_handover(session)
            )


def _new_messages(session: Session) -> dict[str, int]:
    """Messages of each open case's patient since a person last wrote to them or reached them, else since the case was opened."""
    acted = (
        select(CaseEvent.case_id, func.max(CaseEvent.created).label("at"))
        .where((CaseEvent.kind == "replied") | ((CaseEvent.kind == "called") & (CaseEvent.detail == "reached")))
        .group_by(CaseEvent.case_id)
        .subquery()
    )
    since = func.coalesce(acted.c.at, Case.opened)
    counted = (
        select(Case.id, func.count(Turn.id))
        .join(Conversation, Conversation.patient_id == Case.patient_id)
        .join(Turn, Turn.conversation_id == Conversation.id)
        .outerjoin(acted, acted.c.case_id == Case.id)
        .where(Case.state == "open", Turn.created > since)
        .group_by(Case.id)
    )
    return dict(session.execute(counted).tuples().all())


def _closed_since(session: Session, moment: datetime) -> list[ClosedCase]:
    """Cases closed since then, newest first."""
    rows = session.execute(
        select(Case, Staff.name).outerjoin(Staff, Staff.id == Case.closed_by).where(Case.closed >= moment).order_by(Case.closed.desc())
    ).all()
    reasons: dict[str, list[str]] = {}
    ids = [case.id for case, _ in rows]
    found = select(FindingRow.case_id, FindingRow.reason).where(FindingRow.case_id.in_(ids)).order_by(FindingRow.id)
    for case_id, reason in session.execute(found):
        reasons.setdefault(case_id, []).append(reason)
    return [
        ClosedCase(
            case.id,
            as_level(case.level),
            tuple(dict.fromkeys(reasons.get(case.id, ()))),
            case.closed or now(),
            name or "",
            case.verdict or "",
            case.outcome or "",
        )
        for case, name in rows
    ]
