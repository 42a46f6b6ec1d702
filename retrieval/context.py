"""The question as it must be searched: follow-ups made whole, long letters reduced, misspelt names put right.

No model is used: the library's own titles and synonyms say whether a question names its topic.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from knowledge.library import Snapshot
from knowledge.passages import sentences
from retrieval.keywords import words

_POINTS_BACK = re.compile(
    r"\b(?:it|its|it's|this|that|these|those|they|them|their|one|ones|mine|same|else|more|he|she|him|her|instead)\b"
    r"|^(?:and|so|but|or|what about|how about|why|then)\b",
    re.IGNORECASE,
)
_LONG = 45
_SHORT = 12
_MIN_FUZZY = 5
_NEAR = 84.0


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: `texts` for the vectors (each searched, the nearest counts), `keywords` for BM25."""

    question: str
    texts: tuple[str, ...]
    keywords: str
    named: frozenset[str]
    """Slugs of articles whose title or synonym the question itself names."""


class Names:
    """The library's titles and synonyms, to find a named topic and to put misspelt names right."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._names: dict[str, set[str]] = {}
        vocabulary: set[str] = set()
        for slug, revision in snapshot.revisions.items():
            article = revision.article
            vocabulary.update(words(article.body))
            for name in (article.title, *re.findall(r"\(([^)]+)\)", article.title), *article.synonyms):
                plain = " ".join(words(re.sub(r"\([^)]*\)", "", name)))
                if plain:
                    self._names.setdefault(plain, set()).add(slug)
        self._pattern = _alternatives(self._names)
        self._name_words = sorted({word for name in self._names for word in name.split() if len(word) >= _MIN_FUZZY})
        self._known = vocabulary | set(self._name_words)

    def correct(self, text: str) -> str:
        """`text` with words that are one slip away from a name in the library replaced by it."""
        return re.sub(rf"[^\W\d_]{{{_MIN_FUZZY},}}", lambda match: self._correct_word(match[0]), text)

    def _correct_word(self, word: str) -> str:
        lower = word.lower()
        if lower in self._known:
            return word
        near = process.extractOne(lower, self._name_words, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return near[0] if near and near[0][0] == lower[0] and not _opposed(lower, near[0]) else word

    def named_in(self, text: str) -> frozenset[str]:
        """Slugs of articles named in `text`, longest names first, so that "type 2 diabetes" is not also "diabetes"."""
        plain = " ".join(words(text))
        return frozenset(slug for match in self._pattern.finditer(plain) for slug in self._names[match[0]])


def _opposed(one: str, other: str) -> bool:
    """Whether one says hyper- where the other says hypo-: the opposite illness is no slip of the hand."""
    return {one[:4], other[:4]} == {"hype", "hypo"}


def _alternatives(names: dict[str, set[str]]) -> re.Pattern[str]:
    longest = sorted(names, key=lambda name: -len(name))
    return re.compile(r"(?<!\S)(?:" + "|".join(re.escape(name) for name in longest) + r")(?!\S)" if longest else r"(?!)")


def understand(question: str, history: Sequence[str], names: Names) -> Query:
    """The query for `question`, asked after the patient's own earlier messages `history` (oldest first)."""
    corrected = names.correct(question)
    named = names.named_in(corrected)
    topic = _topic(corrected, named, history, names)
    texts = [f"{topic} {corrected}".strip()]
    if len(corrected.split()) > _LONG:
        texts.append(f"{topic} {_asked(corrected)}".strip())
    if topic:
        named = named or names.named_in(names.correct(topic))
    return Query(question, tuple(texts), f"{topic} {texts[-1]}", named)


def _topic(question: str, named: frozenset[str], history: Sequence[str], names: Names) -> str:
    """The earlier message that a follow-up is about, or nothing for a question that stands alone."""
    follows = len(question.split()) <= _SHORT or _POINTS_BACK.search(question)
    if named or not history or not follows:
        return ""
    return next((text for text in reversed(history) if names.named_in(names.correct(text))), history[-1])


def _asked(letter: str) -> str:
    """The sentences of a long letter that ask something, or its last two."""
    parts = [letter[span.start : span.end] for span in sentences(letter)]
    asked = [part for part in parts if part.rstrip().endswith("?")]
    return " ".join(asked or parts[-2:])
