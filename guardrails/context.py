"""Who, when and whether: the words around a match that change what it means (the idea of ConText, as data).

A cue has a category (negated, historical, information …), a direction and a reach in words. A terminator such as "but"
ends its reach; a pseudo-cue ("no change", "not only") looks like one and is not. Cues stand in
`rules/context/`, one file a language; all are looked for in every message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, cast, get_args

from guardrails.level import Category
from guardrails.phrases import PhraseError, compile_phrases
from guardrails.rules import RULES_DIR, RuleError, read_yaml
from guardrails.text import Clause

Direction = Literal["before", "after", "clause", "turn"]
_FARTHEST = 400
"""Code points that a clause's cue reaches: a worried person's message without one full stop is not one clause."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of one category: `before` a match, `after` it, anywhere in its `clause`, or anywhere in its `turn`."""

    category: Category
    direction: Direction
    reach: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class CueHit:
    """A cue found around a match, kept so that a reader can see why the match was set aside."""

    category: Category
    words: str


@dataclass(frozen=True)
class ContextRules:
    """All cues, with the words that end their reach or only look like them."""

    cues: tuple[Cue, ...]
    terminators: re.Pattern[str]
    pseudo: re.Pattern[str]
    personal: re.Pattern[str]

    @cached_property
    def by_direction(self) -> dict[Direction, tuple[Cue, ...]]:
        return {d: tuple(cue for cue in self.cues if cue.direction == d) for d in get_args(Direction)}

    def mask(self, folded: str) -> str:
        """A folded turn with the pseudo-cues blotted out, as long as it was; made once for all matches of a turn."""
        return self.pseudo.sub(lambda match: "\u0001" * len(match[0]), folded)

    def of_turn(self, masked: str) -> tuple[CueHit, ...]:
        """The cues that reach every match of a masked turn, wherever they stand in it."""
        return tuple(hit for cue in self.by_direction["turn"] if (hit := _anywhere(cue, masked)))

    def around(self, folded: str, masked: str, clause: Clause, start: int, end: int) -> tuple[CueHit, ...]:
        """The cues of the clause that reach the match at `start`..`end` of a folded turn, which lies in `clause`."""
        first, last = max(clause.start, start - _FARTHEST), min(clause.end, end + _FARTHEST)
        before, after = masked[first:start], masked[end:last]
        inside = before + " " * (end - start) + after
        hits = [self._nearest(cue, before, backwards=True) for cue in self.by_direction["before"]]
        hits += [self._nearest(cue, after, backwards=False) for cue in self.by_direction["after"]]
        for cue in self.by_direction["clause"]:
            if cue.category != "information" or not self.personal.search(folded[first:last]):
                hits.append(_anywhere(cue, inside))
        return tuple(hit for hit in hits if hit is not None)

    def _nearest(self, cue: Cue, text: str, *, backwards: bool) -> CueHit | None:
        """The cue nearest to the match within its reach, unless a terminator stands between them."""
        found = list(cue.pattern.finditer(text))
        if not found:
            return None
        match = found[-1] if backwards else found[0]
        between = text[match.end() :] if backwards else text[: match.start()]
        if self.terminators.search(between) or len(between.split()) > cue.reach:
            return None
        return CueHit(cue.category, match[0])


def _anywhere(cue: Cue, text: str) -> CueHit | None:
    match = cue.pattern.search(text)
    return CueHit(cue.category, match[0]) if match else None


def load(folder: Path = RULES_DIR) -> ContextRules:
    """Read and join the languages of `context/`; RuleError names what is wrong."""
    files = sorted((folder / "context").glob("*.yaml"))
    if not files:
        raise RuleError("context: has no cues; without them every word counts as said in earnest")
    try:
        languages = [read_yaml(path) for path in files]
        cues = tuple(_cue(entry) for language in languages for entry in language["cues"])
        single = {key: _joined(languages, key) for key in ("terminators", "pseudo", "personal")}
    except (PhraseError, KeyError) as error:
        raise RuleError(f"context: {error}") from None
    return ContextRules(cues, single["terminators"], single["pseudo"], single["personal"])


def _joined(languages: Sequence[Mapping[str, object]], key: str) -> re.Pattern[str]:
    return compile_phrases([phrase for language in languages for phrase in cast("list[str]", language[key])])


def _cue(entry: dict[str, object]) -> Cue:
    if entry["category"] not in get_args(Category) or entry["direction"] not in get_args(Direction):
        raise RuleError(f"context: cue {entry.get('category')!r} {entry.get('direction')!r} is not known")
    return Cue(
        cast("Category", entry["category"]),
        cast("Direction", entry["direction"]),
        cast("int", entry["reach"]),
        compile_phrases(cast("list[str]", entry["phrases"])),
    )
