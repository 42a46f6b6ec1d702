"""The library as rows that can leave and come back: revisions, what is served, submissions, signatures, remarks, history.

What comes back with its standing must be known to be ours (`app.content.library_files` proves it); everything else comes as texts
that wait for review. Nothing that anybody worked on here is ever replaced.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from app.content import documents
from app.records.article_rows import newest_number
from app.records.database import Database
from app.records.editor_tables import ApprovalRow, ArticleEventRow, CommentRow, DraftRow, SubmissionRow, WithdrawnRow
from app.records.library_store import add_revision, sha256_of
from app.records.models import Base, CitationRow, RevisionRow, Served, Staff, UtcDateTime
from app.records.served import raise_version
from app.records.staff import NOT_HERE
from knowledge.front_matter import ArticleError

Row = dict[str, Any]
_ORIGIN = "import"
_SHIPPED = "starter"
"""The origin of what an installation begins with."""
_OF_SLUG: tuple[type[Base], ...] = (Served, WithdrawnRow, CommentRow, ArticleEventRow)
"""Tables whose rows go with an article as they are."""
_PEOPLE = frozenset({"authors", "submitted_by", "publish_by", "staff_id", "actor", "resolved_by"})
"""Columns that hold ids of staff."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A library away from its database: rows by slug and table, who is named in them, texts by slug and number."""

    people: Mapping[str, Mapping[str, str]]
    """Login and name by id."""
    rows: Mapping[str, Mapping[str, Sequence[Row]]]
    texts: Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Restored:
    """Slugs by what became of them: back with everything, waiting for review as texts, or here already; and what was refused."""

    whole: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class LibraryCopy:
    """Takes the library out and brings one in; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self) -> Copy:
        """Everything but working copies and what is made up."""
        with self._database.reading() as session:
            revisions = list(session.scalars(select(RevisionRow).order_by(RevisionRow.slug, RevisionRow.number)))
            made_up = {row.slug for row in revisions if row.library == documents.DEMO}
            rows: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
            for row in revisions:
                if row.slug not in made_up:
                    rows[row.slug]["revisions"].append(_row(_as_mapping(row), without=("id", "slug", "text")))
            for slug, table, told in _standing(session):
                if slug in rows:
                    rows[slug][table].append(told)
            texts = {(row.slug, row.number): row.text for row in revisions if row.slug not in made_up}
            return Copy(_people(session, rows), {slug: dict(tables) for slug, tables in rows.items()}, texts)

    def bring_in(self, ours: Copy, foreign: Mapping[tuple[str, int], str], *, dry_run: bool = False) -> Restored:
        """Restore `ours` with its standing, and take the texts of `foreign` in to wait for review."""
        with self._database.transaction() as session:
            ids = _ids(session, ours.people)
            whole, texts = list[str](), dict(foreign)
            for slug, tables in ours.rows.items():
                mine = {number: text for (name, number), text in ours.texts.items() if name == slug}
                if _may_restore(session, slug, tables):
                    _restore(session, slug, tables, mine, ids)
                    whole.append(slug)
                else:
                    texts |= {(slug, number): text for number, text in mine.items()}
            waiting, refused = _take_in(session, texts)
            unchanged = {slug for slug, _ in texts} - {*waiting} - {name.partition(":")[0] for name in refused}
            if whole:
                raise_version(session)
            if dry_run:
                session.rollback()
        return Restored(tuple(whole), tuple(waiting), tuple(sorted(unchanged)), tuple(refused))


def _standing(session: Session) -> Iterable[tuple[str, str, Row]]:
    """Slug, table and row of everything that stands about articles, in the order it was written."""
    for model in _OF_SLUG:
        table = _table(model)
        for row in session.execute(select(table).order_by(*table.primary_key)).mappings():
            yield row["slug"], table.name, _row(row, without=("id", "slug"))
    signatures: dict[int, list[Row]] = defaultdict(list)
    for signed in session.scalars(select(ApprovalRow).order_by(ApprovalRow.id)):
        signatures[signed.submission_id].append(_row(_as_mapping(signed), without=("id", "submission_id")))
    for handed in session.scalars(select(SubmissionRow).order_by(SubmissionRow.id)):
        yield handed.slug, "submissions", {**_row(_as_mapping(handed), without=("id", "slug")), "signatures": signatures[handed.id]}


def _people(session: Session, rows: Mapping[str, Mapping[str, Iterable[Row]]]) -> dict[str, dict[str, str]]:
    named = {name for tables in rows.values() for each in tables.values() for row in each for name in _named(row)}
    return {row.id: {"login": row.login, "name": row.name} for row in session.scalars(select(Staff)) if row.id in named}


def _named(row: Row) -> Iterable[str]:
    for column, value in row.items():
        if column == "signatures":
            yield from (name for signature in value for name in _named(signature))
        elif column in _PEOPLE and value:
            yield from value if isinstance(value, list) else [value]


def _ids(session: Session, people: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The id that each person has here; whoever has none is entered without an account, so that their words stay theirs."""
    known = {row.id for row in session.scalars(select(Staff))}
    by_login = {row.login: row.id for row in session.scalars(select(Staff))}
    ids: dict[str, str] = {}
    for person, told in people.items():
        ids[person] = person if person in known else by_login.get(told["login"], person)
        if ids[person] not in known:
            row = Staff(id=person, login=told["login"], name=told["name"], role="editor", password_hash=NOT_HERE, disabled=True)
            session.add(row)
            known.add(person)
    session.flush()
    return ids


