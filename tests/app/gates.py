"""A clinic with three articles, asked as they are and as they would be."""

from collections.abc import Sequence

from app.content import gate
from app.content.changes import Impact
from app.content.impact import Watching, impact
from app.content.stored_questions import Chosen, StoredQuestion, Why
from app.wiring import Application
from knowledge.article import Article
from knowledge.library import Snapshot
from tests.fakes import article

GOUT_BODY = """## Overview

Gout is a painful swelling of one joint. Gout often starts in the big toe.

## Self-care

Rest the joint during gout. Put ice on the joint during gout.

## When to get help

Get medical help today if someone with gout:
- Has a fever.
- Has a hot joint.
"""
CROUP_BODY = """## Overview

Croup is an infection of children with a barking cough. Croup often comes at night.

## When to get help

Call the emergency number now if a child with croup:
- Is blue.
"""
CHEST_BODY = """## What to do

Sit the person down. Loosen tight clothes.

## When to get help

Call the emergency number now if someone with a heart attack:
- Is awake.
"""


def gout(old: str = "", new: str = "", **front: str) -> Article:
    """The article on gout with `new` in the place of `old`."""
    return article(GOUT_BODY.replace(old, new) if old else GOUT_BODY, **front)


def croup(body: str = CROUP_BODY) -> Article:
    return article(body, title="Croup", slug="croup", kind="child_health", audience="everyone", synonyms="barking cough")


def heart_attack(body: str = CHEST_BODY) -> Article:
    return article(body, title="Heart attack", slug="heart-attack", kind="first_aid", audience="everyone", synonyms="x")


def clinic(app: Application) -> Application:
    """The application with these three articles served, on its own real search."""
    app.add_articles([gout(), croup(), heart_attack()], "test")
    app.__dict__["classifier"] = None
    app._search = None
    return app


def asked(*texts: str, why: Why = "past", article: str = "") -> tuple[StoredQuestion, ...]:
    return tuple(StoredQuestion((text,), why, article) for text in texts)


def changes_of(app: Application, then: Snapshot, questions: Sequence[StoredQuestion], watching: Watching | None = None) -> Impact:
    """What `then` would change for these questions."""
    return impact(app.candidates.compare(then), Chosen(tuple(questions), 0, 0), app.red_flags.rules, watching)


def edited(app: Application, changed: Article) -> Snapshot:
    return gate.with_article(app, changed)
