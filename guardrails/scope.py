"""What the library is not asked: instructions to the machine, referrals, other people, small talk. Patterns are data.

Helping is safer than refusing (rule of care 9), so only plain cases are caught here; everything else goes to the library,
which may still say that it does not cover the question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import yaml

from guardrails.text import fold

SCOPE_FILE = Path(__file__).parent / "scope.yaml"
Outcome = Literal["refused", "referred", "not_covered", "smalltalk"]
_MAX = 4000
"""Code points read for scope; more cannot change what kind of request a message is."""


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """One kind of request that gets set words."""

    id: str
    outcome: Outcome
    words: str
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def matches(self, folded: str) -> bool:
        """Whether a folded message is such a request."""
        if any(pattern.search(folded) for pattern in self.unless):
            return False
        return any(pattern.search(folded) for pattern in self.patterns)


class Scope:
    """Decides whether set words answer a message."""

    def __init__(self, entries: tuple[ScopeEntry, ...], health_words: Sequence[str]) -> None:
        self.entries = entries
        self._health = re.compile(rf"\b(?:{'|'.join(health_words)})")

    def verdict(self, text: str) -> ScopeEntry | None:
        """The first entry that `text` matches, or None where the library should be asked."""
        folded = fold(text[:_MAX])
        return next((entry for entry in self.entries if entry.matches(folded)), None)

    def sounds_like_health(self, text: str) -> bool:
        """Whether a message that the library does not cover is at least about health."""
        return self._health.search(fold(text[:_MAX])) is not None


def load(path: Path = SCOPE_FILE) -> Scope:
    """Read the scope file; a wrong pattern raises `re.error` at start, never in a patient's turn."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = tuple(
        ScopeEntry(
            entry["id"],
            cast("Outcome", entry["outcome"]),
            entry["words"],
            tuple(re.compile(pattern) for pattern in entry["patterns"]),
            tuple(re.compile(pattern) for pattern in entry.get("unless", ())),
        )
        for entry in data["scope"]
    )
    return Scope(entries, data["health_words"].split())
