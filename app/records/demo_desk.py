"""Rows of the made-up editor desk: articles of the library "demo", which no patient is answered from, and people who cannot sign in.

What belongs to them is found by the tables' own columns, so that a table added later is not forgotten.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, or_, select
from sqlalchemy.orm import Session

from app.content.documents import DEMO
from app.records.database import Database
from app.records.demo import UNUSABLE, shift
from app.records.editor_tables import DraftRow, RecallRow, SubmissionRow
from app.records.models import Base, RevisionRow, Staff
from app.records.served import raise_version
from app.records.staff import StaffMember

EDITOR = StaffMember("demo-editor-a", "demo-editor-a", "Demo editor A", "editor", "made up")
OTHER_EDITOR = StaffMember("demo-editor-b", "demo-editor-b", "Demo editor B", "editor", "made up")
REVIEWER = StaffMember("demo-reviewer-a", "demo-reviewer-a", "Demo reviewer A", "reviewer", "made up")
PEOPLE = (EDITOR, OTHER_EDITOR, REVIEWER)
"""Who wrote and signed the made-up articles: plainly nobody."""
_IDS = tuple(member.id for member in PEOPLE)


class DemoDesk:
    """Adds, sets back and removes; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        """How many made-up articles there are."""
        with self._database.reading() as session:
            return len(_slugs(session))

    def taken(self, slugs: Sequence[str]) -> list[str]:
        """Those of `slugs` that are names of real articles."""
        with self._database.reading() as session:
            known = {*session.scalars(select(RevisionRow.slug)), *session.scalars(select(DraftRow.slug))} - {*_slugs(session)}
            return sorted(known & set(slugs))

    def people(self, *, at_work: bool) -> None:
        """The made-up people; they take steps only while the demo is being made, and never sign in."""
        with self._database.transaction() as session:
            for member in PEOPLE:
                row = Staff(id=member.id, login=member.login, name=member.name, title=member.title, role=member.role)
                row.password_hash, row.disabled = UNUSABLE, not at_work
                session.merge(row)

    def set_back(self, slug: str, since: datetime, to: datetime) -> None:
        """Move every moment from `since` on, in what belongs to a made-up article, as if `since` had been `to`."""
        with self._database.transaction() as session:
            for table, mine in _belonging([slug]):
                shift(session, table, mine, since, to - since)

    def clear(self) -> int:
        """Remove all of it and nothing else; how many articles. What was done with it stays on the trail, in ids."""
        with self._database.transaction() as session:
            slugs = _slugs(session)
            for table, mine in _belonging(slugs):
                session.execute(delete(table).where(mine))
            session.execute(delete(Staff).where(Staff.id.in_(_IDS)))
            if slugs:
                raise_version(session)
            return len(slugs)


def _slugs(session: Session) -> list[str]:
    """Made-up articles: of their library, or working copies that nobody real began."""
    stored = session.scalars(select(RevisionRow.slug).where(RevisionRow.library == DEMO).distinct())
    begun = session.scalars(select(DraftRow.slug).where(DraftRow.owner_id.in_(_IDS)))
    return sorted({*stored, *begun})


def _belonging(slugs: Sequence[str]) -> list[tuple[Table, ColumnElement[bool]]]:
    """Every table that holds rows of those articles, those that refer to others first, with what chooses the rows."""
    of = {
        "submission_id": select(SubmissionRow.id).where(SubmissionRow.slug.in_(slugs)),
        "recall_id": select(RecallRow.id).where(RecallRow.slug.in_(slugs)),
    }
    found: list[tuple[Table, ColumnElement[bool]]] = []
    for table in reversed(Base.metadata.sorted_tables):
        if "slug" in table.c:
            found.append((table, table.c.slug.in_(slugs)))
        elif named := [table.c[name].in_(ids) for name, ids in of.items() if name in table.c]:
            found.append((table, or_(*named)))
    return sorted(found, key=lambda pair: "slug" in pair[0].c)
