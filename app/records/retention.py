"""What has been kept long enough, by kind, and its removal: chats by destroying their keys, the rest by deleting rows.

A chat that a case rests on is kept as long as the case, for it is what was acted upon; an open case is never touched.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from app.records.audit import record
from app.records.care_tables import HandoverRow, NotificationRow, ReachRow, of_day
from app.records.database import Database
from app.records.editor_tables import GateRow, SubmissionRow
from app.records.erasing import Eraser
from app.records.keyring import Keyring
from app.records.models import Base, Case, Conversation, FindingRow, ModelCallRow, Turn

Kind = Literal["chats", "closed cases", "reach", "hand-overs", "model calls", "gates", "notices"]
Keep = Mapping[Kind, int]
"""Days by kind; 0 keeps for ever."""


class RetentionStore:
    """Counts and removes what is over; RecordsError where the database fails."""

    def __init__(self, database: Database, keyring: Keyring, eraser: Eraser) -> None:
        self._database, self._keyring, self._eraser = database, keyring, eraser

    def due(self, keep: Keep, at: datetime) -> dict[Kind, int]:
        """How many of each kind are over at `at`; kinds that are kept for ever are left out."""
        with self._database.reading() as session:
            return {kind: _count(session, kind, before) for kind, before in _ends(keep, at).items()}

    def purge(self, keep: Keep, at: datetime) -> dict[Kind, int]:
        """Remove it; how many of each kind. The trail keeps the numbers."""
        return {kind: self._purged(kind, before) for kind, before in _ends(keep, at).items()}

    def _purged(self, kind: Kind, before: datetime) -> int:
        with self._database.reading() as session:
            count = _count(session, kind, before)
            chats = list(session.scalars(_chats(kind, before))) if kind in _OF_CHATS else []
            days = {of_day(day) for day in session.scalars(select(HandoverRow.created).where(HandoverRow.created < before))}
        if not count:
            return 0
        if kind in _OF_CHATS:
            count = self._eraser.expire(chats)
        if kind == "hand-overs":
            self._keyring.destroy(days)
        with self._database.transaction() as session:
            if kind in _ROWS:
                model, over = _ROWS[kind]
                session.execute(delete(model).where(over(before)).execution_options(synchronize_session=False))
            record(session, "system", "retention.purged", f"{kind}: {count}")
        return count


_OF_CHATS: tuple[Kind, ...] = ("chats", "closed cases")


def _ends(keep: Keep, at: datetime) -> dict[Kind, datetime]:
    """Before which moment each kind is over; hand-overs by whole days, as their keys are."""
    ends: dict[Kind, datetime] = {kind: at - timedelta(days=days) for kind, days in keep.items() if days}
    if "hand-overs" in ends:
        ends["hand-overs"] = ends["hand-overs"].replace(hour=0, minute=0, second=0, microsecond=0)
    return ends


def _count(session: Session, kind: Kind, before: datetime) -> int:
    if kind in _OF_CHATS:
        return session.scalar(select(func.count()).select_from(_chats(kind, before).subquery())) or 0
    model, over = _ROWS[kind]
    return session.scalar(select(func.count()).select_from(model).where(over(before))) or 0


def _chats(kind: Kind, before: datetime) -> Select[Any]:
    """Chats that are over: without a case by their newest message, with one by when the last of their cases was closed."""
    written = exists().where(Turn.conversation_id == Conversation.id, Turn.created >= before)
    quiet = select(Conversation.id).where(Conversation.erased.is_(None), Conversation.created < before, ~written)
    if kind == "chats":
        return quiet.where(~_rested_upon())
    return quiet.where(_rested_upon(), ~_rested_upon(or_(Case.state == "open", Case.closed >= before)))


def _rested_upon(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a case, of those chosen, rests on the chat."""
    opened_in = select(Case.conversation_id).where(*which)
    found_in = select(FindingRow.conversation_id).join(Case, Case.id == FindingRow.case_id).where(*which)
    return or_(Conversation.id.in_(opened_in), Conversation.id.in_(found_in))


def _reach(before: datetime) -> ColumnElement[bool]:
    return ReachRow.case_id.in_(select(Case.id).where(Case.closed < before))


def _gates(before: datetime) -> ColumnElement[bool]:
    """Of a revision that is being reviewed the comparison is still needed."""
    under_way = and_(
        SubmissionRow.slug == GateRow.slug,
        SubmissionRow.revision == GateRow.revision,
        SubmissionRow.state.in_(("in_review", "approved")),
    )
    return and_(GateRow.created < before, ~exists(select(SubmissionRow.id).where(under_way)))


_ROWS: Mapping[Kind, tuple[type[Base], Any]] = {
    "reach": (ReachRow, _reach),
    "hand-overs": (HandoverRow, lambda before: HandoverRow.created < before),
    "model calls": (ModelCallRow, lambda before: ModelCallRow.created < before),
    "gates": (GateRow, _gates),
    "notices": (NotificationRow, lambda before: and_(NotificationRow.created < before, NotificationRow.state != "pending")),
}
"""Kinds that are rows of a table, and which of them are over."""
