"""Working copies of articles: each step one transaction with the history and the trail.

Every method raises NotAllowedError (StaleDraftError where somebody saved meanwhile), and RecordsError where the database
fails; either way nothing was changed.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.content.editorial import Person
from app.errors import NotAllowedError, StaleDraftError, must
from app.records.article_rows import authors_of, happened, new_draft, newest_number, open_submission, revision_row, writer
from app.records.database import Database
from app.records.editor_tables import DraftRow, EditingRow
from app.records.models import Served, Staff, now

EDITING_FOR = dt.timedelta(seconds=30)
"""How long somebody counts as writing after their page last said so."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A working copy as the records hold it."""

    slug: str
    text: str
    base: int
    version: int
    owner: str
    authors: tuple[str, ...]
    updated: dt.datetime
    updated_by: str


class DraftStore:
    """What editors write on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, slug: str, who: str, base: int | None = None) -> Draft:
        """The working copy of an article, begun where there is none: from revision `base`, what patients get, or the newest."""
        with self._database.transaction() as session:
            by = writer(session, who)
            row = session.get(DraftRow, slug)
            if row is None:
                must(open_submission(session, slug) is None, "it is in review; take it back, or let the reviewer ask for changes")
                number = base or session.scalar(select(Served.revision).where(Served.slug == slug)) or newest_number(session, slug)
                revision = revision_row(session, slug, number)
                row = new_draft(revision.text, slug, by.id, revision.number, authors_of(session, slug, revision.number))
                session.add(row)
                happened(session, (slug, None), "begun", by.id)
            return drawn(row)

    def now(self, slug: str) -> Draft | None:
        """The working copy as it stands; None where there is none."""
        with self._database.reading() as session:
            row = session.get(DraftRow, slug)
            return drawn(row) if row else None

    def create(self, slug: str, text: str, who: str) -> Draft:
        """The working copy of a new article; its author is known from the start."""
        with self._database.transaction() as session:
            return drawn(created(session, slug, text, writer(session, who)))

    def save(self, slug: str, text: str, seen: int, who: str) -> Draft:
        """Keep what was written over version `seen` of the working copy, whatever it is; StaleDraftError where that is not the newest."""
        with self._database.transaction() as session:
            by = writer(session, who)
            row = draft_of(session, slug)
            if row.version != seen:
                raise StaleDraftError("somebody saved this article since you opened it; look at both before you save")
            if row.text != text:
                row.text, row.version, row.updated, row.updated_by = text, seen + 1, now(), by.id
                row.authors = sorted({*row.authors, by.id})
            return drawn(row)

    def discard(self, slug: str, seen: int, who: str) -> None:
        """Throw a working copy away; what was ever handed in stays."""
        with self._database.transaction() as session:
            by = writer(session, who)
            row = draft_of(session, slug)
            must(row.version == seen, "somebody saved this article since you opened it; look again before you throw it away")
            session.delete(row)
            happened(session, (slug, None), "discarded", by.id)

    def editing(self, slug: str, who: str) -> tuple[str, ...]:
        """Say that `who` has it open; names of the others who have."""
        fresh = now() - EDITING_FOR
        with self._database.transaction() as session:
            session.merge(EditingRow(slug=slug, staff_id=who, seen=now()))
            others = select(Staff.name).join(EditingRow, EditingRow.staff_id == Staff.id)
            here = others.where(EditingRow.slug == slug, EditingRow.staff_id != who, EditingRow.seen > fresh).order_by(Staff.name)
            return tuple(session.scalars(here))

    def stopped(self, slug: str, who: str) -> None:
        """Say that `who` has closed it."""
        with self._database.transaction() as session:
            session.execute(delete(EditingRow).where(EditingRow.slug == slug, EditingRow.staff_id == who))


def created(session: Session, slug: str, text: str, by: Person) -> DraftRow:
    """The working copy of a new article, within a transaction; NotAllowedError where there is one of that name."""
    must(session.get(DraftRow, slug) is None and not newest_number(session, slug), f"there is already an article called {slug}")
    row = new_draft(text, slug, by.id, 0, [by.id])
    session.add(row)
    happened(session, (slug, None), "begun", by.id, "new article")
    return row


def drawn(row: DraftRow) -> Draft:
    """A row as a value."""
    return Draft(row.slug, row.text, row.base, row.version, row.owner_id, tuple(row.authors), row.updated, row.updated_by)


def draft_of(session: Session, slug: str) -> DraftRow:
    """The working copy, held for this transaction."""
    row = session.get(DraftRow, slug, with_for_update=True)
    if row is None:
        raise NotAllowedError("there is no working copy of this article any more; it was handed in or thrown away")
    return row
