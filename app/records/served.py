"""The served set, changed: every way an article reaches patients or is taken from them ends in one row and a risen version."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.records.editor_tables import WithdrawnRow
from app.records.models import Served, ServedVersion


@dataclass(frozen=True, slots=True)
class Standing:
    """How a served revision came to be: signed by the rule of two or not, when it was reviewed, when it must be again."""

    signed: bool = False
    reviewed: dt.date | None = None
    due: dt.date | None = None


def serve(session: Session, slug: str, number: int, standing: Standing) -> None:
    """Patients get this revision from the next question on; a withdrawal of the article ends."""
    row = Served(slug=slug, revision=number, signed=standing.signed, reviewed=standing.reviewed, due=standing.due)
    session.merge(row)
    session.execute(delete(WithdrawnRow).where(WithdrawnRow.slug == slug))


def take_out(session: Session, slug: str, reason: str, actor: str) -> int | None:
    """Patients no longer get the article; the revision they had, or None where they had none."""
    row = session.get(Served, slug)
    if row is None:
        return None
    session.merge(WithdrawnRow(slug=slug, revision=row.revision, reason=reason, actor=actor))
    session.delete(row)
    return row.revision


def version(session: Session) -> int:
    """The version of the served set; 0 before the first article."""
    return session.scalar(select(ServedVersion.version)) or 0


def raise_version(session: Session) -> None:
    """Tell every reader that the served set has changed."""
    row = session.get(ServedVersion, 1) or ServedVersion(id=1, version=0)
    row.version += 1
    session.merge(row)
