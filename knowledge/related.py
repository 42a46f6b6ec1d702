"""Which articles belong beside one another: those that name each other, rare names counting more.

No list is kept by hand, so none can point at an article that is gone.
"""

import math
from collections import Counter
from collections.abc import Mapping
from itertools import chain

from knowledge.article import Article
from knowledge.library import Snapshot
from knowledge.names import Words, mentions, words_of

_ENOUGH_MENTIONS = 3


def related(snapshot: Snapshot, most: int = 6) -> Mapping[str, tuple[str, ...]]:
    """Slugs of at most `most` related articles for each article of the snapshot, nearest first."""
    articles = [revision.article for revision in snapshot.revisions.values()]
    names = {language: _names(articles, language) for language in {article.language for article in articles}}
    named = {article.slug: _named_in(article, names[article.language]) for article in articles}
    spread = Counter(chain.from_iterable(named.values()))
    weight = {slug: math.log(1 + len(articles) / count) for slug, count in spread.items()}
    return {slug: _nearest(slug, named, weight, most) for slug in named}


def _names(articles: list[Article], language: str) -> dict[Words, str]:
    """Each title and synonym of a language as words, with the article it names."""
    return {
        words_of(name): article.slug
        for article in articles
        if article.language == language
        for name in sorted(article.names)
        if len(name) > 3
    }


def _named_in(article: Article, names: Mapping[Words, str]) -> Counter[str]:
    """How often the article names each other one."""
    found = Counter(names[name] for name, _, _ in mentions(article.body, names))
    del found[article.slug]
    return found


def _nearest(slug: str, named: Mapping[str, Counter[str]], weight: Mapping[str, float], most: int) -> tuple[str, ...]:
    scores: dict[str, float] = {}
    for other in named:
        forth = min(named[slug][other], _ENOUGH_MENTIONS) * weight.get(other, 0.0)
        back = min(named[other][slug], _ENOUGH_MENTIONS) * weight.get(slug, 0.0)
        if forth or back:
            scores[other] = forth + back
    return tuple(sorted(scores, key=lambda other: (-scores[other], other))[:most])
