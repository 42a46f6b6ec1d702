"""All concepts looked up at once: a phrase is tried only where a word stands that it can begin with.

Hundreds of concepts of many wordings each would otherwise be searched one after the other through every message; with
this index a message costs a look-up a word, and 50,000 characters stay within the screen's limit.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from guardrails.phrases import PhraseError, compile_phrases, expression

_RUN = re.compile(r"\w+")
_LONGEST = 40
MOST = 24
"""How many matches of one concept in one turn are kept; more of the same words decide nothing new."""
_DIGIT = "#"
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Start:
    """How a token of a phrase can begin: whole words, beginnings of words, or a number."""

    words: frozenset[str]
    prefixes: tuple[str, ...]
    number: bool

    @classmethod
    def of(cls, token: str) -> "Start":
        starts = _token_starts(token)
        words = frozenset(word for word, is_prefix in starts if not is_prefix and word != _DIGIT)
        return cls(words, tuple(sorted(word for word, is_prefix in starts if is_prefix)), (_DIGIT, False) in starts)

    def stands_in(self, vocabulary: "Vocabulary") -> bool:
        """Whether a text with these words can hold the token."""
        if self.number and vocabulary.has_number:
            return True
        return not self.words.isdisjoint(vocabulary.words) or any(map(vocabulary.begins, self.prefixes))


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase of a concept, filed under the words that it can begin with."""

    concept: str
    phrase: str
    end: Start


class Vocabulary:
    """The words of one text."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._sorted = sorted(self.words)
        self.has_number = any(word[0].isdigit() for word in self.words)

    def begins(self, prefix: str) -> bool:
        """Whether a word begins with `prefix`."""
        place = bisect_left(self._sorted, prefix)
        return place < len(self._sorted) and self._sorted[place].startswith(prefix)


class ConceptIndex:
    """Named lists of phrases, found together in folded text."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self.names = frozenset(concepts)
        self._exact: dict[str, list[Entry]] = {}
        self._prefix: dict[str, list[Entry]] = {}
        self._by_word: dict[str, tuple[Entry, ...]] = {}
        self._pattern = cache(lambda phrase: compile_phrases([phrase]))
        for name, phrases in concepts.items():
            try:
                self._add(name, phrases)
            except PhraseError as error:
                raise PhraseError(f"concept {name!r}: {error}") from None

    def _add(self, name: str, phrases: Sequence[str]) -> None:
        """File each phrase of a concept under every word that it can begin with; PhraseError where one is no phrase."""
        expression(phrases)  # compiling waits until a text holds a phrase's words; mistakes must be found now
        for phrase in phrases:
            last = next(token for token in reversed(phrase.split()) if not token.endswith("?"))
            entry = Entry(name, phrase, Start.of(last))
            for word, is_prefix in _starts(phrase):
                (self._prefix if is_prefix else self._exact).setdefault(word, []).append(entry)

    def find(self, folded: str, most: int = MOST) -> dict[str, list[re.Match[str]]]:
        """Matches by concept in the order they stand, none overlapping another of its concept, at most `most` each.

        A phrase is tried only where a word stands that it can begin with, in a text that also holds a word it can end
        with: so the same few words ten thousand times over cost little.
        """
        found: dict[str, list[re.Match[str]]] = {}
        runs = [(run.start(), run[0][:_LONGEST]) for run in _RUN.finditer(folded)]
        vocabulary = Vocabulary({word for _, word in runs})
        tried: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for start, word in runs:
            if word not in tried:
                possible = (entry for entry in self._filed(word) if entry.end.stands_in(vocabulary))
                tried[word] = [(entry.concept, self._pattern(entry.phrase)) for entry in possible]
            for name, pattern in tried[word]:
                matches = found.get(name, ())
                if matches and (matches[-1].end() > start or len(matches) >= most):
                    continue
                if match := pattern.match(folded, start):
                    found.setdefault(name, []).append(match)
        return found

    def _filed(self, word: str) -> tuple[Entry, ...]:
        """The phrases that can begin with `word`."""
        known = self._by_word.get(word)
        if known is None:
            known = tuple(self._look_up(word))
            if known and len(self._by_word) < _REMEMBERED:  # of words that no phrase begins with, such as names, none is kept
                self._by_word[word] = known
        return known

    def _look_up(self, word: str) -> Iterator[Entry]:
        yield from self._exact.get(word, ())
        for length in range(1, len(word) + 1):
            yield from self._prefix.get(word[:length], ())
        if word[0].isdigit():
            yield from self._exact.get(_DIGIT, ())


def _starts(phrase: str) -> set[tuple[str, bool]]:
    """The first runs of letters a phrase can begin with, each whole or as a prefix (True)."""
    starts: set[tuple[str, bool]] = set()
    for token in phrase.split():
        starts |= _token_starts(token)
        if not token.endswith("?"):
            break
    return starts


def _token_starts(token: str) -> set[tuple[str, bool]]:
    """How any of a token's words can begin."""
    return set[tuple[str, bool]]().union(*map(_word_starts, token.removesuffix("?").split("|")))


def _word_starts(word: str) -> set[tuple[str, bool]]:
    """`can't` begins as "can" or "cant", `x-ray*` as "x" or as anything beginning with "xray"."""
    if word == _DIGIT:
        return {(_DIGIT, False)}
    parts = re.split(r"[^\w]", word.removesuffix("*"))
    joined = ["".join(parts[: count + 1]) for count in range(len(parts))]
    starts = {(start, False) for start in joined[:-1] if start}
    return starts | ({(joined[-1], word.endswith("*"))} if joined[-1] else set())
