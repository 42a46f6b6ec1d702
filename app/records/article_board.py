"""The library as the editor desk lists it: every article with its state, who has it, and how patients fare with it."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app import editorial
from app.documents import TEXT_FORMS, TEXTS, Kind
from app.records.article_rows import submission
from app.records.database import Database
from app.records.editor_tables import DraftRow, SubmissionRow, WithdrawnRow
from app.records.models import CitationRow, Conversation, Patient, Reply, RevisionRow, Served, Staff, now
from knowledge.article import parse
from knowledge.front_matter import OWN, ArticleError
from knowledge.reading_grade import grade

ArticleState = Literal["draft", "in_review", "approved", "changes_asked", "published", "withdrawn", "waiting"]
_COUNTED = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One article in the list. `state` is that of the newest work on it; `served` is the revision patients get."""

    slug: str
    title: str
    kind: Kind | Literal[""]
    library: str
    state: ArticleState
    served: int | None
    signed: bool
    owner: str
    """Name of whoever has the working copy, or handed it in."""
    authors: frozenset[str]
    """Ids of those who may not sign what is in review."""
    signers: frozenset[str]
    grade: float | None
    """Years of school, of the clinic's own articles."""
    reviewed: dt.date | None
    due: dt.date | None
    cited: int
    """Answers of the last 30 days that cite it."""
    liked: int
    disliked: int
    held: str = ""
    planned: dt.datetime | None = None

    def overdue(self, today: dt.date) -> bool:
        """Whether its review was due before today."""
        return self.served is not None and self.due is not None and self.due < today


class ArticleBoard:
    """Reads the list; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heads: _Heads = {}

    def read(self) -> tuple[Line, ...]:
        """Every article there is, by title."""
        return tuple(line for line in self._lines() if line.library != TEXTS)

    def texts(self) -> tuple[Line, ...]:
        """The clinic's set words, numbers and prompts, by title."""
        return tuple(line for line in self._lines() if line.library == TEXTS)

    def _lines(self) -> list[Line]:
        with self._database.reading() as session:
            found = _Found(session, self._heads)
            slugs = {*found.newest, *found.drafts}
            return sorted((found.line(slug) for slug in slugs), key=lambda line: line.title.casefold())


class _Found:
    """What the records hold of all articles, in a handful of queries."""

    def __init__(self, session: Session, heads: "_Heads") -> None:
        self._session = session
        self.names: Mapping[str, str] = {row.id: row.name for row in session.scalars(select(Staff))}
        self.drafts = {row.slug: row for row in session.scalars(select(DraftRow))}
        self.served = {row.slug: row for row in session.scalars(select(Served))}
        self.withdrawn = {row.slug: row for row in session.scalars(select(WithdrawnRow))}
        newest = select(RevisionRow.slug, func.max(RevisionRow.number)).group_by(RevisionRow.slug)
        self.newest = {slug: int(number) for slug, number in session.execute(newest)}
        last = select(func.max(SubmissionRow.id)).group_by(SubmissionRow.slug)
        self.submissions = {row.slug: row for row in session.scalars(select(SubmissionRow).where(SubmissionRow.id.in_(last)))}
        self.texts = _shown_texts(session, heads)
        self.cited, self.liked, self.disliked = _use(session)

    def line(self, slug: str) -> Line:
        """One article's line."""
        served, draft, handed = self.served.get(slug), self.drafts.get(slug), self.submissions.get(slug)
        in_review = handed if handed is not None and handed.state in editorial.OPEN else None
        head = _head(draft.text, slug) if slug not in self.texts and draft else self.texts.get(slug, _UNREADABLE)
        owner = draft.owner_id if draft else in_review.submitted_by if in_review else ""
        return Line(
            slug,
            head.title or slug,
            head.kind,
            head.library,
            self._state(slug),
            served.revision if served else None,
            bool(served and served.signed),
            self.names.get(owner, ""),
            frozenset(in_review.authors) if in_review else frozenset(),
            submission(self._session, in_review).signers if in_review else frozenset(),
            head.grade,
            served.reviewed if served else None,
            (served.due or head.next_review) if served else None,
            self.cited[slug],
            self.liked[slug],
            self.disliked[slug],
            in_review.held if in_review else "",
            in_review.publish_at if in_review else None,
        )

    def _state(self, slug: str) -> ArticleState:
        handed, draft = self.submissions.get(slug), self.drafts.get(slug)
        if handed is not None and handed.state in editorial.OPEN:
            return "approved" if handed.state == "approved" else "in_review"
        if draft is not None:
            return "changes_asked" if handed is not None and handed.state == "changes_asked" and draft.base == handed.revision else "draft"
        if slug in self.withdrawn:
            return "withdrawn"
        served = self.served.get(slug)
        return "published" if served is not None and served.revision == self.newest[slug] else "waiting"


@dataclass(frozen=True, slots=True)
class _Head:
    title: str
    kind: Kind | Literal[""]
    library: str
    grade: float | None
    next_review: dt.date | None


_UNREADABLE = _Head("", "", OWN, None, None)
_Heads = dict[tuple[str, str], _Head]
"""By slug and hash."""


def _head(text: str, slug: str) -> _Head:
    """What a list shows of a document; a working copy may be no article yet."""
    if form := TEXT_FORMS.get(slug):
        return _Head(form.title, form.kind, TEXTS, None, None)
    try:
        article = parse(text, slug)
    except ArticleError:
        return _UNREADABLE
    own = article.library == OWN and article.language == "en"
    return _Head(article.title, article.kind, article.library, grade(article) if own else None, article.next_review)


def _shown_texts(session: Session, heads: _Heads) -> dict[str, _Head]:
    """The head of what patients get of each article, else of its newest revision; texts seen before are not read again."""
    newest = select(RevisionRow.slug, func.max(RevisionRow.number).label("number")).group_by(RevisionRow.slug).subquery()
    shown = func.coalesce(Served.revision, newest.c.number)
    wanted = (
        select(RevisionRow.slug, RevisionRow.sha256, RevisionRow.id)
        .join(newest, newest.c.slug == RevisionRow.slug)
        .outerjoin(Served, Served.slug == RevisionRow.slug)
        .where(RevisionRow.number == shown)
    )
    rows = session.execute(wanted).all()
    unknown = [row_id for slug, sha256, row_id in rows if (slug, sha256) not in heads]
    for start in range(0, len(unknown), 500):
        for row in session.scalars(select(RevisionRow).where(RevisionRow.id.in_(unknown[start : start + 500]))):
            heads[row.slug, row.sha256] = _head(row.text, row.slug)
    return {slug: heads[slug, sha256] for slug, sha256, _ in rows}


def _use(session: Session) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Answers that cited each article of late, and how patients rated them; made-up patients apart."""
    answers = (
        select(CitationRow.article, CitationRow.reply_id, Reply.feedback)
        .join(Reply, Reply.id == CitationRow.reply_id)
        .join(Conversation, Conversation.id == Reply.conversation_id)
        .join(Patient, Patient.id == Conversation.patient_id)
        .where(Reply.created >= now() - _COUNTED, Patient.kind != "demo")
        .distinct()
        .subquery()
    )
    counted = select(
        answers.c.article,
        func.count(),
        func.sum(case((answers.c.feedback == 1, 1), else_=0)),
        func.sum(case((answers.c.feedback == 0, 1), else_=0)),
    ).group_by(answers.c.article)
    cited, liked, disliked = Counter[str](), Counter[str](), Counter[str]()
    for article, count, good, bad in session.execute(counted):
        cited[article], liked[article], disliked[article] = count, good, bad
    return cited, liked, disliked
