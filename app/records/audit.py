"""Who did or read what: appended beside the change itself, in ids and verbs, never in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.records.care_tables import AuditRow
from app.records.database import Database


@dataclass(frozen=True, slots=True)
class Audited:
    """One entry: the actor's id (or "system"), what they did, and to what."""

    actor: str
    verb: str
    subject: str
    at: datetime


def record(session: Session, actor: str, verb: str, subject: str) -> None:
    """Append an entry within a transaction: what is not recorded did not happen."""
    session.add(AuditRow(actor=actor, verb=verb, subject=subject))
    session.flush()


class AuditLog:
    """The trail on its own: for reads, which change nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, actor: str, verb: str, subject: str) -> None:
        """Append an entry; RecordsError where it could not be, and what it stands for must then not happen."""
        with self._database.transaction() as session:
            record(session, actor, verb, subject)

    def of(self, subject: str) -> Sequence[Audited]:
        """Everything recorded about a subject, oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.subject == subject).order_by(AuditRow.id))
            return [Audited(row.actor, row.verb, row.subject, row.created) for row in rows]
