"""The library as patients read it: a list with search, and each article with its sources and the cited passage marked."""

import re
from typing import Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from app import render
from app.pages.reading import read
from app.pages.shelf import KINDS, Shelf
from app.pages.structured import json_ld
from app.pages.templating import page
from app.wiring import Application
from knowledge.article import Article
from knowledge.passages import Span
from retrieval.index import IndexUnusableError

_MARK = re.compile(r"(\d{1,7})-(\d{1,7})")
_RESULTS = 12
_MOST_REVISIONS = 1 << 31
"""Above what a database's integer holds."""


def routes(app: Application) -> APIRouter:
    """`/library`, `/library/find` for a page that is being typed into, and `/library/{slug}`."""
    router = APIRouter()
    shelves: list[Shelf] = []

    def shelf() -> Shelf:
        """The shelf of the served set now; made again when that has changed."""
        snapshot = app.library.snapshot()
        if not shelves or shelves[0].snapshot is not snapshot:
            shelves[:] = [Shelf(snapshot)]
        return shelves[0]

    @router.get("/library")
    def index(request: Request, q: str = Query("", max_length=200), by: Literal["letter", "body", "kind"] = "letter") -> Response:
        results = _search(app, shelf(), q) if q.strip() else None
        values = {"groups": shelf().groups(by), "by": by, "q": q, "results": results, "kinds": KINDS, **_common(app)}
        return page(request, "library.html", {**values, "count": len(shelf().articles)})

    @router.get("/library/find")
    def find(request: Request, q: str = Query("", max_length=200)) -> Response:
        return page(request, "found.html", {"q": q, "results": shelf().named(q), "kinds": KINDS})

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
            "reviewed_on": found.reviewed_on,
            "next_review": found.next_review,
            "corrected": served is None or served.number != found.number,
            "sections": read(found.article, found.number, span),
            "status": render.status(found, app.words, overdue=app.overdue(found)),
            "kind": KINDS[found.article.kind],
            "related": shelf().related.get(slug, ()),
            "structured": json_ld(found, str(request.url.replace(query="")), app.settings.clinic),
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


def _search(app: Application, shelf: Shelf, q: str) -> list[Article]:
    """Articles for what a reader typed: those it names (slips forgiven), then those about it; names alone while the index is broken."""
    named = [article.slug for article in shelf.named(q)]
    try:
        found = app.search.search(q, (), shelf.snapshot, count=60)
        about = [scored.passage.article for scored in found.passages if scored.similarity > 0.3 or found.covered]
    except IndexUnusableError:
        about = []
    return [shelf.snapshot.article(slug) for slug in dict.fromkeys([*named, *about])][:_RESULTS]


def _span(mark: str, length: int) -> Span | None:
    """The span in a `mark` parameter; 404 where it is not one of this body."""
    if not mark:
        return None
    match = _MARK.fullmatch(mark)
    if match is None or not int(match[1]) < int(match[2]) <= length:
        raise HTTPException(404)
    return Span(int(match[1]), int(match[2]))
