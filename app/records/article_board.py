"""The library as the editor desk lists it: every article with its state, who has it, and how patients fare with it."""

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.content import editorial
from app.content.documents import TEXTS, Kind
from app.content.editorial import Signature, Submission
from app.records.article_heads import Head, Heads, head_of
from app.records.database import Database
from app.records.editor_tables import ApprovalRow, ArticleEventRow, DraftRow, SubmissionRow, WithdrawnRow
from app.records.models import CitationRow, Conversation, Patient, Reply, RevisionRow, Served, ServedVersion, Staff, now

ArticleState = Literal["draft", "in_review", "approved", "changes_asked", "published", "withdrawn", "waiting"]
_COUNTED = dt.timedelta(days=30)
_COUNTED_EVERY_S = 60.0
"""Citations of a month are counted anew that often; everything else is as fresh as the records."""
_DESK = "desk"
"""The origin of what was written at the desk."""


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
    """Ids of those who wrote the working copy or what is in review, and of whoever has it: none of them may sign it."""
    signers: frozenset[str]
    grade: float | None
    """Years of school, of the clinic's own articles; None also while it is being worked out."""
    reviewed: dt.date | None
    due: dt.date | None
    cited: int
    """Answers of the last 30 days that cite it."""
    liked: int
    disliked: int
    held: str = ""
    planned: dt.datetime | None = None
    needed: int = 1
    """How many reviewers must sign what is in review."""
    since: dt.datetime | None = None
    """When it was handed in, or its working copy last saved."""
    reason: str = ""
    """Why it was withdrawn."""

    def overdue(self, today: dt.date) -> bool:
        """Whether its review was due before today."""
        return self.served is not None and self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class Lists:
    """Everything that goes through the desk, by title."""

    articles: tuple[Line, ...]
    texts: tuple[Line, ...]
    """Set words, numbers and prompts."""


class ArticleBoard:
    """Reads the list; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database, self._lock = database, threading.Lock()
        self._heads = Heads()
        self._use = _Use()
        self._held: tuple[object, Lists] | None = None

    def read(self) -> tuple[Line, ...]:
        """Every article there is, by title."""
        return self.look().articles

    def texts(self) -> tuple[Line, ...]:
        """The clinic's set words, numbers and prompts, by title."""
        return self.look().texts

    def look(self) -> Lists:
        """Both; the same object as before where nothing has changed."""
        with self._lock, self._database.reading() as session:
            used = self._use.read(session)
            stamp = (_stamp(session), used)
            if self._held is None or self._held[0] != stamp or not self._heads.graded_all:
                found = _Found(session, self._heads.of_revisions(session), used)
                self._held = (stamp, found.lists())
            return self._held[1]


def _stamp(session: Session) -> tuple[object, ...]:
    """Changes with everything that a line shows, at the price of a few look-ups."""
    return (
        session.scalar(select(ServedVersion.version)),
        session.scalar(select(func.max(RevisionRow.id))),
        session.scalar(select(func.max(ArticleEventRow.id))),
        session.execute(select(func.count(), func.max(DraftRow.updated), func.sum(DraftRow.version))).one().tuple(),
        session.execute(select(func.count(), func.max(Staff.created))).one().tuple(),
    )


