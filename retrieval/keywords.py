"""Lexical search beside the vectors: BM25 (bm25s) over stemmed words, built in memory from one snapshot."""

import re
from collections.abc import Mapping, Sequence

import bm25s
import Stemmer

from knowledge.article import Article
from knowledge.library import Snapshot
from knowledge.passages import Passage

_WORD = re.compile(r"[a-z0-9áéíóúñü]+(?:'[a-z]+)?")
STOP = frozenset(
    """
    a about am an and any are as at be been but by can could did do does don't dont for from get got had has have he hello her hi him his
    how i i'm i've if im in is it it's its ive just like may me might must my no not of on or our please really should so some thank thanks
    that the their them there these they this those to too very was we were what when where which who why will with without would you your
    """.split()
)


def words(text: str) -> list[str]:
    """Lower-case words that carry content."""
    return [word for word in _WORD.findall(text.lower()) if word not in STOP]


class KeywordIndex:
    """BM25 over the passages of one snapshot, and over its articles as wholes; titles and synonyms count with the words."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._stem = Stemmer.Stemmer("english").stemWords
        articles = {slug: revision.article for slug, revision in snapshot.revisions.items()}
        stems: dict[str, str] = {}
        self._passages = self._ranked({key: _passage_text(p, articles[p.article]) for key, p in snapshot.passages.items()}, stems)
        self._articles = self._ranked({slug: _article_text(article) for slug, article in articles.items()}, stems)

    def _ranked(self, documents: Mapping[str, str], stems: dict[str, str]) -> "_Ranked":
        """BM25 over `documents`; `stems` are those of words met so far, for each word is stemmed once."""
        return _Ranked(list(documents), [self._stemmed(words(text), stems) for text in documents.values()])

    def _stemmed(self, found: Sequence[str], stems: dict[str, str]) -> list[str]:
        new = [word for word in set(found) if word not in stems]
        stems.update(zip(new, self._stem(new), strict=True))
        return [stems[word] for word in found]

    def _tokens(self, text: str) -> list[str]:
        return self._stemmed(words(text), {})

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Passage ids with BM25 scores above 0, best first, at most `count`."""
        return self._passages.search(self._tokens(question), count)

    def articles(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Slugs with BM25 scores above 0, best first, at most `count`."""
        return self._articles.search(self._tokens(question), count)


class _Ranked:
    """BM25 over documents with ids."""

    def __init__(self, ids: list[str], documents: list[list[str]]) -> None:
        self._ids = ids
        self._bm25 = bm25s.BM25()
        if documents:
            self._bm25.index(documents, show_progress=False)

    def search(self, tokens: list[str], count: int) -> Sequence[tuple[str, float]]:
        if not self._ids or not tokens:
            return []
        rows, scores = self._bm25.retrieve([tokens], k=min(count, len(self._ids)), show_progress=False)
        return [(self._ids[int(row)], float(score)) for row, score in zip(rows[0], scores[0], strict=True) if score > 0]


def _passage_text(passage: Passage, article: Article) -> str:
    return f"{article.title} {article.title} {' '.join(article.synonyms)} {passage.heading} {passage.text}"


def _article_text(article: Article) -> str:
    names = " ".join(article.synonyms)
    return f"{article.title} {article.title} {article.title} {names} {names} {article.body}"
