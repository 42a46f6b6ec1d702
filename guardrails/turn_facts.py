"""What the rules see of one turn: its concepts with the cues around them, and the numbers it states.

A long turn is read in windows that overlap, so that whoever waits for a verdict can stop between two of them: nobody's card may
wait for half a megabyte that somebody pasted. What was read is remembered, so the next look goes on from there.
"""

import math
import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from guardrails.concepts import MOST, ConceptIndex
from guardrails.context import ContextRules, CueHit
from guardrails.facts import Measure, measures
from guardrails.text import Clause, clauses, fold

_STEP = 5_000
_MARGIN = 600
"""Code points that a window answers for, and that it sees beyond them on each side: farther than any cue of a clause reaches."""
_MOST = 8
"""Matches of one concept that are kept of each window of a long turn: as many as of a shorter one of the same length."""
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in a turn, with the cues around it that may set it aside."""

    start: int
    end: int
    cues: tuple[CueHit, ...]

    def usable(self, despite: frozenset[str]) -> bool:
        """Whether no cue reaches the words, apart from categories the rule fires in spite of."""
        return all(cue.category in despite for cue in self.cues)


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """What the rules see of one turn."""

    text: str
    hits: dict[str, tuple[Hit, ...]]
    measures: tuple[Measure, ...]


Placed = TypeVar("Placed", Hit, Measure)


@dataclass(frozen=True, slots=True)
class _Window:
    """Code points `start` to `end` of a turn are read together; what begins from `first` on and before `last` counts."""

    start: int
    end: int
    first: int
    last: int

    def counts(self, place: int) -> bool:
        return self.first <= place + self.start < self.last


class _Reading:
    """One window while it is read: what all its matches share is worked out once."""

    def __init__(self, folded: str, context: ContextRules) -> None:
        self._folded, self._context = folded, context
        self._masked = context.mask(folded)
        self._of_turn = context.of_turn(self._masked)
        self._clauses = clauses(folded)

    def hit(self, match: re.Match[str]) -> Hit:
        """A match with every cue that reaches it."""
        start, end = match.span()
        place = bisect_right(self._clauses, start, key=lambda clause: clause.start) - 1
        clause = self._clauses[place] if place >= 0 and start < self._clauses[place].end else Clause(0, len(self._folded))
        return Hit(start, end, self._of_turn + self._context.around(self._folded, self._masked, clause, start, end))


class TurnReader:
    """Reads turns and remembers the newest of what it read."""

    def __init__(self, concepts: ConceptIndex, context: ContextRules) -> None:
        self._concepts, self._context = concepts, context
        self._window = lru_cache(maxsize=_REMEMBERED)(self._read)

    def turns(self, turns: Sequence[str], deadline: float = math.inf) -> tuple[list[TurnFacts], bool]:
        """What stands in each turn, and whether all was read before `deadline` (of `time.monotonic`); the newest is read first."""
        read = [self.turn(turn, deadline) for turn in reversed(turns)]
        return [facts for facts, _ in reversed(read)], all(whole for _, whole in read)

    def turn(self, text: str, deadline: float = math.inf) -> tuple[TurnFacts, bool]:
        """The same for one turn: its beginning and its end first, where people say what they want."""
        cut = _windows(text)
        read: list[tuple[_Window, TurnFacts]] = []
        for window in (cut[0], *cut[:0:-1][:1], *cut[1:-1]):
            if time.monotonic() >= deadline:
                break
            read.append((window, self._window(text[window.start : window.end], MOST if len(cut) == 1 else _MOST)))
        if len(cut) == len(read) == 1:
            return read[0][1], True
        return _joined(text, sorted(read, key=lambda item: item[0].start)), len(read) == len(cut)

    def forget(self) -> None:
        """Forget what was read: a patient deleted a chat."""
        self._window.cache_clear()

    def _read(self, text: str, most: int) -> TurnFacts:
        folded = fold(text)
        reading = _Reading(folded, self._context)
        matches = self._concepts.find(folded, most)
        hits = {name: tuple(reading.hit(match) for match in found) for name, found in matches.items()}
        return TurnFacts(text, hits, measures(folded))


def _windows(text: str) -> Sequence[_Window]:
    """The windows of a turn in order, every code point in exactly one that answers for it; a turn of usual length is one."""
    if len(text) <= _STEP + _MARGIN:
        return [_Window(0, len(text), 0, len(text) + 1)]
    firsts = range(0, len(text), _STEP)
    return [_Window(max(0, first - _MARGIN), min(len(text), first + _STEP + _MARGIN), first, first + _STEP) for first in firsts]


def _joined(text: str, read: Iterable[tuple[_Window, TurnFacts]]) -> TurnFacts:
    """The windows' facts as the turn's, each once, where they stand in it."""
    hits: dict[str, tuple[Hit, ...]] = {}
    stated: list[Measure] = []
    for window, facts in read:
        for concept, found in facts.hits.items():
            if here := tuple(_moved(found, window)):
                hits[concept] = hits.get(concept, ()) + here
        stated += _moved(facts.measures, window)
    return TurnFacts(text, hits, tuple(stated))


def _moved(found: Iterable[Placed], window: _Window) -> Iterator[Placed]:
    """What counts of a window, at its place in the turn."""
    return (replace(item, start=item.start + window.start, end=item.end + window.start) for item in found if window.counts(item.start))
