"""Lexical search beside the vectors: BM25 (bm25s) over stemmed words, built in memory from one snapshot."""

import re
from collections.abc import Mapping, Sequence

import bm25s
import Stemmer

from knowledge.article import Article
from knowledge.library import Snapshot
from knowledge.passages import Passage
from retrieval.reuse import made_of

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


def stemmer() -> Stemmer.Stemmer:
    """An English stemmer that remembers no word: it is asked for patients' words too."""
    made = Stemmer.Stemmer("english")
    made.maxCacheSize = 0
    return made


class KeywordIndex:
    """BM25 over the passages of one snapshot, and over its articles as wholes; titles and synonyms count with the words.

    `before` is the index of an earlier snapshot: texts that stand in both are not read again.
    """

    def __init__(self, snapshot: Snapshot, before: "KeywordIndex | None" = None) -> None:
        self._stem = stemmer().stemWords
        self.stems: dict[str, str] = before.stems if before else {}
        articles = {slug: revision.article for slug, revision in snapshot.revisions.items()}
        passages = {key: _passage_text(p, articles[p.article]) for key, p in snapshot.passages.items()}
        wholes = {slug: _article_text(article) for slug, article in articles.items()}
        self.read: dict[str, list[str]] = made_of((*passages.values(), *wholes.values()), self._tokens, before.read if before else {})
        self._passages, self._articles = self._ranked(passages), self._ranked(wholes)

    def _ranked(self, texts: Mapping[str, str]) -> "_Ranked":
        return _Ranked(list(texts), [self.read[text] for text in texts.values()])

    def _tokens(self, text: str) -> list[str]:
        """The stems of a text of the library, each word stemmed once."""
        found = words(text)
        new = [word for word in set(found) if word not in self.stems]
        self.stems.update(zip(new, self._stem(new), strict=True))
        return [self.stems[word] for word in found]

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Passage ids with BM25 scores above 0, best first, at most `count`."""
        return self._passages.search(self._stem(words(question)), count)

    def articles(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Slugs with BM25 scores above 0, best first, at most `count`."""
        return self._articles.search(self._stem(words(question)), count)


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
