"""Which articles belong beside one another: those that name each other, rare names counting more.

No list is kept by hand, so none can point at an article that is gone.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain

from knowledge.article import Article
from knowledge.library import Snapshot

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LONGEST_NAME = 5
"""Words."""
_ENOUGH_MENTIONS = 3


def related(snapshot: Snapshot, most: int = 6) -> Mapping[str, tuple[str, ...]]:
    """Slugs of at most `most` related articles for each article of the snapshot, nearest first."""
    articles = [revision.article for revision in snapshot.revisions.values()]
    named = {article.slug: _named_in(article, _names(articles, article.language)) for article in articles}
    spread = Counter(chain.from_iterable(named.values()))
    weight = {slug: math.log(1 + len(articles) / count) for slug, count in spread.items()}
    return {slug: _nearest(slug, named, weight, most) for slug in named}


def _names(articles: list[Article], language: str) -> dict[tuple[str, ...], str]:
    """Each title and synonym of a language as words, with the article it names."""
    return {
        words: article.slug
        for article in articles
        if article.language == language
        for name in sorted(article.names)
        if 0 < len(words := _words(name)) <= _LONGEST_NAME and len(name) > 3
    }


def _named_in(article: Article, names: Mapping[tuple[str, ...], str]) -> Counter[str]:
    """How often the article names each other one, longest names first."""
    words, found, place = _words(article.body), Counter[str](), 0
    while place < len(words):
        length, slug = next(((n, names[key]) for n in range(_LONGEST_NAME, 0, -1) if (key := words[place : place + n]) in names), (1, ""))
        if slug and slug != article.slug:
            found[slug] += 1
        place += length
    return found


def _nearest(slug: str, named: Mapping[str, Counter[str]], weight: Mapping[str, float], most: int) -> tuple[str, ...]:
    scores: dict[str, float] = {}
    for other in named:
        forth = min(named[slug][other], _ENOUGH_MENTIONS) * weight.get(other, 0.0)
        back = min(named[other][slug], _ENOUGH_MENTIONS) * weight.get(slug, 0.0)
        if forth or back:
            scores[other] = forth + back
    return tuple(sorted(scores, key=lambda other: (-scores[other], other))[:most])


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))
