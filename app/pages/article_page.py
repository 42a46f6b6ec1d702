"""One article as patients read it: what the page's template is filled with, for the library and for its editors' preview."""

from collections.abc import Sequence

from app import render
from app.pages.reading import read
from app.pages.shelf import KINDS
from app.pages.structured import json_ld
from app.records.revision_states import RevisionState
from app.wiring import Application
from knowledge.article import Article
from knowledge.library import Revision
from knowledge.passages import Span


def article_values(
    app: Application, found: Revision, related: Sequence[Article], address: str, mark: Span | None = None
) -> dict[str, object]:
    """Everything that `article.html` says of a revision at `address`, with the words at `mark` highlighted."""
    return {
        "article": found.article,
        "revision": found.number,
        "reviewed_on": found.reviewed_on,
        "next_review": found.next_review,
        "state": RevisionState("current"),
        "cited": mark is not None,
        "sections": read(found.article, found.number, mark),
        "status": render.status(found, app.words, overdue=app.overdue(found)),
        "kind": KINDS[found.article.kind],
        "related": related,
        "structured": json_ld(found, address, app.settings.clinic),
        **common(app),
    }


def common(app: Application) -> dict[str, object]:
    """What stands on every page of the library."""
    region = app.settings.region or None
    return {
        "clinic": app.settings.clinic,
        "emergency": app.cards.emergency_line(region, app.words),
        "starter": app.words.say("starter_notice"),
        "demo": app.settings.mode == "demo",
    }
