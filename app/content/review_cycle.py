"""Reviews that are due: what is due soon and overdue, what the clinic's policy makes of it, and what is withdrawn for it."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.content import documents
from app.content.documents import Kind
from app.content.publishing import pinned_by
from app.content.review_policy import days_overdue
from app.errors import NotAllowedError
from app.wiring import Application
from knowledge.front_matter import OWN
from knowledge.library import Revision

log = logging.getLogger("carelight.reviews")
Standing = Literal["due soon", "overdue", "marked", "ranked lower", "to be withdrawn", "kept for a rule"]


@dataclass(frozen=True, slots=True)
class Due:
    """Something served whose review is due soon or overdue, and what patients see of that."""

    slug: str
    title: str
    kind: Kind
    revision: int
    due: dt.date
    standing: Standing
    rules: tuple[str, ...] = ()
    """Red-flag rules that show it: it is never withdrawn by itself."""


def due(app: Application, within_days: int, today: dt.date) -> Sequence[Due]:
    """Articles and texts that are to be reviewed within so many days, the longest overdue first."""
    until = today + dt.timedelta(days=within_days)
    found = [item for item in (*_articles(app, today), *_texts(app, today)) if item.due <= until]
    return sorted(found, key=lambda item: (item.due, item.slug))


def _articles(app: Application, today: dt.date) -> Iterator[Due]:
    for slug, revision in app.library.snapshot().revisions.items():
        if revision.due is not None or revision.article.library == OWN:
            rules = pinned_by(app, slug)
            standing = _standing(app, revision, today, pinned=bool(rules))
            yield Due(slug, revision.article.title, revision.article.kind, revision.number, revision.next_review, standing, rules)


def _texts(app: Application, today: dt.date) -> Iterator[Due]:
    """Texts that were signed here; what ships says no date."""
    for slug, served in app.text_store.served().texts.items():
        if served.due is not None and (form := documents.TEXT_FORMS.get(slug)):
            yield Due(slug, form.title, form.kind, served.number, served.due, "overdue" if served.due < today else "due soon")


def _standing(app: Application, revision: Revision, today: dt.date, *, pinned: bool) -> Standing:
    policy = app.overdue_policy
    if policy.withdrawn(revision, today):
        return "kept for a rule" if pinned else "to be withdrawn"
    if policy.lowered(revision, today):
        return "ranked lower"
    if policy.marked(revision, today):
        return "marked"
    return "overdue" if days_overdue(revision, today) else "due soon"


def withdraw_overdue(app: Application, today: dt.date) -> tuple[str, ...]:
    """Take out of answers what the clinic's policy no longer lets stand; slugs. What a rule pins stays, and is listed as overdue."""
    policy = app.overdue_policy
    out = [slug for slug, revision in app.library.snapshot().revisions.items() if policy.withdrawn(revision, today)]
    taken = tuple(slug for slug in out if not pinned_by(app, slug) and _taken_out(app, slug, today))
    if taken:
        log.warning("withdrawn, for their reviews are long overdue: %s", ", ".join(taken))
    return taken


def _taken_out(app: Application, slug: str, today: dt.date) -> bool:
    try:
        app.publishing.expire(slug, f"its review was overdue on {today} for longer than the clinic allows")
    except NotAllowedError as error:
        log.warning("%s is long overdue and stays: %s", slug, error)
        return False
    return True
