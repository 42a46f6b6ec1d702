"""The library as patients read it: a list with search, and each article with its sources and the cited passage marked."""

import re
from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from app import render
from app.pages.reading import read
from app.pages.templating import page
from app.wiring import Application
from knowledge.article import Article
from knowledge.library import Snapshot
from knowledge.passages import Span
from retrieval.index import IndexUnusableError

_KINDS = {
    "condition": "Conditions",
    "symptom": "Symptoms",
    "medicine": "Medicines",
    "test": "Tests",
    "vaccine": "Vaccines",
    "pregnancy": "Pregnancy",
    "child_health": "Children",
    "mental_health": "Mental health",
    "first_aid": "First aid",
    "wellbeing": "Wellbeing",
}
_MARK = re.compile(r"(\d{1,7})-(\d{1,7})")
_RESULTS = 12
_MOST_REVISIONS = 1 << 31
"""Above what a database's integer holds."""


def routes(app: Application) -> APIRouter:
    """`/library` and `/library/{slug}`."""
    router = APIRouter()

    @router.get("/library")
    def index(request: Request, q: str = Query("", max_length=200)) -> Response:
        snapshot = app.library.snapshot()
        results = _search(app, snapshot, q) if q.strip() else None
        groups = [
            (label, sorted((a for a in _articles(snapshot) if a.kind == kind), key=lambda a: a.title)) for kind, label in _KINDS.items()
        ]
        values = {"clinic": app.settings.clinic, "groups": [g for g in groups if g[1]], "q": q, "results": results, **_common(app)}
        return page(request, "library.html", values)

    @router.get("/library/{slug}")
    def article(request: Request, slug: str, revision: int | None = None, mark: str = "") -> Response:
        found = app.library.revision(slug, revision) if revision is None or 0 < revision < _MOST_REVISIONS else None
        if found is None:
            return page(request, "missing.html", _common(app), status=404)
        span = _span(mark, len(found.article.body))
        served = app.library.snapshot().revisions.get(slug)
        values = {
            "article": found.article,
            "revision": found.number,
            "corrected": served is None or served.number != found.number,
            "sections": read(found.article, found.number, span),
            "status": render.status(found.article, app.words),
            **_common(app),
        }
        return page(request, "article.html", values)

    return router


def _common(app: Application) -> dict[str, object]:
    region = app.settings.region or None
    return {
        "clinic": app.settings.clinic,
        "emergency": app.cards.emergency_line(region, app.words),
        "starter": app.words.say("starter_notice"),
        "demo": app.settings.mode == "demo",
    }


def _articles(snapshot: Snapshot) -> Sequence[Article]:
    return [revision.article for revision in snapshot.revisions.values()]


def _search(app: Application, snapshot: Snapshot, q: str) -> list[Article]:
    """Articles for what a reader typed, best first; by title alone while the index cannot be used."""
    try:
        found = app.search.search(q, (), snapshot, count=60)
    except IndexUnusableError:
        lower = q.lower()
        return [a for a in _articles(snapshot) if lower in f"{a.title} {' '.join(a.synonyms)}".lower()]
    slugs = dict.fromkeys(scored.passage.article for scored in found.passages if scored.similarity > 0.3 or found.covered)
    return [snapshot.article(slug) for slug in slugs][:_RESULTS]


def _span(mark: str, length: int) -> Span | None:
    """The span in a `mark` parameter; 404 where it is not one of this body."""
    if not mark:
        return None
    match = _MARK.fullmatch(mark)
    if match is None or not int(match[1]) < int(match[2]) <= length:
        raise HTTPException(404)
    return Span(int(match[1]), int(match[2]))
