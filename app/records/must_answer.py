"""The clinic's must-answer list: questions that patients must always get an answer to, whatever an edit does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.records.audit import record
from app.records.database import Database
from app.records.editor_tables import MustAnswerRow
from app.records.models import RevisionRow

LONGEST = 500
"""Characters of a question."""


@dataclass(frozen=True, slots=True)
class MustAnswer:
    """A question; `article` is the slug that its answer must cite, empty for any."""

    id: int
    question: str
    article: str
    added_by: str
    created: datetime


class MustAnswerList:
    """Keeps the list; ValueError says what is wrong with an entry, RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[MustAnswer]:
        """Every entry, oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(MustAnswerRow).order_by(MustAnswerRow.id))
            return [MustAnswer(row.id, row.question, row.article, row.added_by, row.created) for row in rows]

    def add(self, question: str, article: str, who: str) -> int:
        """Put a question on the list; its number there."""
        asked = " ".join(question.split())
        if not any(char.isalnum() for char in asked):
            raise ValueError("write the question first")
        if len(asked) > LONGEST:
            raise ValueError(f"a question of the list has at most {LONGEST} characters")
        with self._database.transaction() as session:
            if article and session.scalar(select(RevisionRow.id).where(RevisionRow.slug == article).limit(1)) is None:
                raise ValueError(f"no article is called {article}; see 'carelight corpus list'")
            if _listed(session, asked):
                raise ValueError("this question is on the list already")
            row = MustAnswerRow(question=asked, article=article, added_by=who)
            session.add(row)
            session.flush()
            record(session, who, "must_answer.added", str(row.id))
            return row.id

    def remove(self, entry: int, who: str) -> None:
        """Take an entry off the list."""
        with self._database.transaction() as session:
            row = session.get(MustAnswerRow, entry)
            if row is None:
                raise ValueError(f"nothing on the list has the number {entry}")
            session.delete(row)
            record(session, who, "must_answer.removed", str(entry))


def _listed(session: Session, asked: str) -> bool:
    """Whether the same question is there, in whatever case."""
    return any(asked.casefold() == known.casefold() for known in session.scalars(select(MustAnswerRow.question)))