class _Found:
    """What the records hold of all articles, in a handful of queries."""

    def __init__(self, session: Session, heads: Mapping[str, Head], used: "_Counts") -> None:
        self.heads, self.used = heads, used
        self.names: Mapping[str, str] = {row.id: row.name for row in session.scalars(select(Staff))}
        self.drafts = {row.slug: row for row in session.scalars(select(DraftRow))}
        self.served = {row.slug: row for row in session.execute(select(*Served.__table__.columns))}
        self.withdrawn = {row.slug: row for row in session.scalars(select(WithdrawnRow))}
        self.newest = _newest(session)
        last = select(func.max(SubmissionRow.id)).group_by(SubmissionRow.slug)
        self.submissions = {row.slug: row for row in session.scalars(select(SubmissionRow).where(SubmissionRow.id.in_(last)))}
        self.signatures: dict[int, list[Signature]] = defaultdict(list)
        for row in session.scalars(select(ApprovalRow).where(ApprovalRow.submission_id.in_(last))):
            self.signatures[row.submission_id].append(Signature(row.staff_id, row.sha256))

    def lists(self) -> Lists:
        """Every line."""
        lines = sorted((self.line(slug) for slug in {*self.newest, *self.drafts}), key=lambda line: (line.title.casefold(), line.slug))
        return Lists(tuple(line for line in lines if line.library != TEXTS), tuple(line for line in lines if line.library == TEXTS))

    def line(self, slug: str) -> Line:
        """One article's line."""
        served, draft, handed = self.served.get(slug), self.drafts.get(slug), self.submissions.get(slug)
        in_review = handed if handed is not None and handed.state in editorial.OPEN else None
        head = self.heads.get(slug) or head_of(draft.text if draft else "", slug)
        owner = in_review.submitted_by if in_review else draft.owner_id if draft else ""
        return Line(
            slug,
            head.title or slug,
            head.kind,
            head.library,
            self._state(slug),
            served.revision if served else None,
            bool(served and served.signed),
            self.names.get(owner, ""),
            frozenset(in_review.authors if in_review else [*draft.authors, draft.owner_id] if draft else ()),
            self._signers(in_review),
            head.grade,
            served.reviewed if served else None,
            (served.due or head.next_review) if served else None,
            *self.used.get(slug, (0, 0, 0)),
            in_review.held if in_review else "",
            in_review.publish_at if in_review else None,
            in_review.needed if in_review else 1,
            in_review.created if in_review else draft.updated if draft else None,
            self.withdrawn[slug].reason if slug in self.withdrawn else "",
        )

    def _signers(self, row: SubmissionRow | None) -> frozenset[str]:
        if row is None:
            return frozenset()
        return Submission(row.revision, row.sha256, frozenset(row.authors), signatures=tuple(self.signatures[row.id])).signers

    def _state(self, slug: str) -> ArticleState:
        handed, draft = self.submissions.get(slug), self.drafts.get(slug)
        if handed is not None and handed.state in editorial.OPEN:
            return "approved" if handed.state == "approved" else "in_review"
        if draft is not None:
            return "changes_asked" if handed is not None and handed.state == "changes_asked" and draft.base == handed.revision else "draft"
        if slug in self.withdrawn:
            return "withdrawn"
        served = self.served.get(slug)
        number, origin = self.newest[slug]
        return "published" if served is not None and (served.revision >= number or origin == _DESK) else "waiting"


def _newest(session: Session) -> dict[str, tuple[int, str]]:
    """Number and origin of each article's newest revision."""
    newest = select(RevisionRow.slug, func.max(RevisionRow.number).label("number")).group_by(RevisionRow.slug).subquery()
    wanted = select(RevisionRow.slug, RevisionRow.number, RevisionRow.origin).join(
        newest, (newest.c.slug == RevisionRow.slug) & (newest.c.number == RevisionRow.number)
    )
    return {slug: (number, origin) for slug, number, origin in session.execute(wanted)}


_Counts = Mapping[str, tuple[int, int, int]]
"""By slug: answers that cited it, and how many of them patients called good and bad."""


class _Use:
    """How patients fare with each article, counted once a minute."""

    def __init__(self) -> None:
        self._held: tuple[float, _Counts] | None = None

    def read(self, session: Session) -> _Counts:
        """The counts, at most a minute old."""
        if self._held is None or time.monotonic() - self._held[0] > _COUNTED_EVERY_S:
            self._held = (time.monotonic(), _use(session))
        return self._held[1]


def _use(session: Session) -> _Counts:
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
    return {article: (count, good, bad) for article, count, good, bad in session.execute(counted)}
