"""Articles in review: each step one transaction with the history and the trail.

Every method raises NotAllowedError, and RecordsError where the database fails; either way nothing was changed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.content import documents, editorial
from app.content.documents import Document
from app.content.editorial import Person, Submission
from app.content.review_policy import NO_POLICY, Policy
from app.errors import must
from app.records.article_rows import (
    authors_of,
    happened,
    in_review,
    keep_state,
    new_draft,
    newest_number,
    open_submission,
    person,
    revision_row,
    writer,
)
from app.records.audit import record
from app.records.database import Database
from app.records.drafts import draft_of
from app.records.editor_tables import ApprovalRow, CommentRow, DraftRow, SubmissionRow
from app.records.library_store import add_revision, sha256_of
from app.records.models import RevisionRow, now

ORIGIN = "desk"


class SubmissionStore:
    """What is handed in, signed, sent back and said of it. No page is trusted with a rule: whoever acts is read from the records anew."""

    def __init__(self, database: Database, policy: Policy = NO_POLICY) -> None:
        self._database, self._policy = database, policy

    def submit(self, slug: str, seen: int, who: str, note: str = "") -> int:
        """Hand the working copy in: it becomes a revision for ever; its number. ArticleError where it cannot be read."""
        with self._database.transaction() as session:
            row = draft_of(session, slug)
            must(row.version == seen, "somebody saved this article since you opened it; look at both before you hand it in")
            document = documents.read(row.text, slug)
            must(document.slug == slug, f"its slug says {document.slug}; an article keeps its name, {slug}")
            base = session.scalar(select(RevisionRow).where(RevisionRow.slug == slug, RevisionRow.number == row.base))
            must(base is None or base.text != document.text, "nothing was changed; hand in the revision as it stands to renew its review")
            number = newest_number(session, slug) + 1
            add_revision(session, document, number, ORIGIN)
            self._hand_in(session, document, number, _Handed(who, frozenset(row.authors), note))
            session.delete(row)
            return number

    def hand_in(self, slug: str, number: int, who: str, note: str = "") -> None:
        """Hand in a stored revision as it stands: one that came with the starter, an import, or whose review is due again."""
        with self._database.transaction() as session:
            document = documents.read(revision_row(session, slug, number).text, slug)
            self._hand_in(session, document, number, _Handed(who, frozenset(authors_of(session, slug, number)), note))

    def _hand_in(self, session: Session, document: Document, number: int, handed: "_Handed") -> None:
        must(open_submission(session, document.slug) is None, "a revision of this article is in review already")
        by, sha256 = person(session, handed.who), sha256_of(document)
        made = editorial.handed_in(by, number, sha256, handed.authors, self._policy.needed(document.kind))
        session.add(
            SubmissionRow(
                slug=document.slug,
                revision=number,
                sha256=sha256,
                state=made.state,
                authors=sorted(made.authors),
                needed=made.needed,
                submitted_by=by.id,
                note=handed.note.strip(),
            )
        )
        happened(session, (document.slug, number), "handed_in", by.id, handed.note)

    def sign(self, slug: str, sha256: str, who: str) -> Submission:
        """Approve the revision in review, named by the hash of what was read."""
        with self._database.transaction() as session:
            row, was = in_review(session, slug)
            becomes = editorial.signed(was, person(session, who), sha256)
            session.add(ApprovalRow(submission_id=row.id, staff_id=who, sha256=sha256))
            keep_state(row, becomes)
            happened(session, (slug, row.revision), "approved", who)
            return becomes

    def ask_changes(self, slug: str, who: str, reason: str) -> None:
        """Send it back with what has to change; its writers get it as a working copy again."""
        must(bool(reason.strip()), "say what has to change")
        self._back(slug, who, ("changes_asked", reason), editorial.changes_asked)

    def take_back(self, slug: str, who: str) -> None:
        """Take one's own revision out of review, to write on."""
        self._back(slug, who, ("taken_back", ""), editorial.taken_back)

    def _back(self, slug: str, who: str, said: tuple[str, str], step: Callable[[Submission, Person], Submission]) -> None:
        with self._database.transaction() as session:
            row, was = in_review(session, slug)
            keep_state(row, step(was, person(session, who)))
            session.execute(delete(ApprovalRow).where(ApprovalRow.submission_id == row.id))
            if session.get(DraftRow, slug) is None:
                session.add(new_draft(revision_row(session, slug, row.revision).text, slug, row.submitted_by, row.revision, row.authors))
            verb, reason = said
            happened(session, (slug, row.revision), verb, who, reason)

    def comment(self, slug: str, number: int, span: tuple[int, int], text: str, who: str) -> None:
        """Say something of the words at `span` of a revision's body (0 and 0: of the whole)."""
        must(bool(text.strip()), "write what you want to say")
        with self._database.transaction() as session:
            by = writer(session, who)
            start, end = span
            body = documents.read(revision_row(session, slug, number).text, slug).body
            must(0 <= start <= end <= len(body), "that passage is not in this revision")
            session.add(
                CommentRow(slug=slug, revision=number, start=start, end=end, quote=body[start:end], text=text.strip(), staff_id=by.id)
            )
            record(session, by.id, "article.commented", slug)

    def resolve(self, comment_id: int, who: str) -> None:
        """A comment is dealt with."""
        with self._database.transaction() as session:
            by = writer(session, who)
            row = session.get(CommentRow, comment_id)
            must(row is not None, "there is no such comment")
            if row is not None and row.resolved is None:
                row.resolved, row.resolved_by = now(), by.id


@dataclass(frozen=True, slots=True)
class _Handed:
    who: str
    authors: frozenset[str]
    note: str
