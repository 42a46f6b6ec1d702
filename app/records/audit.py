"""Who did or read what: appended beside the change itself, in ids and verbs, never in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.records.audit_chain import Entry as Audited
from app.records.audit_chain import record
from app.records.care_tables import AuditRow
from app.records.database import Database

__all__ = ["AuditLog", "Audited", "Found", "Wanted", "record"]
PAGE = 50
"""Entries on a page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; what is empty does not narrow them. `verb` may be the beginning of one, such as `staff.`."""

    actor: str = ""
    verb: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of entries by their numbers, newest first, and how many there are in all."""

    entries: Sequence[tuple[int, Audited]]
    count: int


class AuditLog:
    """The trail on its own: for reads, which change nothing else, and for those who look through it."""

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
            return [_entry(row) for row in rows]

    def latest(self, verb: str) -> Audited | None:
        """The newest entry with exactly that verb."""
        with self._database.reading() as session:
            row = session.scalar(select(AuditRow).where(AuditRow.verb == verb).order_by(AuditRow.id.desc()).limit(1))
            return _entry(row) if row is not None else None

    def find(self, wanted: Wanted, page: int = 0, size: int = PAGE) -> Found:
        """The `page`th page of what is looked for, counted from 0."""
        with self._database.reading() as session:
            count = session.scalar(_narrowed(select(func.count()).select_from(AuditRow), wanted)) or 0
            rows = session.scalars(_narrowed(select(AuditRow), wanted).order_by(AuditRow.id.desc()).offset(page * size).limit(size))
            return Found([(row.id, _entry(row)) for row in rows], count)

    def verbs(self) -> Sequence[str]:
        """Every verb that was ever recorded."""
        with self._database.reading() as session:
            return list(session.scalars(select(AuditRow.verb).distinct().order_by(AuditRow.verb)))


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.actor:
        query = query.where(AuditRow.actor == wanted.actor)
    if wanted.verb:
        query = query.where(AuditRow.verb.startswith(wanted.verb, autoescape=True))
    if wanted.subject:
        query = query.where(AuditRow.subject.startswith(wanted.subject, autoescape=True))
    if wanted.since is not None:
        query = query.where(AuditRow.created >= wanted.since)
    return query.where(AuditRow.created < wanted.until) if wanted.until is not None else query


def _entry(row: AuditRow) -> Audited:
    return Audited(row.actor, row.verb, row.subject, row.created)
