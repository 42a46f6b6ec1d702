"""How a revision stands with patients: what they get, what they once got and why no longer, what they never got."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.records.database import Database
from app.records.editor_tables import ArticleEventRow, SubmissionRow, WithdrawnRow
from app.records.models import CitationRow, RevisionRow, Served
from app.records.submissions import ORIGIN

Kind = Literal["current", "corrected", "rolled_back", "withdrawn", "unpublished"]


@dataclass(frozen=True, slots=True)
class RevisionState:
    """`since` is the day it came to be so, where the history tells."""

    kind: Kind
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An article that was taken out of answers: the revision patients had, and since when they do not."""

    revision: int
    since: dt.date


class RevisionStates:
    """Reads them; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, slug: str, number: int, current: int | None) -> RevisionState:
        """How a stored revision stands where patients get revision `current` now, or none."""
        if number == current:
            return RevisionState("current")
        with self._database.reading() as session:
            if not _was_given(session, slug, number):
                return RevisionState("unpublished")
            if current is None:
                gone = _withdrawal(session, slug)
                return RevisionState("withdrawn", gone.since if gone else None)
            return RevisionState("corrected" if current > number else "rolled_back", _given_on(session, slug, current))

    def withdrawal(self, slug: str) -> Withdrawal | None:
        """That an article was withdrawn; None where it was not."""
        with self._database.reading() as session:
            return _withdrawal(session, slug)


def _withdrawal(session: Session, slug: str) -> Withdrawal | None:
    row = session.get(WithdrawnRow, slug)
    return Withdrawal(row.revision, row.created.date()) if row else None


def _was_given(session: Session, slug: str, number: int) -> bool:
    """Whether patients ever got a revision: two people passed it, an answer cites it, or it came from a file before what they got last.

    A file leaves no trace of when it was served, so what is newer than all that patients are known to have had was never theirs.
    """
    passed = select(SubmissionRow.id).where(SubmissionRow.slug == slug, SubmissionRow.state == "published")
    cited = select(CitationRow.id).where(CitationRow.article == slug, CitationRow.revision == number)
    for wanted in (passed.where(SubmissionRow.revision == number), cited):
        if session.scalar(wanted.limit(1)) is not None:
            return True
    origin = session.scalar(select(RevisionRow.origin).where(RevisionRow.slug == slug, RevisionRow.number == number))
    return origin != ORIGIN and number <= _last_given(session, slug)


def _last_given(session: Session, slug: str) -> int:
    """The newest revision that patients are known to have had."""
    newest = select(func.max(SubmissionRow.revision)).where(SubmissionRow.slug == slug, SubmissionRow.state == "published")
    served, gone = session.get(Served, slug), session.get(WithdrawnRow, slug)
    return max(served.revision if served else 0, gone.revision if gone else 0, session.scalar(newest) or 0)


def _given_on(session: Session, slug: str, number: int) -> dt.date | None:
    """When patients last began to get a revision."""
    verbs = ArticleEventRow.verb.in_(("published", "rolled_back"))
    wanted = select(func.max(ArticleEventRow.created)).where(ArticleEventRow.slug == slug, ArticleEventRow.revision == number, verbs)
    last = session.scalar(wanted)
    return last.date() if last else None
