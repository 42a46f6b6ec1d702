"""Revisions and the served set in the database, and the snapshot that a running server answers from."""

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.records.database import Database
from app.records.models import RevisionRow, Served, ServedVersion
from knowledge.article import Article, parse
from knowledge.library import Revision, Snapshot


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Slugs by what an import did with them."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


class LibraryStore:
    """The library: immutable revisions and the table that says which of them patients get."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """The served set now. One row is read; articles are parsed again only when its version has risen."""
        with self._database.reading() as session:
            version = session.scalar(select(ServedVersion.version)) or 0
            with self._lock:
                if self._snapshot is None or self._snapshot.version != version:
                    self._snapshot = _read(session, version)
                return self._snapshot

    def publish(self, articles: Iterable[Article], origin: str) -> ImportReport:
        """Serve `articles`: a new revision where the text differs from the newest, nothing where it is the same."""
        outcome: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
        with self._database.transaction() as session:
            for article in articles:
                outcome[_publish_one(session, article, origin)].append(article.slug)
            if outcome["added"] or outcome["changed"]:
                _raise_version(session)
        return ImportReport(*(tuple(outcome[key]) for key in ("added", "changed", "unchanged")))

    def revision(self, slug: str, number: int | None = None) -> Revision | None:
        """One revision of an article, served or not (an old answer may cite it); the served one without `number`."""
        with self._database.reading() as session:
            wanted = number if number is not None else session.scalar(select(Served.revision).where(Served.slug == slug))
            row = session.scalar(select(RevisionRow).where(RevisionRow.slug == slug, RevisionRow.number == wanted))
            return Revision(row.number, parse(row.text, slug)) if row else None


def _read(session: Session, version: int) -> Snapshot:
    rows = session.scalars(
        select(RevisionRow)
        .join(Served, (Served.slug == RevisionRow.slug) & (Served.revision == RevisionRow.number))
        .order_by(RevisionRow.slug)
    )
    return Snapshot(version, {row.slug: Revision(row.number, parse(row.text, row.slug)) for row in rows})


def _publish_one(session: Session, article: Article, origin: str) -> str:
    sha256 = hashlib.sha256(article.text.encode()).hexdigest()
    newest = session.scalar(select(func.max(RevisionRow.number)).where(RevisionRow.slug == article.slug)) or 0
    same = session.scalar(
        select(RevisionRow.number).where(RevisionRow.slug == article.slug, RevisionRow.number == newest, RevisionRow.sha256 == sha256)
    )
    served = session.get(Served, article.slug)
    if same is not None and served is not None and served.revision == same:
        return "unchanged"
    number = same or newest + 1
    if same is None:
        session.add(RevisionRow(slug=article.slug, number=number, text=article.text, sha256=sha256, origin=origin))
    session.merge(Served(slug=article.slug, revision=number))
    return "changed" if newest else "added"


def _raise_version(session: Session) -> None:
    row = session.get(ServedVersion, 1) or ServedVersion(id=1, version=0)
    row.version += 1
    session.merge(row)
