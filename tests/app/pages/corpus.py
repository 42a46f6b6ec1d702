"""The starter corpus, read once for the tests that look at all of it."""

from functools import cache

from app.wiring import starter_corpus
from knowledge.article import Article


@cache
def starter() -> tuple[Article, ...]:
    """Every article that ships."""
    return tuple(starter_corpus())
