"""What the list of articles shows of their texts, each read once: a library of thousands is listed every few seconds."""

import datetime as dt
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.content.documents import TEXT_FORMS, TEXTS, Kind
from app.records.models import RevisionRow, Served
from knowledge.article import parse
from knowledge.front_matter import ArticleError
from knowledge.glance import glance
from knowledge.reading_grade import grade

_AT_ONCE = 500
_GRADING_S = 1.0
"""Reading grades take seconds for a whole library; each reading of the list works on them for so long."""
_GRADED = ("own", "demo", "documents")


@dataclass(frozen=True, slots=True)
class Head:
    """What is shown of one document. `grade` is None where it has none, or it is not worked out yet."""

    title: str
    kind: Kind | Literal[""]
    library: str
    language: str
    next_review: dt.date | None
    grade: float | None = None


class Heads:
    """Heads by hash of the text. One thread at a time."""

    def __init__(self) -> None:
        self._seen: dict[str, Head] = {}
        self._grades: dict[str, float | None] = {}
        self.graded_all = True
        """Whether every grade of the last reading was worked out."""

    def of_revisions(self, session: Session) -> Mapping[str, Head]:
        """By slug: the head of what patients get of each article, else of its newest revision."""
        rows = _shown(session)
        unknown = [row_id for _, sha256, row_id in rows if sha256 not in self._seen]
        for row in _texts(session, unknown):
            self._seen[row.sha256] = head_of(row.text, row.slug)
        self._grade(session, [(sha256, row_id) for _, sha256, row_id in rows])
        return {slug: replace(self._seen[sha256], grade=self._grades.get(sha256)) for slug, sha256, _ in rows}

    def _grade(self, session: Session, shown: Iterable[tuple[str, int]]) -> None:
        """Work out grades that are missing until the time is up; the rest at the next reading."""
        missing = [(sha256, row_id) for sha256, row_id in shown if sha256 not in self._grades and _has_grade(self._seen[sha256])]
        until = time.monotonic() + _GRADING_S
        done = 0
        for row in _texts(session, [row_id for _, row_id in missing], at_once=20):
            self._grades[row.sha256] = _grade_of(row.text, row.slug)
            done += 1
            if time.monotonic() > until:
                break
        self.graded_all = done == len(missing)


def head_of(text: str, slug: str) -> Head:
    """The head of a document, without its grade; a working copy may be no article yet."""
    if form := TEXT_FORMS.get(slug):
        return Head(form.title, form.kind, TEXTS, "", None)
    seen = glance(text)
    return Head(seen.title, seen.kind, seen.library, seen.language, seen.next_review)


def _has_grade(seen: Head) -> bool:
    return seen.library in _GRADED and seen.language == "en"


def _grade_of(text: str, slug: str) -> float | None:
    try:
        return grade(parse(text, slug))
    except ArticleError:
        return None


def _shown(session: Session) -> list[tuple[str, str, int]]:
    """Slug, hash and id of the revision that stands for each article."""
    newest = select(RevisionRow.slug, func.max(RevisionRow.number).label("number")).group_by(RevisionRow.slug).subquery()
    wanted = (
        select(RevisionRow.slug, RevisionRow.sha256, RevisionRow.id)
        .join(newest, newest.c.slug == RevisionRow.slug)
        .outerjoin(Served, Served.slug == RevisionRow.slug)
        .where(RevisionRow.number == func.coalesce(Served.revision, newest.c.number))
    )
    return [(slug, sha256, row_id) for slug, sha256, row_id in session.execute(wanted)]


def _texts(session: Session, ids: list[int], at_once: int = _AT_ONCE) -> Iterable[RevisionRow]:
    for start in range(0, len(ids), at_once):
        yield from session.scalars(select(RevisionRow).where(RevisionRow.id.in_(ids[start : start + at_once])))
