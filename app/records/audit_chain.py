"""The audit log as a chain: each entry carries a hash over itself and the hash of the one before.

Entries are appended at the very end of the transaction they stand for: the chain's head is then locked for a moment only,
and always last, so that two transactions never wait for each other.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.records.care_tables import AuditHead, AuditRow
from app.records.models import now

GENESIS = "0" * 64
"""What stands before the first entry."""
_WAITING = "audit entries of this transaction"


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: the actor's id (or "system"), what they did, to what, and when. Never words."""

    actor: str
    verb: str
    subject: str
    at: datetime


def link(number: int, entry: Entry, previous: str) -> str:
    """The hash of an entry: over its number, its fields and the hash of the one before."""
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [number, moment, entry.actor, entry.verb, entry.subject, previous]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def record(session: Session, actor: str, verb: str, subject: str) -> None:
    """Append an entry within a transaction, which fails with it: what is not recorded did not happen."""
    session.info.setdefault(_WAITING, []).append(Entry(actor, verb, subject, now()))


def append_waiting(session: Session) -> None:
    """Chain what the transaction recorded; called right before it is committed (`Database`)."""
    waiting: list[Entry] = session.info.pop(_WAITING, [])
    if not waiting:
        return
    head = session.scalars(select(AuditHead).with_for_update().execution_options(populate_existing=True)).one()
    for entry in waiting:
        number, made = head.number + 1, link(head.number + 1, entry, head.hash)
        session.add(AuditRow(id=number, actor=entry.actor, verb=entry.verb, subject=entry.subject, created=entry.at, hash=made))
        head.number, head.hash = number, made
    session.flush()
