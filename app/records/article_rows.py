"""Rows of the editor desk, as every step on an article reads and writes them: who acts, what is there, the history."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.content import editorial
from app.content.editorial import Person, Signature, Submission
from app.errors import NotAllowedError, must
from app.records.audit import record
from app.records.editor_tables import ApprovalRow, ArticleEventRow, DraftRow, SubmissionRow
from app.records.models import RevisionRow, Staff, now


def person(session: Session, who: str) -> Person:
    """A member of staff as the records know them now."""
    row = session.get(Staff, who)
    if row is None or row.disabled:
        raise NotAllowedError("you are no longer a member of staff")
    return Person(row.id, row.role, row.lead)


def writer(session: Session, who: str) -> Person:
    """A member of staff who may write."""
    by = person(session, who)
    must(by.role in editorial.WRITERS, "only editors and clinical reviewers work on articles")
    return by


def new_draft(text: str, slug: str, who: str, base: int, authors: Collection[str]) -> DraftRow:
    """A working copy at its first version."""
    return DraftRow(slug=slug, text=text, base=base, version=1, owner_id=who, authors=sorted(authors), updated_by=who, updated=now())


def revision_row(session: Session, slug: str, number: int | None) -> RevisionRow:
    """A stored revision."""
    row = session.scalar(select(RevisionRow).where(RevisionRow.slug == slug, RevisionRow.number == number))
    if row is None:
        raise NotAllowedError(f"there is no such revision of {slug}")
    return row


def newest_number(session: Session, slug: str) -> int:
    """The number of the newest revision; 0 where there is none."""
    return session.scalar(select(func.max(RevisionRow.number)).where(RevisionRow.slug == slug)) or 0


def open_submission(session: Session, slug: str) -> SubmissionRow | None:
    """What is in review or approved of an article, held for this transaction."""
    wanted = select(SubmissionRow).where(SubmissionRow.slug == slug, SubmissionRow.state.in_(editorial.OPEN))
    return session.scalar(wanted.with_for_update())


def in_review(session: Session, slug: str) -> tuple[SubmissionRow, Submission]:
    """The same as a row and as the value that the steps work on."""
    row = open_submission(session, slug)
    if row is None:
        raise NotAllowedError("no revision of this article is in review")
    return row, submission(session, row)


def submission(session: Session, row: SubmissionRow) -> Submission:
    """A row as the value that the steps work on."""
    names = session.execute(
        select(ApprovalRow.staff_id, ApprovalRow.sha256).where(ApprovalRow.submission_id == row.id).order_by(ApprovalRow.id)
    )
    signatures = tuple(Signature(by, sha256) for by, sha256 in names)
    return Submission(row.revision, row.sha256, frozenset(row.authors), row.needed, row.state, signatures, row.publish_at)  # type: ignore[arg-type]


def keep_state(row: SubmissionRow, becomes: Submission) -> None:
    """Write what a step made of a submission."""
    if row.state != becomes.state:
        row.decided = now()
    row.state, row.publish_at = becomes.state, becomes.publish_at


def authors_of(session: Session, slug: str, number: int) -> list[str]:
    """Who stands behind a revision that never passed: their words are still unread by anybody else."""
    of_it = (SubmissionRow.slug == slug, SubmissionRow.revision == number)
    rows = list(session.scalars(select(SubmissionRow).where(*of_it).order_by(SubmissionRow.id)))
    if any(row.state == "published" for row in rows):
        return []
    return sorted({author for row in rows for author in row.authors})


def happened(session: Session, what: tuple[str, int | None], verb: str, actor: str, reason: str = "") -> None:
    """History and trail of an article (slug and revision), within the change."""
    slug, number = what
    session.add(ArticleEventRow(slug=slug, revision=number, verb=verb, actor=actor, reason=reason.strip()))
    record(session, actor, f"article.{verb}", slug if number is None else f"{slug[:70]}@{number}")
