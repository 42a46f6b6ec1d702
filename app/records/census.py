"""What stands in the records, counted: open cases, notices, messages on their way. Numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.case_state import Targets
from app.records.care_tables import NotificationRow, OutgoingRow
from app.records.case_reads import connected_patients
from app.records.case_rows import TARGETS, as_level, standing
from app.records.database import Database
from app.records.models import Case, now
from app.records.notifications import SHOWN
from guardrails.level import SEVERITY, Level


@dataclass(frozen=True, slots=True)
class Census:
    """The records at one moment."""

    open: Mapping[Level, int]
    waiting: int
    late: int
    notices_waiting: int
    notices_failed: int
    undelivered: int
    connected: int


class CensusTaker:
    """Counts; RecordsError where the database fails."""

    def __init__(self, database: Database, targets: Targets = TARGETS) -> None:
        self._database, self._targets = database, targets

    def take(self) -> Census:
        """The counts of now, of one consistent read."""
        at = now()
        with self._database.reading() as session:
            cases = list(session.scalars(select(Case).where(Case.state == "open")))
            due = [standing(case).due(self._targets) for case in cases]
            return Census(
                {level: sum(as_level(case.level) == level for case in cases) for level in SEVERITY},
                sum(moment is not None for moment in due),
                sum(moment is not None and moment < at for moment in due),
                _count(session, NotificationRow.state == "pending"),
                _count(session, NotificationRow.state == "given_up", NotificationRow.created >= at - SHOWN),
                session.scalar(select(func.count()).select_from(OutgoingRow).where(OutgoingRow.delivered.is_(None))) or 0,
                len(connected_patients(session)),
            )


def _count(session: Session, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(NotificationRow).where(*where)) or 0  # type: ignore[arg-type]