def _may_restore(session: Session, slug: str, tables: Mapping[str, Sequence[Row]]) -> bool:
    """Whether nobody worked on it here, and its revisions here are among those that come.

    What shipped here in another form gives way too, where no answer cited it and something was done with what comes.
    """
    for table in (_table(model) for model in (DraftRow, SubmissionRow, WithdrawnRow, ArticleEventRow)):
        if session.scalar(select(func.count()).select_from(table).where(table.c.slug == slug)):
            return False
    coming = {row["number"]: row["sha256"] for row in tables["revisions"]}
    here = list(session.scalars(select(RevisionRow).where(RevisionRow.slug == slug)))
    if all(coming.get(row.number) == row.sha256 for row in here):
        return True
    cited = session.scalar(select(func.count()).select_from(CitationRow).where(CitationRow.article == slug))
    return bool(tables.get("article_events")) and not cited and all(row.origin == _SHIPPED for row in here)


def _restore(session: Session, slug: str, tables: Mapping[str, Sequence[Row]], texts: Mapping[int, str], ids: Mapping[str, str]) -> None:
    """Everything about one article as it left."""
    session.execute(delete(RevisionRow).where(RevisionRow.slug == slug))
    session.execute(delete(Served).where(Served.slug == slug))
    for row in tables["revisions"]:
        session.add(RevisionRow(slug=slug, text=texts[row["number"]], **_values(RevisionRow, row, ids)))
    for model in _OF_SLUG:
        for row in tables.get(_table(model).name, ()):
            session.execute(insert(_table(model)).values(slug=slug, **_values(model, row, ids)))
    for row in tables.get("submissions", ()):
        handed = SubmissionRow(slug=slug, **_values(SubmissionRow, {k: v for k, v in row.items() if k != "signatures"}, ids))
        session.add(handed)
        session.flush()
        session.add_all(ApprovalRow(submission_id=handed.id, **_values(ApprovalRow, each, ids)) for each in row["signatures"])
    session.flush()


def _take_in(session: Session, texts: Mapping[tuple[str, int], str]) -> tuple[list[str], list[str]]:
    """Store texts that are new here, unserved; slugs that wait, and what cannot be read."""
    waiting, refused = list[str](), list[str]()
    for (slug, number), text in sorted(texts.items()):
        try:
            document = documents.read(text, slug)
        except ArticleError as error:
            refused.append(f"{slug}: revision {number}: {error.problem}")
            continue
        known = select(RevisionRow.id).where(RevisionRow.slug == document.slug, RevisionRow.sha256 == sha256_of(document))
        if session.scalar(known.limit(1)) is None:
            add_revision(session, document, newest_number(session, document.slug) + 1, _ORIGIN)
            session.flush()
            waiting.append(document.slug)
    return list(dict.fromkeys(waiting)), refused


def _as_mapping(row: Base) -> Mapping[str, Any]:
    return {column.name: getattr(row, column.name) for column in _table(type(row)).columns}


def _row(row: Mapping[str, Any] | RowMapping, without: Sequence[str]) -> Row:
    """A row as JSON can hold it."""
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in row.items() if name not in without}


def _values(model: type[Base], row: Row, ids: Mapping[str, str]) -> Row:
    """A row as its table holds it, with the ids that people have here."""
    return {name: _value(_table(model), name, value, ids) for name, value in row.items()}


def _value(table: Table, name: str, value: Any, ids: Mapping[str, str]) -> Any:
    if value is None:
        return None
    if name in _PEOPLE:
        return sorted(ids.get(each, each) for each in value) if isinstance(value, list) else ids.get(value, value)
    kind = table.columns[name].type
    if isinstance(kind, UtcDateTime):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if kind.python_type is dt.date else value


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]
