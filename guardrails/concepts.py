"""All concepts looked up at once: a phrase is tried only where a word stands that it can begin with.

Hundreds of concepts of many wordings each would otherwise be searched one after the other through every message; with
this index a message costs a look-up a word, and 50,000 characters stay within the screen's limit.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from guardrails.phrases import PhraseError, compile_phrases, expression

_RUN = re.compile(r"\w+")
_LONGEST = 40
_MOST = 24
"""How many matches of one concept in one turn are kept; more of the same words decide nothing new."""
_DIGIT = "#"
_REMEMBERED = 50_000
Filed = tuple[str, tuple[str, ...]]
Entry = tuple[str, re.Pattern[str]]


class ConceptIndex:
    """Named lists of phrases, found together in folded text."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self.names = frozenset(concepts)
        self._exact: dict[str, list[Filed]] = {}
        self._prefix: dict[str, list[Filed]] = {}
        self._by_word: dict[str, tuple[Entry, ...]] = {}
        self._compiled = cache(compile_phrases)
        for name, phrases in concepts.items():
            try:
                self._add(name, phrases)
            except PhraseError as error:
                raise PhraseError(f"concept {name!r}: {error}") from None

    def _add(self, name: str, phrases: Sequence[str]) -> None:
        """File each phrase of a concept under every word that it can begin with; PhraseError where one is no phrase."""
        expression(phrases)  # compiling waits until a word asks for it; mistakes must be found now
        starts: dict[tuple[str, bool], list[str]] = {}
        for phrase in phrases:
            for start in _starts(phrase):
                starts.setdefault(start, []).append(phrase)
        for (word, is_prefix), beginning in starts.items():
            (self._prefix if is_prefix else self._exact).setdefault(word, []).append((name, tuple(beginning)))

    def find(self, folded: str) -> dict[str, list[re.Match[str]]]:
        """Matches by concept in the order they stand, none overlapping another of its concept, at most a few dozen each."""
        found: dict[str, list[re.Match[str]]] = {}
        for run in _RUN.finditer(folded):
            for name, pattern in self._candidates(run[0][:_LONGEST]):
                matches = found.get(name, ())
                if matches and (matches[-1].end() > run.start() or len(matches) >= _MOST):
                    continue
                if match := pattern.match(folded, run.start()):
                    found.setdefault(name, []).append(match)
        return found

    def _candidates(self, word: str) -> tuple[Entry, ...]:
        """The phrases that can begin with `word`."""
        known = self._by_word.get(word)
        if known is None:
            known = tuple((name, self._compiled(phrases)) for name, phrases in self._look_up(word))
            if len(self._by_word) < _REMEMBERED:
                self._by_word[word] = known
        return known

    def _look_up(self, word: str) -> Iterator[Filed]:
        yield from self._exact.get(word, ())
        for length in range(1, len(word) + 1):
            yield from self._prefix.get(word[:length], ())
        if word[0].isdigit():
            yield from self._exact.get(_DIGIT, ())


def _starts(phrase: str) -> set[tuple[str, bool]]:
    """The first runs of letters a phrase can begin with, each whole or as a prefix (True)."""
    starts: set[tuple[str, bool]] = set()
    for token in phrase.split():
        for word in token.removesuffix("?").split("|"):
            starts |= _word_starts(word)
        if not token.endswith("?"):
            break
    return starts


def _word_starts(word: str) -> set[tuple[str, bool]]:
    """`can't` begins as "can" or "cant", `x-ray*` as "x" or as anything beginning with "xray"."""
    if word == _DIGIT:
        return {(_DIGIT, False)}
    parts = re.split(r"[^\w]", word.removesuffix("*"))
    joined = ["".join(parts[: count + 1]) for count in range(len(parts))]
    starts = {(start, False) for start in joined[:-1] if start}
    return starts | ({(joined[-1], word.endswith("*"))} if joined[-1] else set())
