"""Patients' text made comparable without moving a single offset, and cut into clauses."""

import re
import unicodedata
from dataclasses import dataclass

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})
_CLAUSE_END = re.compile(r"[.!?;\n]+(?=\s|$|[^\d])|\s-\s|\s(?=(?:but|pero|aunque|however|although|though|except)\s)")


def fold(text: str) -> str:
    """Lower case, no accents, plain quotes; exactly as many code points as `text`, so spans stay valid."""
    return "".join(_fold_char(char) for char in text.translate(_QUOTES))


def _fold_char(char: str) -> str:
    if char.isascii():
        return char.lower()
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


@dataclass(frozen=True, slots=True)
class Clause:
    """Code points `start` to `end` (exclusive) of a turn, within which a cue such as "no" can reach."""

    start: int
    end: int


def clauses(folded: str) -> tuple[Clause, ...]:
    """Cut folded text at sentence ends and at words that turn it ("but"); a decimal point ends nothing."""
    found: list[Clause] = []
    start = 0
    for mark in _CLAUSE_END.finditer(folded):
        if folded[start : mark.start()].strip():
            found.append(Clause(start, mark.end()))
        start = mark.end()
    if folded[start:].strip():
        found.append(Clause(start, len(folded)))
    return tuple(found)
