"""Revisions and the served set in the database, and the snapshot that a running server answers from."""

import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.records.database import Database
from app.records.models import RevisionRow, Served, ServedVersion
from knowledge.article import Article, parse
from knowledge.front_matter import OWN
from knowledge.library import Revision, Snapshot

Outcome = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Slugs by what an import did with them."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored revision as a list shows it."""

    slug: str
    number: int
    library: str
    text: str


class LibraryStore:
    """The library: immutable revisions and the table that says which of them patients get.

    `libraries` names those served, the most trusted first; the others stay stored and are not read.
    """

    def __init__(self, database: Database, libraries: Sequence[str] = (OWN,)) -> None:
        self._database, self._libraries = database, tuple(libraries)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._parsed: dict[str, Revision] = {}

    def snapshot(self) -> Snapshot:
        """The served set now. One row is read; only revisions not served before are parsed when its version has risen."""
        with self._database.reading() as session:
            version = session.scalar(select(ServedVersion.version)) or 0
            with self._lock:
                if self._snapshot is None or self._snapshot.version != version:
                    self._snapshot = self._read(session, version)
                return self._snapshot

    def _read(self, session: Session, version: int) -> Snapshot:
        rows = session.execute(
            select(RevisionRow.slug, RevisionRow.number, RevisionRow.id)
            .join(Served, (Served.slug == RevisionRow.slug) & (Served.revision == RevisionRow.number))
            .where(RevisionRow.library.in_(self._libraries))
        ).all()
        wanted = {slug: number for slug, number, _ in rows}
        kept = {slug: revision for slug, revision in self._parsed.items() if wanted.get(slug) == revision.number}
        new = [row_id for slug, _, row_id in rows if slug not in kept]
        self._parsed = kept | {row.slug: Revision(row.number, parse(row.text, row.slug)) for row in _by_id(session, new)}
        return Snapshot.of(version, self._parsed.values(), self._libraries)

    def publish(self, articles: Iterable[Article], origin: str) -> ImportReport:
        """Serve `articles`: a new revision where the text differs from the newest, nothing where it is the same."""
        return self._bring_in(list(articles), origin, serve=True)

    def draft(self, articles: Iterable[Article], origin: str) -> ImportReport:
        """Keep `articles` as revisions that nobody is served until they are published."""
        return self._bring_in(list(articles), origin, serve=False)

    def compare(self, articles: Iterable[Article], *, serve: bool) -> ImportReport:
        """What `publish` or `draft` would do; nothing is written."""
        with self._database.reading() as session:
            return _report(_plan(session, list(articles), serve=serve))

    def _bring_in(self, articles: Sequence[Article], origin: str, *, serve: bool) -> ImportReport:
        with self._database.transaction() as session:
            plan = _plan(session, articles, serve=serve)
            for step in plan:
                _carry_out(session, step, origin, serve=serve)
            if serve and any(step.outcome != "unchanged" for step in plan):
                _raise_version(session)
        return _report(plan)

    def revision(self, slug: str, number: int | None = None) -> Revision | None:
        """One revision of an article, served or not (an old answer may cite it); the served one without `number`."""
        with self._database.reading() as session:
            wanted = number if number is not None else session.scalar(select(Served.revision).where(Served.slug == slug))
            row = session.scalar(select(RevisionRow).where(RevisionRow.slug == slug, RevisionRow.number == wanted))
            return Revision(row.number, parse(row.text, slug)) if row else None

    def newest(self, slug: str) -> int:
        """The number of an article's newest stored revision, served or not; 0 where there is none."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(RevisionRow.number)).where(RevisionRow.slug == slug)) or 0

    def stored(self) -> Sequence[Stored]:
        """Every revision there is, by slug and number."""
        wanted = select(RevisionRow).order_by(RevisionRow.slug, RevisionRow.number)
        with self._database.reading() as session:
            return [Stored(row.slug, row.number, row.library, row.text) for row in session.scalars(wanted)]

    def drafts(self) -> Sequence[Stored]:
        """The newest revision of each article that is newer than what is served."""
        served = select(Served.revision).where(Served.slug == RevisionRow.slug).scalar_subquery()
        newest = select(RevisionRow.slug, func.max(RevisionRow.number).label("number")).group_by(RevisionRow.slug).subquery()
        wanted = (
            select(RevisionRow)
            .join(newest, (newest.c.slug == RevisionRow.slug) & (newest.c.number == RevisionRow.number))
            .where(func.coalesce(served, 0) < RevisionRow.number)
            .order_by(RevisionRow.slug)
        )
        with self._database.reading() as session:
            return [Stored(row.slug, row.number, row.library, row.text) for row in session.scalars(wanted)]


@dataclass(frozen=True, slots=True)
class _Step:
    """What is to be done with one article: the revision number it has or gets, and whether that is a new row."""

    article: Article
    outcome: Outcome
    number: int
    new: bool


_AT_ONCE = 500
"""Values in one IN list: databases bound it."""


def _by_id(session: Session, ids: Sequence[int]) -> Iterable[RevisionRow]:
    for start in range(0, len(ids), _AT_ONCE):
        yield from session.scalars(select(RevisionRow).where(RevisionRow.id.in_(ids[start : start + _AT_ONCE])))


def _plan(session: Session, articles: Sequence[Article], *, serve: bool) -> list[_Step]:
    """One step for each article, against the newest stored revision of its slug (or the one before it in `articles`)."""
    newest: dict[str, tuple[int, str]] = {}
    served: dict[str, int] = {}
    for start in range(0, len(articles), _AT_ONCE):
        slugs = {article.slug for article in articles[start : start + _AT_ONCE]}
        rows = session.execute(
            select(RevisionRow.slug, RevisionRow.number, RevisionRow.sha256).where(RevisionRow.slug.in_(slugs)).order_by(RevisionRow.number)
        )
        newest |= {slug: (number, sha256) for slug, number, sha256 in rows}
        served |= {row.slug: row.revision for row in session.scalars(select(Served).where(Served.slug.in_(slugs)))}
    steps = []
    for article in articles:
        step = _step(article, newest.get(article.slug), served.get(article.slug), serve=serve)
        newest[article.slug] = (step.number, _sha256(article))
        if serve:
            served[article.slug] = step.number
        steps.append(step)
    return steps


def _step(article: Article, newest: tuple[int, str] | None, served: int | None, *, serve: bool) -> _Step:
    if newest is None:
        return _Step(article, "added", 1, new=True)
    number, sha256 = newest
    if sha256 != _sha256(article):
        return _Step(article, "changed", number + 1, new=True)
    return _Step(article, "changed" if serve and served != number else "unchanged", number, new=False)


def _carry_out(session: Session, step: _Step, origin: str, *, serve: bool) -> None:
    article = step.article
    if step.new:
        session.add(
            RevisionRow(
                slug=article.slug,
                number=step.number,
                text=article.text,
                sha256=_sha256(article),
                origin=origin,
                library=article.library,
            )
        )
    if serve and step.outcome != "unchanged":
        session.merge(Served(slug=article.slug, revision=step.number))


def _report(plan: Sequence[_Step]) -> ImportReport:
    slugs: dict[Outcome, list[str]] = {"added": [], "changed": [], "unchanged": []}
    for step in plan:
        slugs[step.outcome].append(step.article.slug)
    return ImportReport(tuple(slugs["added"]), tuple(slugs["changed"]), tuple(slugs["unchanged"]))


def _sha256(article: Article) -> str:
    return hashlib.sha256(article.text.encode()).hexdigest()


def _raise_version(session: Session) -> None:
    row = session.get(ServedVersion, 1) or ServedVersion(id=1, version=0)
    row.version += 1
    session.merge(row)
