"""Articles on their way to patients and back: each step one transaction with the history and the trail.

Every method raises NotAllowedError, and RecordsError where the database fails; either way nothing was changed.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.content import documents, editorial
from app.content.editorial import Gate
from app.content.review_policy import NO_POLICY, Policy
from app.errors import NotAllowedError, must
from app.records.article_rows import happened, in_review, keep_state, person, revision_row, submission, writer
from app.records.database import Database
from app.records.editor_tables import ApprovalRow, GateRow, SubmissionRow
from app.records.models import ServedVersion, now
from app.records.served import Standing, raise_version, serve, take_out, version
from knowledge.front_matter import ArticleError


@dataclass(frozen=True, slots=True)
class FoundChanges:
    """What publishing would change, as the gate found it; `result` is its JSON form, `fingerprint` names exactly it."""

    served_version: int
    fingerprint: str
    blocks: bool
    changes: int
    result: Mapping[str, object]


class PublishStore:
    """Gates, publishing, withdrawing. One row of the served set decides; a server killed half way leaves the old or the new."""

    def __init__(self, database: Database, policy: Policy = NO_POLICY) -> None:
        self._database, self._policy = database, policy

    def keep_gate(self, slug: str, number: int, found: FoundChanges) -> int:
        """Keep what publishing would change; whoever let exactly these changes pass before has let them pass again. Its id."""
        with self._database.transaction() as session:
            same = (GateRow.slug == slug, GateRow.revision == number, GateRow.fingerprint == found.fingerprint)
            before = session.scalar(select(GateRow).where(*same, GateRow.acknowledged_by.is_not(None)).order_by(GateRow.id.desc()))
            row = GateRow(
                slug=slug,
                revision=number,
                served_version=found.served_version,
                fingerprint=found.fingerprint,
                blocks=found.blocks,
                changes=found.changes,
                result=dict(found.result),
                acknowledged_by=before.acknowledged_by if before else None,
                acknowledged=before.acknowledged if before else None,
            )
            session.add(row)
            session.flush()
            return row.id

    def acknowledge(self, gate_id: int, who: str) -> None:
        """Let the changes pass, by name."""
        with self._database.transaction() as session:
            by = writer(session, who)
            row = session.get(GateRow, gate_id)
            must(row is not None and not row.blocks, "a question that must be answered would lose its answer")
            if row is not None and row.acknowledged_by is None:
                row.acknowledged_by, row.acknowledged = by.id, now()
                happened(session, (row.slug, row.revision), "acknowledged", by.id, f"{row.changes} changes")

    def plan(self, slug: str, who: str, at: dt.datetime | None) -> None:
        """Publish the approved revision at a time; None plans nothing."""
        with self._database.transaction() as session:
            row, was = in_review(session, slug)
            keep_state(row, editorial.planned(was, person(session, who), at))
            row.publish_by, row.held = who if at else None, ""
            happened(session, (slug, row.revision), "planned", who, at.isoformat(timespec="minutes") if at else "not planned")

    def publish(self, slug: str, who: str) -> int:
        """Patients get the approved revision from now on; its number."""
        with self._database.transaction() as session:
            row, was = in_review(session, slug)
            keep_state(
                row, editorial.published(was, person(session, who), _newest_gate(session, slug, row.revision), _served_version(session))
            )
            self._serve(session, slug, row.revision, _signed_on(session, row.id))
            happened(session, (slug, row.revision), "published", who)
            return row.revision

    def due(self, at: dt.datetime) -> list[tuple[str, int, str]]:
        """Approved revisions whose time has come: slug, number, and who planned them."""
        ripe = (SubmissionRow.state == "approved", SubmissionRow.publish_at <= at)
        with self._database.reading() as session:
            rows = session.scalars(select(SubmissionRow).where(*ripe).order_by(SubmissionRow.publish_at))
            return [(row.slug, row.revision, row.publish_by or "") for row in rows]

    def hold(self, slug: str, why: str) -> None:
        """A planned publishing cannot be: it is no longer planned, and the desk says why."""
        with self._database.transaction() as session:
            row, _ = in_review(session, slug)
            row.publish_at, row.held = None, why
            happened(session, (slug, row.revision), "held", "system", why)

    def serve_again(self, slug: str, number: int, who: str, reason: str) -> None:
        """Roll back to a revision that was passed before, or bring a withdrawn article back."""
        must(bool(reason.strip()), "say why")
        with self._database.transaction() as session:
            passed = _passed_before(session, slug, number)
            gate = _newest_gate(session, slug, number)
            editorial.served_again(person(session, who), gate, _served_version(session), passed=passed is not None)
            self._serve(session, slug, number, _signed_on(session, passed or 0))
            happened(session, (slug, number), "rolled_back", who, reason)

    def withdraw(self, slug: str, who: str, reason: str, *, pinned: bool) -> None:
        """Take an article out of answers from the next question on; `pinned` says whether a red-flag rule shows it."""
        must(bool(reason.strip()), "say why; the reason stays in its history")
        with self._database.transaction() as session:
            editorial.withdrawn(person(session, who), pinned=pinned)
            must(not documents.is_text(slug), "patients cannot be without it; publish another revision, or roll back to one")
            number = take_out(session, slug, reason.strip(), who)
            must(number is not None, "patients do not get this article")
            raise_version(session)
            happened(session, (slug, number), "withdrawn", who, reason)

    def expire(self, slug: str, reason: str) -> None:
        """Take an article out whose review is long overdue, as the clinic's policy says."""
        with self._database.transaction() as session:
            must(not documents.is_text(slug), "patients cannot be without it")
            number = take_out(session, slug, reason, "system")
            if number is not None:
                raise_version(session)
                happened(session, (slug, number), "withdrawn", "system", reason)

    def _serve(self, session: Session, slug: str, number: int, reviewed: dt.date) -> None:
        try:
            kind = documents.read(revision_row(session, slug, number).text, slug).kind
        except ArticleError as error:
            raise NotAllowedError(f"it is not fit for patients: {error}") from None
        serve(session, slug, number, Standing(True, reviewed, self._policy.due(kind, reviewed)))
        raise_version(session)


def _passed_before(session: Session, slug: str, number: int) -> int | None:
    """The submission by which a revision was once published, if it still counts as passed."""
    wanted = select(SubmissionRow).where(SubmissionRow.slug == slug, SubmissionRow.revision == number, SubmissionRow.state == "published")
    for row in session.scalars(wanted.order_by(SubmissionRow.id.desc())):
        if submission(session, row).passed and revision_row(session, slug, number).sha256 == row.sha256:
            return row.id
    return None


def _signed_on(session: Session, submission_id: int) -> dt.date:
    """The day of the last signature."""
    last = session.scalar(select(func.max(ApprovalRow.created)).where(ApprovalRow.submission_id == submission_id))
    return (last or now()).date()


def _newest_gate(session: Session, slug: str, number: int) -> Gate | None:
    wanted = select(GateRow).where(GateRow.slug == slug, GateRow.revision == number).order_by(GateRow.id.desc()).limit(1)
    row = session.scalar(wanted)
    return Gate(row.served_version, row.blocks, row.changes, row.acknowledged_by or "") if row else None


def _served_version(session: Session) -> int:
    """The version that a publishing is decided against; nobody else changes it meanwhile."""
    session.get(ServedVersion, 1, with_for_update=True)
    return version(session)
