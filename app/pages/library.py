"""The library as patients read it: a list with search, and each article with its sources and the cited passage marked."""

import logging
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from app.logs import place
from app.pages.article_page import article_values, common
from app.pages.searches import Searches
from app.pages.shelf import KINDS, Shelf, shelf_of
from app.pages.sign_in import COOKIE
from app.pages.templating import page
from app.wiring import Application
from knowledge.article import Article
from knowledge.library import Revision
from knowledge.passages import Span

log = logging.getLogger("carelight.library")
_MARK = re.compile(r"(\d{1,7})-(\d{1,7})")
_RESULTS = 12
_MOST_REVISIONS = 1 << 31
"""Above what a database's integer holds."""


def routes(app: Application) -> APIRouter:
    """`/library`, `/library/search`, `/library/find` for a page that is being typed into, and `/library/{slug}`."""
    router, searches = APIRouter(), Searches()

    def shelf() -> Shelf:
        """The shelf of the served set now."""
        return shelf_of(app.library.snapshot())

    @router.get("/library")
    def index(request: Request, found: str = "", by: Literal["letter", "body", "kind"] = "letter") -> Response:
        q = searches.words(found) if found else ""
        results = _search(app, shelf(), q) if q and q.strip() else None
        values = {"groups": shelf().groups(by), "by": by, "q": q or "", "over": q is None, "results": results, "kinds": KINDS}
        return page(request, "library.html", {**values, "count": len(shelf().articles), **common(app)})

    @router.post("/library/search")
    def search(q: Annotated[str, Form(max_length=200)] = "") -> Response:
        """By post, and away from it at once: what somebody looks for stands in no address."""
        return RedirectResponse(f"/library?found={searches.keep(q)}" if q.strip() else "/library", status_code=303)

    @router.post("/library/find")
    def find(request: Request, q: Annotated[str, Form(max_length=200)] = "") -> Response:
        return page(request, "found.html", {"q": q, "results": shelf().named(q), "kinds": KINDS})

    @router.get("/library/{slug}")
    def article(request: Request, slug: str, revision: int | None = None, mark: str = "") -> Response:
        current = app.library.snapshot().revisions.get(slug)
        if revision is None and current is None:
            return _gone(app, request, slug)
        found = current if revision is None else _stored(app, slug, revision)
        state = app.revision_states.of(slug, found.number, current.number if current else None) if found else None
        if found is None or state is None or (state.kind == "unpublished" and not _works_here(app, request)):
            return page(request, "missing.html", common(app), status=404)
        span = _span(mark, len(found.article.body))
        related = shelf().related.get(slug, ())
        values = article_values(app, found, related, str(request.url.replace(query="")), span)
        values["state"] = state
        return page(request, "article.html", values)

    return router


def _stored(app: Application, slug: str, number: int) -> Revision | None:
    """A stored revision, as an old answer cites it; whether a patient may see it is another question."""
    return app.library.revision(slug, number) if 0 < number < _MOST_REVISIONS else None


def _works_here(app: Application, request: Request) -> bool:
    """Whether whoever asks works on the library, and may read what no patient gets."""
    member = app.staff.member(request.cookies.get(COOKIE, ""), active=False)
    return member is not None and member.role in ("editor", "reviewer", "administrator")


def _gone(app: Application, request: Request, slug: str) -> Response:
    """An article that patients do not get: one that was withdrawn says so, in place of advice that no longer holds."""
    gone = app.revision_states.withdrawal(slug)
    last = app.library.revision(slug, gone.revision) if gone else None
    if gone is None or last is None:
        return page(request, "missing.html", common(app), status=404)
    return page(request, "withdrawn.html", {"title": last.article.title, "since": gone.since, **common(app)}, status=410)


def _search(app: Application, shelf: Shelf, q: str) -> list[Article]:
    """Articles for what a reader typed: those it names (slips forgiven), then those about it; names alone while the index is broken."""
    named = [article.slug for article in shelf.named(q)]
    try:
        found = app.search.search(q, (), shelf.snapshot, count=60)
        about = [scored.passage.article for scored in found.passages if scored.similarity > 0.3 or found.covered]
    except Exception as error:  # the index, or the embedding model: names are found without either
        log.error("the library was searched by names alone: %s", place(error))
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
