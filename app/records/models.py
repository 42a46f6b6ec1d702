"""The tables. Columns of what a patient said, or was shown about it, are sealed (`app.records.sealed`; docs/privacy.md lists them).

What only the desks need stands in `care_tables` and `editor_tables`, which add to the same metadata.
"""

import datetime as dt
import uuid
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, DateTime, ForeignKey, Index, Integer, String, Text, TypeDecorator, UniqueConstraint, false
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.records.sealed import HoldsWords, SealedJson, SealedText, of_case, of_chat


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in UTC that comes back with its zone on every database (SQLite forgets it)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value.replace(tzinfo=dt.UTC) if value and value.tzinfo is None else value


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def new_id() -> str:
    """A random identifier that says nothing about its owner."""
    return str(uuid.uuid4())


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[Any] = {dt.datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}


class Patient(HoldsWords, Base):
    """A guest or account; facts they chose to tell belong to their own person."""

    __tablename__ = "patients"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(16), default="guest")
    """guest, account or demo."""
    may_review: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether they agreed that the care team may read chats that were not escalated, for safety."""
    profile: Mapped[dict[str, Any]] = mapped_column(SealedJson("patients.profile"), default=dict)
    created: Mapped[dt.datetime] = mapped_column(default=now)
    leaving: Mapped[dt.datetime | None]
    """When they asked that all be deleted, until it is: an open case defers it."""
    erased: Mapped[dt.datetime | None]
    """When all they had told was last deleted at their wish; what they tell afterwards has a key of its own."""
    agreed_to: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """Name of the text that they agreed to before their first answer; empty where they did not."""
    agreed: Mapped[dt.datetime | None]
    paused: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether nothing ordinary that they write is kept."""

    @property
    def key_name(self) -> str:
        self.id = self.id or new_id()
        return f"patient:{self.id}" + (f":{self.erased:%Y%m%dT%H%M%S%f}" if self.erased else "")


class Conversation(Base):
    """One chat of one patient. `about_other` marks a chat about somebody else, which uses no profile."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    about_other: Mapped[bool] = mapped_column(Boolean, default=False)
    linked_to: Mapped[str | None] = mapped_column(String(36))
    settled_through: Mapped[int] = mapped_column(Integer, default=-1)
    created: Mapped[dt.datetime] = mapped_column(default=now)
    deleted: Mapped[dt.datetime | None]
    """When it was taken out of its patient's sight."""
    erased: Mapped[dt.datetime | None]
    """When its key was destroyed and its rows were emptied."""


