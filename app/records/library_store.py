"""Revisions and the served set in the database, and the snapshot that a running server answers from."""

import datetime as dt
import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.content.documents import TEXTS
from app.records.database import Database
from app.records.editor_tables import WithdrawnRow
from app.records.models import RevisionRow, Served, ServedVersion
from app.records.served import Standing, raise_version
from app.records.served import serve as serve_revision
from knowledge.article import Article, parse
from knowledge.front_matter import OWN
from knowledge.library import Revision, Snapshot

Outcome = Literal["added", "changed", "unchanged", "waiting"]
_ARTICLES = RevisionRow.library != TEXTS
"""The clinic's texts stand in the same table; they are no articles, and `app.records.text_store` reads them."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Slugs by what an import did with them; `waiting` are new texts of articles that only the editor desk may change."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(
            self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged, self.waiting + other.waiting
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored revision as a list shows it."""

    slug: str
    number: int
    library: str
    text: str


class LibraryStore:
    """The library: immutable revisions and the table that says which of them patients get.

    `libraries` names those served, the most trusted first; the others stay stored and are not read. With `signed_only`
    patients get nothing that did not come by the rule of two.
    """

    def __init__(self, database: Database, libraries: Sequence[str] = (OWN,), *, signed_only: bool = False) -> None:
        self._database, self._libraries, self._signed_only = database, tuple(libraries), signed_only
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._parsed: dict[str, tuple[int, Article]] = {}

    def snapshot(self) -> Snapshot:
        """The served set now. One row is read; only revisions not served before are parsed when its version has risen."""
        with self._database.reading() as session:
            version = session.scalar(select(ServedVersion.version)) or 0
            with self._lock:
                if self._snapshot is None or self._snapshot.version != version:
                    self._snapshot = self._read(session, version)
                return self._snapshot

    def _read(self, session: Session, version: int) -> Snapshot:
        wanted = (
            select(Served, RevisionRow.id)
            .join(RevisionRow, (Served.slug == RevisionRow.slug) & (Served.revision == RevisionRow.number))
            .where(RevisionRow.library.in_(self._libraries))
        )
        if self._signed_only:
            wanted = wanted.where(Served.signed)
        rows = session.execute(wanted).all()
        kept = {row.slug: held for row, _ in rows if (held := self._parsed.get(row.slug)) and held[0] == row.revision}
        new = [row_id for row, row_id in rows if row.slug not in kept]
        self._parsed = kept | {row.slug: (row.number, parse(row.text, row.slug)) for row in _by_id(session, new)}
        revisions = (Revision(*self._parsed[row.slug], row.signed, row.reviewed, row.due) for row, _ in rows)
        return Snapshot.of(version, revisions, self._libraries)

    def unsigned(self) -> Sequence[str]:
        """Slugs of articles of the served libraries that patients get, or would get, without the rule of two."""
        joined = (Served.slug == RevisionRow.slug) & (Served.revision == RevisionRow.number)
        wanted = select(Served.slug).join(RevisionRow, joined).where(RevisionRow.library.in_(self._libraries), ~Served.signed)
        with self._database.reading() as session:
            return session.scalars(wanted.order_by(Served.slug)).all()

    def publish(self, articles: Iterable[Article], origin: str) -> ImportReport:
        """Serve `articles` unsigned: a new revision where the text differs from the newest, nothing where it is the same.

        What two people have signed, or somebody withdrew, is never replaced so: a new text of it waits for the editor desk.
        """
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
                _carry_out(session, step, origin)
            if any(step.serve for step in plan):
                raise_version(session)
        return _report(plan)

    def revision(self, slug: str, number: int | None = None) -> Revision | None:
        """One revision of an article, served or not (an old answer may cite it); the served one without `number`."""
        with self._database.reading() as session:
            wanted = number if number is not None else session.scalar(select(Served.revision).where(Served.slug == slug))
            named = (RevisionRow.slug == slug, RevisionRow.number == wanted, _ARTICLES)
            row = session.scalar(select(RevisionRow).where(*named))
            return Revision(row.number, parse(row.text, slug), *_standing(session, slug, row.number)) if row else None

    def newest(self, slug: str) -> int:
        """The number of an article's newest stored revision, served or not; 0 where there is none."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(RevisionRow.number)).where(RevisionRow.slug == slug)) or 0

    def stored(self) -> Sequence[Stored]:
        """Every revision there is, by slug and number."""
        wanted = select(RevisionRow).where(_ARTICLES).order_by(RevisionRow.slug, RevisionRow.number)
        with self._database.reading() as session:
            return [Stored(row.slug, row.number, row.library, row.text) for row in session.scalars(wanted)]

    def drafts(self) -> Sequence[Stored]:
        """The newest revision of each article that is newer than what is served."""
        served = select(Served.revision).where(Served.slug == RevisionRow.slug).scalar_subquery()
        newest = select(RevisionRow.slug, func.max(RevisionRow.number).label("number")).group_by(RevisionRow.slug).subquery()
        wanted = (
            select(RevisionRow)
            .join(newest, (newest.c.slug == RevisionRow.slug) & (newest.c.number == RevisionRow.number))
            .where(func.coalesce(served, 0) < RevisionRow.number, _ARTICLES)
            .order_by(RevisionRow.slug)
        )
        with self._database.reading() as session:
            return [Stored(row.slug, row.number, row.library, row.text) for row in session.scalars(wanted)]


@dataclass(frozen=True, slots=True)
class _Step:
    """What is to be done with one article: the revision number it has or gets, whether that is a new row, whether it is served."""

    article: Article
    outcome: Outcome
    number: int
    new: bool
    serve: bool


_AT_ONCE = 500
"""Values in one IN list: databases bound it."""


def _by_id(session: Session, ids: Sequence[int]) -> Iterable[RevisionRow]:
    for start in range(0, len(ids), _AT_ONCE):
        yield from session.scalars(select(RevisionRow).where(RevisionRow.id.in_(ids[start : start + _AT_ONCE])))


def _plan(session: Session, articles: Sequence[Article], *, serve: bool) -> list[_Step]:
    """One step for each article, against the newest stored revision of its slug (or the one before it in `articles`)."""
    newest: dict[str, tuple[int, str]] = {}
    served: dict[str, int] = {}
    held: set[str] = set()
    for start in range(0, len(articles), _AT_ONCE):
        slugs = {article.slug for article in articles[start : start + _AT_ONCE]}
        rows = session.execute(
            select(RevisionRow.slug, RevisionRow.number, RevisionRow.sha256).where(RevisionRow.slug.in_(slugs)).order_by(RevisionRow.number)
        )
        newest |= {slug: (number, sha256) for slug, number, sha256 in rows}
        now = list(session.scalars(select(Served).where(Served.slug.in_(slugs))))
        served |= {row.slug: row.revision for row in now}
        held |= {row.slug for row in now if row.signed}
        held |= set(session.scalars(select(WithdrawnRow.slug).where(WithdrawnRow.slug.in_(slugs))))
    steps = []
    for article in articles:
        slug, may_serve = article.slug, serve and article.slug not in held
        step = _step(article, newest.get(slug), served.get(slug), may_serve=may_serve, held=slug in held)
        newest[slug] = (step.number, sha256_of(article))
        if may_serve:
            served[slug] = step.number
        steps.append(step)
    return steps


def _step(article: Article, newest: tuple[int, str] | None, served: int | None, *, may_serve: bool, held: bool) -> _Step:
    if newest is None:
        return _Step(article, "added", 1, new=True, serve=may_serve)
    number, sha256 = newest
    if sha256 != sha256_of(article):
        return _Step(article, "waiting" if held else "changed", number + 1, new=True, serve=may_serve)
    serve = may_serve and served != number
    return _Step(article, "changed" if serve else "unchanged", number, new=False, serve=serve)


def _carry_out(session: Session, step: _Step, origin: str) -> None:
    if step.new:
        add_revision(session, step.article, step.number, origin)
    if step.serve:
        serve_revision(session, step.article.slug, step.number, Standing())


class Storable(Protocol):
    """What a revision is made of: an article, or one of the clinic's texts."""

    @property
    def slug(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def library(self) -> str: ...


def add_revision(session: Session, document: Storable, number: int, origin: str) -> None:
    """Store a revision, for ever as it is."""
    session.add(
        RevisionRow(
            slug=document.slug,
            number=number,
            text=document.text,
            sha256=sha256_of(document),
            origin=origin,
            library=document.library,
        )
    )


def _standing(session: Session, slug: str, number: int) -> tuple[bool, dt.date | None, dt.date | None]:
    row = session.get(Served, slug)
    return (row.signed, row.reviewed, row.due) if row is not None and row.revision == number else (False, None, None)


def _report(plan: Sequence[_Step]) -> ImportReport:
    slugs: dict[Outcome, list[str]] = {"added": [], "changed": [], "unchanged": [], "waiting": []}
    for step in plan:
        slugs[step.outcome].append(step.article.slug)
    return ImportReport(*(tuple(slugs[outcome]) for outcome in ("added", "changed", "unchanged", "waiting")))


def sha256_of(document: Storable) -> str:
    """The hash that names its exact text."""
    return hashlib.sha256(document.text.encode()).hexdigest()
