"""Articles as the editor desk's pages read them, made by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.content.editorial import Signature, Submission
from app.records.article_files import ArticleFile, Comment, Event, InReview, KeptGate, StoredRevision
from app.records.library_store import sha256_of
from knowledge.article import parse
from tests.fakes import article_text

AT = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


def stored(number: int, body: str, *, published: bool = False) -> StoredRevision:
    """A revision of the article on gout."""
    text = article_text(body)
    return StoredRevision(number, sha256_of(parse(text)), "desk", AT, published, text)


def file(revisions: Sequence[StoredRevision], **values: object) -> ArticleFile:
    """An article with these revisions, the newest first, of which patients get none unless `served` says so."""
    made = ArticleFile("gout", None, "", None, None, False, "", None, (), tuple(revisions), ())
    return replace(made, **values)  # type: ignore[arg-type]


def review(of: StoredRevision, *, authors: Sequence[str] = ("ed",), signers: Sequence[str] = (), needed: int = 1) -> InReview:
    """A revision in review, or approved where enough have signed."""
    signatures = tuple(Signature(by, of.sha256) for by in signers)
    made = Submission(of.number, of.sha256, frozenset(authors), needed, "in_review", signatures)
    made = replace(made, state="approved") if made.passed else made
    return InReview(made, tuple(authors), tuple(signers), authors[0], "", AT, "")


def gate(number: int, **values: object) -> KeptGate:
    """A check that found nothing, against version 7 of the served set."""
    return replace(KeptGate(1, number, 7, False, 0, {}, AT, ""), **values)  # type: ignore[arg-type]


def comment(text: str, start: int = 0, end: int = 0, **values: object) -> Comment:
    """A comment of Rita's on revision 2."""
    return replace(Comment(1, 2, start, end, "", text, "Rita", AT, ""), **values)  # type: ignore[arg-type]


def event(verb: str, revision: int | None = 2, by: str = "Ed", reason: str = "") -> Event:
    """A line of a history."""
    return Event(verb, revision, by, reason, AT)