class Turn(HoldsWords, Base):
    """One patient message. `state`: received, answering, done, cancelled or interrupted."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("conversation_id", "number"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(SealedText("turns.text"))
    state: Mapped[str] = mapped_column(String(16), default="received")
    level: Mapped[str | None] = mapped_column(String(16))
    created: Mapped[dt.datetime] = mapped_column(default=now)

    @property
    def key_name(self) -> str:
        return of_chat(self.conversation_id)


class Reply(HoldsWords, Base):
    """One thing shown to the patient: a card, banner, answer or set words; `body` is what the page draws."""

    __tablename__ = "replies"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turns.id"))
    kind: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(SealedText("replies.text"))
    body: Mapped[dict[str, Any]] = mapped_column(SealedJson("replies.body"), default=dict)
    feedback: Mapped[int | None]
    created: Mapped[dt.datetime] = mapped_column(default=now)

    @property
    def key_name(self) -> str:
        return of_chat(self.conversation_id)


class CitationRow(Base):
    """One citation of one statement of a reply: the pinned span, so that a recall can find who read it."""

    __tablename__ = "citations"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reply_id: Mapped[str] = mapped_column(ForeignKey("replies.id"), index=True)
    statement: Mapped[int]
    article: Mapped[str] = mapped_column(String(120), index=True)
    revision: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]


class ModelCallRow(Base):
    """What a language model took for one turn: names, ids and numbers, and reasons that hold no words of anybody."""

    __tablename__ = "model_calls"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id"), index=True)
    model: Mapped[str] = mapped_column(String(120))
    prompt: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(80))
    withheld: Mapped[list[Any]] = mapped_column(default=list)
    """Why sentences were kept back, one reason a sentence."""
    shown: Mapped[int]
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
    cost: Mapped[float | None]
    first_ms: Mapped[float | None]
    total_ms: Mapped[float]
    attempts: Mapped[int]
    created: Mapped[dt.datetime] = mapped_column(default=now)


class FindingRow(HoldsWords, Base):
    """One red flag found in a conversation; `state`: open, disputed or settled."""

    __tablename__ = "findings"
    __table_args__ = (UniqueConstraint("conversation_id", "rule", "last_turn"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    rule: Mapped[str] = mapped_column(String(80))
    rule_version: Mapped[int]
    level: Mapped[str] = mapped_column(String(16))
    pathway: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    found_by: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[list[Any]] = mapped_column(SealedJson("findings.evidence", list), default=list)
    why: Mapped[dict[str, Any]] = mapped_column(SealedJson("findings.why"), default=dict, server_default="{}")
    last_turn: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="open")
    created: Mapped[dt.datetime] = mapped_column(default=now)

    @property
    def key_name(self) -> str:
        return of_chat(self.conversation_id)


class Case(HoldsWords, Base):
    """The one open escalation of a patient. The partial index makes a second open one impossible."""

    __tablename__ = "cases"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    level: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="open")
    opened: Mapped[dt.datetime] = mapped_column(default=now)
    closed: Mapped[dt.datetime | None]
    waiting_since: Mapped[dt.datetime | None]
    """The patient's oldest message that no person has acted upon."""
    owner_id: Mapped[str | None] = mapped_column(String(36), index=True)
    paused_until: Mapped[dt.datetime | None]
    live_in: Mapped[str | None] = mapped_column(String(36))
    """The chat in which a person speaks and the assistant is quiet."""
    alarm_stage: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How far this waiting has been notified."""
    alarms_from: Mapped[dt.datetime | None]
    """From when the alarms count targets: the waiting, or the moment when someone could be called again; None while nobody can."""
    first_claimed: Mapped[dt.datetime | None]
    first_answered: Mapped[dt.datetime | None]
    """When a person first wrote to the patient or recorded a call."""
    verdict: Mapped[str | None] = mapped_column(String(32))
    false_alarm: Mapped[str | None] = mapped_column(String(32))
    outcome: Mapped[str | None] = mapped_column(String(32))
    crowd: Mapped[str] = mapped_column(String(16), default="", server_default="", index=True)
    """Names the many cases of one address that this is one of; empty for one that stands for itself. No address can be read from it."""
    advice: Mapped[str] = mapped_column(SealedText("cases.advice"), default="", server_default="")
    closed_by: Mapped[str | None] = mapped_column(String(36))
    rules: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Fingerprint of the rule set in force when the case was opened."""
    rules_signed_by: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Names of those who had signed that rule set by then."""

    @property
    def key_name(self) -> str:
        self.id = self.id or new_id()
        return of_case(self.id)


Index(
    "one_open_case_per_patient",
    Case.patient_id,
    unique=True,
    sqlite_where=Case.state == "open",
    postgresql_where=Case.state == "open",
)


class CaseEvent(Base):
    """What happened to a case, append-only: opened, joined, raised, tap, person_requested, claimed, replied, closed and the like."""

    __tablename__ = "case_events"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    detail: Mapped[str] = mapped_column(String(200), default="")
    actor: Mapped[str] = mapped_column(String(80), default="system")
    """system, patient, or the id of a member of staff."""
    key: Mapped[str | None] = mapped_column(String(36), index=True, unique=True)
    """Names one escalation, so that a spooled one is stored once however often it is replayed."""
    created: Mapped[dt.datetime] = mapped_column(default=now)


class QuestionRow(HoldsWords, Base):
    """A rule's question put to a patient; `answer` is a choice's id, "unanswered", or null while it waits."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("conversation_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    reply_id: Mapped[str] = mapped_column(ForeignKey("replies.id"))
    key: Mapped[str] = mapped_column(String(160))
    held_back: Mapped[bool] = mapped_column(Boolean, default=False)
    asked: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    answer: Mapped[str | None] = mapped_column(SealedText("questions.answer"))
    answered: Mapped[dt.datetime | None]

    @property
    def key_name(self) -> str:
        return of_chat(self.conversation_id)


