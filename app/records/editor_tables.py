"""Tables of the editor desk: working copies, what is handed in and signed, what its publishing would change, and who did what.

Revisions themselves are `revisions`, and what patients get is `served`; both stand in `models`.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.records.models import Base, now
from app.records.sealed import HoldsWords, SealedJson

STAFF = "staff.id"


class DraftRow(Base):
    """The one working copy of an article; `version` rises with every save, so that nobody overwrites what they have not seen."""

    __tablename__ = "drafts"
    slug: Mapped[str] = mapped_column(String(120), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    base: Mapped[int]
    """The revision it was begun from; 0 for a new article."""
    version: Mapped[int]
    owner_id: Mapped[str] = mapped_column(ForeignKey(STAFF))
    authors: Mapped[list[Any]]
    """Ids of everyone who saved a change of it."""
    created: Mapped[dt.datetime] = mapped_column(default=now)
    updated: Mapped[dt.datetime] = mapped_column(default=now)
    updated_by: Mapped[str] = mapped_column(ForeignKey(STAFF))


class EditingRow(Base):
    """Someone has an article open for writing; `seen` is kept fresh by their page."""

    __tablename__ = "editing"
    slug: Mapped[str] = mapped_column(String(120), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey(STAFF), primary_key=True)
    seen: Mapped[dt.datetime] = mapped_column(default=now)


class SubmissionRow(Base):
    """A revision handed in for review. The partial index makes a second open one of the same article impossible."""

    __tablename__ = "submissions"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(120), index=True)
    revision: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    """in_review, approved, changes_asked, taken_back or published."""
    authors: Mapped[list[Any]]
    """Ids of everyone who wrote a word of it since the revision patients had, and of whoever handed it in: none of them may approve."""
    needed: Mapped[int]
    """How many reviewers must approve."""
    submitted_by: Mapped[str] = mapped_column(ForeignKey(STAFF))
    note: Mapped[str] = mapped_column(Text, default="")
    publish_at: Mapped[dt.datetime | None]
    """When it is to reach patients, once approved; at once where it is null and somebody publishes it."""
    publish_by: Mapped[str | None] = mapped_column(ForeignKey(STAFF))
    held: Mapped[str] = mapped_column(Text, default="")
    """Why a planned publishing did not happen."""
    created: Mapped[dt.datetime] = mapped_column(default=now)
    decided: Mapped[dt.datetime | None]


_OPEN = SubmissionRow.state.in_(("in_review", "approved"))
Index("one_open_submission_per_article", SubmissionRow.slug, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)


class ApprovalRow(Base):
    """A clinical reviewer's signature under exactly these bytes."""

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("submission_id", "staff_id"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey(STAFF))
    sha256: Mapped[str] = mapped_column(String(64))
    created: Mapped[dt.datetime] = mapped_column(default=now)


class CommentRow(Base):
    """What somebody says of a passage of a revision: `start` and `end` are code points of the body, 0 and 0 of the whole."""

    __tablename__ = "article_comments"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(120), index=True)
    revision: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[str] = mapped_column(ForeignKey(STAFF))
    created: Mapped[dt.datetime] = mapped_column(default=now)
    resolved: Mapped[dt.datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey(STAFF))


class GateRow(HoldsWords, Base):
    """What publishing a revision would change for patients, worked out against one version of the served set.

    Its result may quote what patients asked, masked: it is sealed with the article's key, and loses what its patient deletes.
    """

    __tablename__ = "gates"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(120), index=True)
    revision: Mapped[int]
    served_version: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Names exactly these changes."""
    blocks: Mapped[bool]
    changes: Mapped[int]
    """How many changes a person has to look at."""
    result: Mapped[dict[str, Any]] = mapped_column(SealedJson("gates.result"))
    created: Mapped[dt.datetime] = mapped_column(default=now)
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey(STAFF))
    acknowledged: Mapped[dt.datetime | None]

    @property
    def key_name(self) -> str:
        return f"article:{self.slug}"


class ArticleEventRow(Base):
    """What happened to an article, append-only: who did what to which revision, when and why."""

    __tablename__ = "article_events"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(120), index=True)
    revision: Mapped[int | None]
    verb: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(80))
    """Id of a member of staff, or "system"."""
    reason: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[dt.datetime] = mapped_column(default=now)


class WithdrawnRow(Base):
    """An article that was taken out of answers, until it is served again."""

    __tablename__ = "withdrawn"
    slug: Mapped[str] = mapped_column(String(120), primary_key=True)
    revision: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(80))
    created: Mapped[dt.datetime] = mapped_column(default=now)


class MustAnswerRow(Base):
    """A question that patients must always get an answer to; `article` is the slug it must cite, or empty for any."""

    __tablename__ = "must_answer"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    question: Mapped[str] = mapped_column(String(500), unique=True)
    article: Mapped[str] = mapped_column(String(120), default="")
    added_by: Mapped[str] = mapped_column(String(80))
    created: Mapped[dt.datetime] = mapped_column(default=now)


class GapDecisionRow(Base):
    """A group of unanswered questions that an editor set aside, until it grows; `key` names the group."""

    __tablename__ = "gap_decisions"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    decision: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text, default="")
    size: Mapped[int]
    """How many patients had asked by then."""
    anchors: Mapped[list[Any]]
    """Ids of the messages in the middle of the group: by them it is found again when it is made anew."""
    staff_id: Mapped[str] = mapped_column(ForeignKey(STAFF))
    created: Mapped[dt.datetime] = mapped_column(default=now)


class RecallRow(Base):
    """The conversations that cited a revision since corrected or withdrawn, being gone through."""

    __tablename__ = "recalls"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    slug: Mapped[str] = mapped_column(String(120), index=True)
    revision: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(ForeignKey(STAFF))
    opened: Mapped[dt.datetime] = mapped_column(default=now)
    closed: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey(STAFF))


_UNDER_WAY = RecallRow.closed.is_(None)
Index(
    "one_open_recall_per_revision",
    RecallRow.slug,
    RecallRow.revision,
    unique=True,
    sqlite_where=_UNDER_WAY,
    postgresql_where=_UNDER_WAY,
)
"""Two of one revision at once would tell its patients twice."""


class RecallChatRow(Base):
    """What was done about one conversation of a recall; the note that was left for its patient, once."""

    __tablename__ = "recall_chats"
    recall_id: Mapped[int] = mapped_column(ForeignKey("recalls.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    """looked_at or told."""
    staff_id: Mapped[str] = mapped_column(ForeignKey(STAFF))
    reply_id: Mapped[str | None] = mapped_column(ForeignKey("replies.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
