"""Tables of the care desk: what the team writes, what goes out to patients and to the team, and who read what."""

import datetime as dt

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.records.models import Base, now
from app.records.sealed import HoldsWords, SealedText, of_case


class NoteRow(HoldsWords, Base):
    """A note for colleagues on a case; never shown to the patient."""

    __tablename__ = "case_notes"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(SealedText("case_notes.text"))
    created: Mapped[dt.datetime] = mapped_column(default=now)

    @property
    def key_name(self) -> str:
        return of_case(self.case_id)


class ReminderRow(HoldsWords, Base):
    """A follow-up that a member of the care team set for a case, open or closed."""

    __tablename__ = "case_reminders"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    due: Mapped[dt.datetime]
    text: Mapped[str] = mapped_column(SealedText("case_reminders.text"))
    done: Mapped[dt.datetime | None]

    @property
    def key_name(self) -> str:
        return of_case(self.case_id)


class HandoverRow(HoldsWords, Base):
    """What someone left for the next shift; it may speak of several patients, so each day has a key of its own."""

    __tablename__ = "handovers"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(SealedText("handovers.text"))
    created: Mapped[dt.datetime] = mapped_column(default=now, index=True)

    @property
    def key_name(self) -> str:
        self.created = self.created or now()
        return of_day(self.created)


class ReachRow(HoldsWords, Base):
    """How an escalated patient can be reached, as they left it (rule of care 12): sealed, on the case alone."""

    __tablename__ = "reach"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sealed: Mapped[str] = mapped_column(SealedText("reach.sealed"))
    """JSON, encrypted once more under the case's key: phone, place, whether a message is safe."""
    created: Mapped[dt.datetime] = mapped_column(default=now)

    @property
    def key_name(self) -> str:
        return of_case(self.case_id)


class OutgoingRow(Base):
    """A reply of a person, or news about one, on its way to the patient's open pages."""

    __tablename__ = "outgoing"
    reply_id: Mapped[str] = mapped_column(ForeignKey("replies.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    created: Mapped[dt.datetime] = mapped_column(default=now)
    delivered: Mapped[dt.datetime | None]
    """When the patient's page acknowledged that it drew the reply."""


class PresenceRow(Base):
    """When a chat was last seen open in a patient's browser."""

    __tablename__ = "presence"
    conversation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seen: Mapped[dt.datetime] = mapped_column(default=now)


class NotificationRow(Base):
    """One notice to one channel, sent at least once; it holds no words of a patient. `state`: pending, sent or given_up."""

    __tablename__ = "notifications"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """Case, waiting and stage, and channel: the same notice is never queued twice."""
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    """Fingerprint of the channel's address, which is secret."""
    kind: Mapped[str] = mapped_column(String(24))
    level: Mapped[str] = mapped_column(String(16))
    waiting_since: Mapped[dt.datetime | None]
    state: Mapped[str] = mapped_column(String(16), default="pending", index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try: Mapped[dt.datetime] = mapped_column(default=now)
    sent: Mapped[dt.datetime | None]
    problem: Mapped[str] = mapped_column(String(120), default="")
    created: Mapped[dt.datetime] = mapped_column(default=now)


class TemplateRow(Base):
    """A reply that the clinic wrote for its team to begin from."""

    __tablename__ = "reply_templates"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="en")
    pathway: Mapped[str] = mapped_column(String(32), default="")
    """The pathway it is meant for; empty for all."""
    updated: Mapped[dt.datetime] = mapped_column(default=now)
    by: Mapped[str] = mapped_column(ForeignKey("staff.id"))


class ProcedureRow(Base):
    """What the clinic's team does on a pathway, in the clinic's words."""

    __tablename__ = "procedures"
    pathway: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated: Mapped[dt.datetime] = mapped_column(default=now)
    by: Mapped[str] = mapped_column(ForeignKey("staff.id"))


class ReviewRow(Base):
    """A conversation that was not escalated, to be read for what was missed. `why`: sample or said_urgent."""

    __tablename__ = "reviews"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turns.id"))
    why: Mapped[str] = mapped_column(String(16))
    week: Mapped[str] = mapped_column(String(8), index=True)
    """ISO week, such as 2026-W47."""
    verdict: Mapped[str | None] = mapped_column(String(32))
    by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created: Mapped[dt.datetime] = mapped_column(default=now)
    settled: Mapped[dt.datetime | None]
    masked: Mapped[bool] = mapped_column(Boolean, default=True)


Index(
    "one_sample_per_chat_and_week",
    ReviewRow.conversation_id,
    ReviewRow.week,
    unique=True,
    sqlite_where=ReviewRow.why == "sample",
    postgresql_where=ReviewRow.why == "sample",
)
"""Two servers that draw the same week at the same moment draw it once."""


class AuditRow(Base):
    """Who did or read what, append-only and chained (`audit_chain`): ids and verbs, never words. `id` counts without gaps."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    actor: Mapped[str] = mapped_column(String(80), index=True)
    verb: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    created: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Over this entry and the hash of the one before."""


class AuditHead(Base):
    """One row: number and hash of the newest entry, locked while entries are appended."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class AuditCheckpoint(Base):
    """The hash of one entry at some moment, signed with the installation's key. `kind`: checkpoint, or cut (older ones are gone)."""

    __tablename__ = "audit_checkpoints"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
    made: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    sent: Mapped[dt.datetime | None]
    """When somebody else was told."""


class StopRow(Base):
    """The stop switch was turned on or off, append-only: the newest row holds."""

    __tablename__ = "stops"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    on: Mapped[bool]
    why: Mapped[str] = mapped_column(Text)
    """In the words of whoever turned it, for colleagues."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(default=now)


def of_day(moment: dt.datetime) -> str:
    """The key of a day's hand-overs."""
    return f"team:{moment.astimezone(dt.UTC):%Y-%m-%d}"