class SignOff(Base):
    """One person's signature under the rule set with that fingerprint."""

    __tablename__ = "sign_offs"
    __table_args__ = (UniqueConstraint("rules", "staff_id"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rules: Mapped[str] = mapped_column(String(64), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    signed: Mapped[dt.datetime] = mapped_column(default=now)


class RevisionRow(Base):
    """One immutable revision of an article: the whole file and its hash."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("slug", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(120), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(40))
    library: Mapped[str] = mapped_column(String(60), server_default="own", default="own")
    created: Mapped[dt.datetime] = mapped_column(default=now)


class Served(Base):
    """Which revision of an article patients get now."""

    __tablename__ = "served"
    slug: Mapped[str] = mapped_column(String(120), primary_key=True)
    revision: Mapped[int]
    signed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether it came here by the rule of two; production serves nothing else."""
    reviewed: Mapped[dt.date | None]
    """When the last clinical reviewer signed it."""
    due: Mapped[dt.date | None]
    """When it has to be reviewed again; the date in its text where nobody signed it."""


class ServedVersion(Base):
    """One row: a number that rises with every change of the served set, so that readers can poll it."""

    __tablename__ = "served_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)


class Staff(Base):
    """Someone who works at a desk."""

    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """What patients read beside the name, such as "nurse"; set by the clinic."""
    lead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether they answer for the clinic's content: only they take out what a red-flag rule pins."""
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    totp: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The second factor's secret, sealed; empty where there is none."""
    totp_new: Mapped[str] = mapped_column(Text, default="", server_default="")
    """One that is being set up, sealed with the hash of the session that sets it up."""
    totp_step: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """The time step of the newest code that was taken: none is taken twice."""
    portal: Mapped[str] = mapped_column(String(100), default="", server_default="", index=True)
    """Whose clinic account this is, as a keyed pseudonym; `awaits` and a name until its owner first comes that way; or empty."""
    created: Mapped[dt.datetime] = mapped_column(default=now)


class StaffSession(Base):
    """A signed-in desk; the cookie holds a token whose hash stands here, so that it can be ended."""

    __tablename__ = "staff_sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    created: Mapped[dt.datetime] = mapped_column(default=now)
    last_active: Mapped[dt.datetime] = mapped_column(default=now)
    expires: Mapped[dt.datetime]
    stage: Mapped[str] = mapped_column(String(8), default="full", server_default="full")
    """full; or code or enrol while the second factor is still to be given or set up."""
    browser: Mapped[str] = mapped_column(String(40), default="", server_default="")


class RecoveryCode(Base):
    """A code that stands in for the second factor once; only its hash is kept."""

    __tablename__ = "recovery_codes"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    used: Mapped[dt.datetime | None]


class SignInFailure(Base):
    """A sign-in that failed, kept for a day: keyed hashes of the name that was typed and of where it came from."""

    __tablename__ = "sign_in_failures"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    login_key: Mapped[str] = mapped_column(String(64), index=True)
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    device_key: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """The browser that it came from, where somebody had signed in with it before; empty for a stranger's."""
    at: Mapped[dt.datetime] = mapped_column(default=now, index=True)


class SealingRow(Base):
    """One row: whose keys seal these records, so that they are never served with another key store."""

    __tablename__ = "sealing"
    id: Mapped[int] = mapped_column(primary_key=True)
    keyring: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[dt.datetime] = mapped_column(default=now)
    """When the last plain row was sealed."""
