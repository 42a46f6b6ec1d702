"""Two people's changes of one text put together: what only one of them touched is taken, what both touched is left to a person.

A sentence is the smallest part: two changes in one sentence ("3 tablets" and "tablets every 6 hours") could make together
something that nobody wrote, and in an article about a medicine that would be a dose.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Side = Literal["theirs", "mine", "both"]
_LINES = re.compile(r"\n+|[^\n]+")
_SENTENCES = re.compile(r"(?<=[.!?:][^\S\n])(?=\S)")


@dataclass(frozen=True, slots=True)
class Agreed:
    """Words about which nothing needs to be asked; `by` says whose change they are, "nobody" where none."""

    text: str
    by: Literal["nobody", "theirs", "mine"] = "nobody"
    was: str = ""
    """What stood there before, where somebody changed it."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Words that both changed, each in their own way."""

    base: str
    theirs: str
    mine: str

    def text(self, side: Side) -> str:
        """The words of one side; of both, theirs first."""
        if side == "both":
            return self.theirs + ("" if self.theirs.endswith(("\n", " ")) or not self.theirs else "\n\n") + self.mine
        return self.theirs if side == "theirs" else self.mine


Merged = tuple[Agreed | Conflict, ...]


def merge(base: str, theirs: str, mine: str) -> Merged:
    """The text that both began with and what each made of it, in reading order; every word of each is in it."""
    before, other, own = units(base), units(theirs), units(mine)
    parts: list[Agreed | Conflict] = []
    at = (0, 0, 0)
    for b, t, m, size in (*_kept_by_both(before, other, own), (len(before), len(other), len(own), 0)):
        _add(parts, _between("".join(before[at[0] : b]), "".join(other[at[1] : t]), "".join(own[at[2] : m])))
        _add(parts, Agreed("".join(before[b : b + size])))
        at = (b + size, t + size, m + size)
    return tuple(parts)


def conflicts(merged: Merged) -> tuple[Conflict, ...]:
    """What a person has to choose."""
    return tuple(part for part in merged if isinstance(part, Conflict))


def settled(merged: Merged, sides: Sequence[Side]) -> str:
    """The text with one side chosen for each conflict, in order."""
    chosen = iter(sides)
    return "".join(part.text if isinstance(part, Agreed) else part.text(next(chosen)) for part in merged)


def units(text: str) -> list[str]:
    """Sentences, lines and the line ends between them; put together they are the text."""
    return [unit for line in _LINES.findall(text) for unit in _SENTENCES.split(line)]


def _between(base: str, theirs: str, mine: str) -> Agreed | Conflict:
    """What becomes of a stretch between two that everybody kept."""
    if theirs == mine:
        return Agreed(mine)
    if theirs == base:
        return Agreed(mine, "mine", base)
    if mine == base:
        return Agreed(theirs, "theirs", base)
    return Conflict(base, theirs, mine)


def _kept_by_both(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of the base that stand in both texts: where in each, and how many units."""
    left, right = _blocks(base, theirs), _blocks(base, mine)
    i = j = 0
    while i < len(left) and j < len(right):
        (a, t, n), (b, m, k) = left[i], right[j]
        start, end = max(a, b), min(a + n, b + k)
        if start < end:
            yield start, t + start - a, m + start - b, end - start
        if a + n < b + k:
            i += 1
        else:
            j += 1


def _blocks(base: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int]]:
    return [(m.a, m.b, m.size) for m in SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks() if m.size]


def _add(parts: list[Agreed | Conflict], part: Agreed | Conflict) -> None:
    if isinstance(part, Agreed) and not part.text and part.by == "nobody":
        return
    last = parts[-1] if parts else None
    if isinstance(part, Agreed) and isinstance(last, Agreed) and part.by == last.by == "nobody":
        parts[-1] = Agreed(last.text + part.text)
    else:
        parts.append(part)
