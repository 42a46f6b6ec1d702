"""Conversations that were not escalated, read again for what was missed: a weekly sample, and what patients called urgent.

Only chats of patients who agreed are sampled; of the sample comes a rate of misses with exact bounds, of patients' own
reports none, for they are no sample. What is read is masked, and each reading is on the trail before anything is shown.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast, get_args

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.errors import NotAllowedError, RecordsError
from app.escalation.figures import iso_week
from app.records.audit import record
from app.records.care_tables import ReviewRow
from app.records.database import Database
from app.records.models import Conversation, FindingRow, Patient, Turn, now
from app.records.models import Reply as ReplyRow
from app.records.owners import MADE_UP, patients

ReviewVerdict = Literal["fine", "missed_emergency", "missed_urgent", "unsure"]
REVIEW_VERDICTS: tuple[ReviewVerdict, ...] = get_args(ReviewVerdict)
Why = Literal["sample", "said_urgent"]


@dataclass(frozen=True, slots=True)
class Review:
    """A conversation to be read, or read: no words of the patient."""

    id: int
    conversation_id: str
    why: Why
    week: str
    created: datetime
    messages: int
    verdict: ReviewVerdict | None


@dataclass(frozen=True, slots=True)
class Read:
    """One line of a conversation; `marked` is the message that the patient called urgent."""

    by_patient: bool
    text: str
    marked: bool = False


class ReviewList:
    """Draws the sample, lists what is to be read, and keeps verdicts; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sample(self, size: int, at: datetime) -> int:
        """Draw last week's sample, once: up to `size` chats, the same ones on every server. How many were drawn now.

        A chat's place in the draw is a hash of the week and its id, so nobody's choice and no server's chance is in it.
        """
        monday = (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        week = iso_week(monday - timedelta(days=1))
        try:
            with self._database.transaction() as session:
                if _drawn(session, week):
                    return 0
                chosen = sorted(session.scalars(_quiet(monday - timedelta(days=7), monday)), key=lambda chat: _place(week, chat))[:size]
                session.add_all(ReviewRow(conversation_id=chat, why="sample", week=week) for chat in chosen)
                return len(chosen)
        except RecordsError:
            with self._database.reading() as session:
                if _drawn(session, week):  # another server drew it at the same moment
                    return 0
            raise

    def all(self, *, demo: bool = False) -> Sequence[Review]:
        """Everything on the list, what is unread first, then the newest."""
        with self._database.reading() as session:
            count = select(func.count()).select_from(Turn).where(Turn.conversation_id == ReviewRow.conversation_id).scalar_subquery()
            found = select(ReviewRow, count).join(Conversation, Conversation.id == ReviewRow.conversation_id)
            found = found.join(Patient, Patient.id == Conversation.patient_id).where(Conversation.deleted.is_(None), patients(demo=demo))
            rows = session.execute(found.order_by(ReviewRow.verdict.is_not(None), ReviewRow.created.desc(), ReviewRow.id))
            return [_review(row, messages) for row, messages in rows]

    def only_demo(self) -> bool:
        """Whether there is something on the list and all of it was made up."""
        return bool(self.all(demo=True)) and not self.all()

    def open(self, review_id: int, who: str) -> Sequence[Read]:
        """The conversation, unmasked, once its reading stands on the trail; NotAllowedError where it may not be read (any more)."""
        with self._database.transaction() as session:
            row = _readable(session, review_id)
            record(session, who, "review.read", row.conversation_id)
            return _lines(session, row)

    def settle(self, review_id: int, who: str, verdict: ReviewVerdict) -> None:
        """Keep a verdict; a later one takes its place, and both stand on the trail."""
        if verdict not in REVIEW_VERDICTS:
            raise ValueError("a review is settled with one of its verdicts")
        with self._database.transaction() as session:
            row = _readable(session, review_id)
            row.verdict, row.by, row.settled = verdict, who, now()
            record(session, who, f"review.{verdict}", row.conversation_id)


def _drawn(session: Session, week: str) -> bool:
    return session.scalar(select(ReviewRow.id).where(ReviewRow.week == week, ReviewRow.why == "sample").limit(1)) is not None


def _quiet(since: datetime, until: datetime) -> Select[str]:
    """Chats written in between those moments, of patients who agreed, in which nothing was ever escalated."""
    wrote = exists().where(Turn.conversation_id == Conversation.id, Turn.created >= since, Turn.created < until)
    escalated = exists().where(FindingRow.conversation_id == Conversation.id)
    chats = select(Conversation.id).join(Patient, Patient.id == Conversation.patient_id)
    return chats.where(wrote, ~escalated, Patient.may_review, ~MADE_UP, Conversation.deleted.is_(None))


def _place(week: str, chat: str) -> str:
    return hashlib.sha256(f"{week} {chat}".encode()).hexdigest()


def _review(row: ReviewRow, messages: int) -> Review:
    verdict = cast("ReviewVerdict | None", row.verdict)
    return Review(row.id, row.conversation_id, cast("Why", row.why), row.week, row.created, messages, verdict)


def _readable(session: Session, review_id: int) -> ReviewRow:
    """The row, where its chat still stands and, for a sample, its patient still agrees."""
    row = session.get(ReviewRow, review_id)
    chat = session.get(Conversation, row.conversation_id) if row else None
    patient = session.get(Patient, chat.patient_id) if chat else None
    if row is None or chat is None or patient is None or chat.deleted:
        raise NotAllowedError("this conversation is no longer there")
    if row.why == "sample" and not patient.may_review:
        raise NotAllowedError("this patient has taken back their consent to reviews")
    return row


def _lines(session: Session, row: ReviewRow) -> Sequence[Read]:
    turns = session.scalars(select(Turn).where(Turn.conversation_id == row.conversation_id))
    replies = session.scalars(select(ReplyRow).where(ReplyRow.conversation_id == row.conversation_id))
    lines = [(turn.created, Read(by_patient=True, text=turn.text, marked=turn.id == row.turn_id)) for turn in turns]
    lines += [(reply.created, Read(by_patient=False, text=reply.text)) for reply in replies]
    return [line for _, line in sorted(lines, key=lambda item: item[0])]
