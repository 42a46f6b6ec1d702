"""What the editor desk reads of one article: its working copy, what is in review, comments, gates, revisions, history."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content.editorial import Submission
from app.records.article_rows import open_submission, submission
from app.records.database import Database
from app.records.drafts import Draft, drawn
from app.records.editor_tables import ArticleEventRow, CommentRow, DraftRow, GateRow, SubmissionRow, WithdrawnRow
from app.records.models import RevisionRow, Served, Staff


@dataclass(frozen=True, slots=True)
class InReview:
    """A submission with what a page says of it; names, not ids."""

    submission: Submission
    authors: tuple[str, ...]
    signers: tuple[str, ...]
    submitted_by: str
    note: str
    submitted: dt.datetime
    held: str
    """Why a planned publishing did not happen."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of a passage of a revision."""

    id: int
    revision: int
    start: int
    end: int
    quote: str
    text: str
    by: str
    at: dt.datetime
    resolved_by: str


@dataclass(frozen=True, slots=True)
class KeptGate:
    """What publishing a revision would change, as it was worked out."""

    id: int
    revision: int
    served_version: int
    blocks: bool
    changes: int
    result: Mapping[str, object]
    at: dt.datetime
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of an article's history; `by` is a name."""

    verb: str
    revision: int | None
    by: str
    reason: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """A revision in a list; `text` is the whole file."""

    number: int
    sha256: str
    origin: str
    created: dt.datetime
    published: bool
    """Whether two people have passed it."""
    text: str


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """Everything about one article, read at one moment."""

    slug: str
    draft: Draft | None
    owner: str
    review: InReview | None
    served: int | None
    signed: bool
    withdrawn: str
    """Why it was taken out of answers; empty where it was not."""
    gate: KeptGate | None
    """Of the revision in review, the newest."""
    comments: tuple[Comment, ...]
    revisions: tuple[StoredRevision, ...]
    history: tuple[Event, ...]

    def revision(self, number: int) -> StoredRevision | None:
        """A stored revision of it."""
        return next((found for found in self.revisions if found.number == number), None)


class ArticleFiles:
    """Reads articles for their pages; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, slug: str) -> ArticleFile | None:
        """An article, or None where nothing of that name was ever written."""
        with self._database.reading() as session:
            names = {row.id: row.name for row in session.scalars(select(Staff))}
            draft, served = session.get(DraftRow, slug), session.get(Served, slug)
            revisions = _revisions(session, slug)
            if draft is None and not revisions:
                return None
            review = _review(session, slug, names)
            withdrawn = session.get(WithdrawnRow, slug)
            return ArticleFile(
                slug,
                drawn(draft) if draft else None,
                names.get(draft.owner_id, "") if draft else "",
                review,
                served.revision if served else None,
                bool(served and served.signed),
                withdrawn.reason if withdrawn else "",
                self._gate(session, slug, review.submission.revision if review else None, names),
                _comments(session, slug, names),
                revisions,
                _history(session, slug, names),
            )

    def gate(self, slug: str, number: int) -> KeptGate | None:
        """The newest gate of a revision."""
        with self._database.reading() as session:
            return self._gate(session, slug, number, {row.id: row.name for row in session.scalars(select(Staff))})

    @staticmethod
    def _gate(session: Session, slug: str, number: int | None, names: Mapping[str, str]) -> KeptGate | None:
        wanted = select(GateRow).where(GateRow.slug == slug, GateRow.revision == number).order_by(GateRow.id.desc()).limit(1)
        row = session.scalar(wanted)
        if row is None:
            return None
        by = names.get(row.acknowledged_by or "", "")
        return KeptGate(row.id, row.revision, row.served_version, row.blocks, row.changes, row.result, row.created, by)


def _review(session: Session, slug: str, names: Mapping[str, str]) -> InReview | None:
    row = open_submission(session, slug)
    if row is None:
        return None
    now = submission(session, row)
    return InReview(
        now,
        tuple(sorted(names.get(who, "somebody") for who in now.authors)),
        tuple(sorted(names.get(who, "somebody") for who in now.signers)),
        names.get(row.submitted_by, "somebody"),
        row.note,
        row.created,
        row.held,
    )


def _comments(session: Session, slug: str, names: Mapping[str, str]) -> tuple[Comment, ...]:
    rows = session.scalars(select(CommentRow).where(CommentRow.slug == slug).order_by(CommentRow.revision, CommentRow.start, CommentRow.id))
    return tuple(
        Comment(
            row.id,
            row.revision,
            row.start,
            row.end,
            row.quote,
            row.text,
            names.get(row.staff_id, "somebody"),
            row.created,
            names.get(row.resolved_by or "", ""),
        )
        for row in rows
    )


def _revisions(session: Session, slug: str) -> tuple[StoredRevision, ...]:
    published = select(SubmissionRow.revision).where(SubmissionRow.slug == slug, SubmissionRow.state == "published")
    passed = set(session.scalars(published))
    rows = session.scalars(select(RevisionRow).where(RevisionRow.slug == slug).order_by(RevisionRow.number.desc()))
    return tuple(StoredRevision(row.number, row.sha256, row.origin, row.created, row.number in passed, row.text) for row in rows)


def _history(session: Session, slug: str, names: Mapping[str, str]) -> tuple[Event, ...]:
    rows: Sequence[ArticleEventRow] = session.scalars(
        select(ArticleEventRow).where(ArticleEventRow.slug == slug).order_by(ArticleEventRow.id.desc())
    ).all()
    return tuple(Event(row.verb, row.revision, names.get(row.actor, row.actor), row.reason, row.created) for row in rows)
