"""The clinic's texts in the records: revisions beside those of articles, and which of them patients get now."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content.documents import TEXTS, Document
from app.records.article_rows import newest_number
from app.records.database import Database
from app.records.library_store import add_revision, sha256_of
from app.records.models import RevisionRow, Served
from app.records.served import Standing, raise_version, serve, version

ORIGIN = "starter"


@dataclass(frozen=True, slots=True)
class ServedText:
    """A text as patients get it; `sha256` names exactly its bytes."""

    slug: str
    number: int
    text: str
    sha256: str
    signed: bool
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class ServedTexts:
    """Every text that is served, read at one version of the served set."""

    version: int
    texts: Mapping[str, ServedText]


class TextStore:
    """Reads what is served, and takes in what ships."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        """The version of the served set."""
        with self._database.reading() as session:
            return version(session)

    def served(self) -> ServedTexts:
        """The texts that are served now; RecordsError where the database fails."""
        joined = (Served.slug == RevisionRow.slug) & (Served.revision == RevisionRow.number)
        wanted = select(Served, RevisionRow).join(RevisionRow, joined).where(RevisionRow.library == TEXTS)
        with self._database.reading() as session:
            rows = session.execute(wanted).all()
            texts = {
                served.slug: ServedText(served.slug, row.number, row.text, row.sha256, served.signed, served.due) for served, row in rows
            }
            return ServedTexts(version(session), texts)

    def bring_in(self, packaged: Iterable[Document]) -> tuple[str, ...]:
        """Take in the texts that ship, where they were never here before; slugs of those that are new.

        A newer one is served at once only as long as nobody signed a version of their own; then it waits for the editor desk.
        """
        with self._database.transaction() as session:
            new = tuple(document.slug for document in packaged if _brought_in(session, document))
            if new:
                raise_version(session)
            return new


def _brought_in(session: Session, document: Document) -> bool:
    known = select(RevisionRow.id).where(RevisionRow.slug == document.slug, RevisionRow.sha256 == sha256_of(document))
    if session.scalar(known.limit(1)) is not None:
        return False
    number = newest_number(session, document.slug) + 1
    add_revision(session, document, number, ORIGIN)
    now = session.get(Served, document.slug)
    if now is None or not now.signed:
        serve(session, document.slug, number, Standing())
    return True
