"""What the library is not asked: instructions to the machine, referrals, other people, small talk. Patterns are data.

Helping is safer than refusing (rule of care 9), so only plain cases are caught here; everything else goes to the library,
which may still say that it does not cover the question. Patterns decide first; the learned layer (`scope_model`) adds what they
do not foresee, and where it is off they decide alone.
"""

import codecs
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import yaml

from guardrails import scope_model
from guardrails.scope_model import Encoder, Guess, LearnedScope, Request
from guardrails.text import fold

log = logging.getLogger("carelight")

SCOPE_FILE = Path(__file__).parent / "scope.yaml"
Outcome = Literal["refused", "referred", "not_covered", "smalltalk"]
_MAX = 4000
"""Code points read for scope; more cannot change what kind of request a message is."""
_BEFORE = 400
"""Code points of the message before that are read with this one."""
_MASKS = {"medicine": "drug", "kilos": "weight", "dog": "animal"}
"""Words that the learned layer reads in place of a term."""
_TERM = re.compile(r"\{([a-z_]+)\}")
_LEET = str.maketrans("0134578@$", "oieastbas")


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """One kind of request that gets set words."""

    id: str
    outcome: Outcome
    words: str
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    signs: tuple[re.Pattern[str], ...] = ()
    """Too weak to decide alone; the learned layer weighs them."""

    def matches(self, folded: str) -> bool:
        """Whether a folded message is such a request."""
        return not self._excepted(folded) and any(pattern.search(folded) for pattern in self.patterns)

    def hinted(self, folded: str, before: str) -> bool:
        """Whether a folded message shows a sign of such a request, alone or as the end of what stood `before` it."""
        if self._excepted(folded):
            return False
        if any(sign.search(folded) for sign in self.signs):
            return True
        both, start = f"{before} {folded}", len(before) + 1
        return bool(before) and any(match.end() > start for p in (*self.patterns, *self.signs) for match in p.finditer(both))

    def _excepted(self, folded: str) -> bool:
        return any(pattern.search(folded) for pattern in self.unless)


class Scope:
    """Decides whether set words answer a message."""

    def __init__(
        self,
        entries: tuple[ScopeEntry, ...],
        health_words: Sequence[str],
        masks: Mapping[str, re.Pattern[str]] | None = None,
        learned: LearnedScope | None = None,
    ) -> None:
        self.entries, self.masks, self.learned = entries, masks or {}, learned
        self._by_id = {entry.id: entry for entry in entries}
        self._health = re.compile(rf"\b(?:{'|'.join(health_words)})")

    def with_encoder(self, encoder: Callable[[], Encoder]) -> "Scope":
        """The same scope, whose learned layer asks another encoder."""
        made = copy(self)
        made.learned = LearnedScope(self.learned.weights, encoder) if self.learned else None
        return made

    def verdict(self, text: str, earlier: Sequence[str] = ()) -> ScopeEntry | None:
        """The entry that `text` is a plain case of, or None where the library should be asked; `earlier` turns, oldest first."""
        found = self.by_pattern(text)
        if found is not None or self.learned is None:
            return found
        guess = self._guess(text, earlier)
        return self._by_id.get(guess.entry) if guess and self.learned.weights.is_sure(guess) else None

    def leaning(self, text: str, earlier: Sequence[str] = ()) -> ScopeEntry | None:
        """What a message probably is that the library turned out not to cover; None where it is only not covered.

        Nothing is taken from the patient by then, so that a lower threshold does.
        """
        guess = self._guess(text, earlier)
        if guess is None or self.learned is None or guess.probability < self.learned.weights.likely:
            return None
        return self._by_id.get(guess.entry)

    def by_pattern(self, text: str) -> ScopeEntry | None:
        """The first entry whose patterns match; injections are also read through their usual disguises."""
        folded = fold(text[:_MAX])
        for entry in self.entries:
            if entry.matches(folded) or (entry.id == "instructions" and any(map(entry.matches, _undisguised(folded)))):
                return entry
        return None

    def request(self, text: str, earlier: Sequence[str] = ()) -> Request:
        """A message as the learned layer reads it."""
        folded = fold(text[:_MAX])
        before = fold(earlier[-1][-_BEFORE:]) if earlier else ""
        signs = frozenset(entry.id for entry in self.entries if entry.hinted(folded, before))
        return scope_model.read(folded, before, self.masks, signs)

    def sounds_like_health(self, text: str) -> bool:
        """Whether a message that the library does not cover is at least about health."""
        return self._health.search(fold(text[:_MAX])) is not None

    def _guess(self, text: str, earlier: Sequence[str]) -> Guess | None:
        return self.learned.guess(self.request(text, earlier)) if self.learned else None


def load(path: Path = SCOPE_FILE, encoder: Callable[[], Encoder] | None = None) -> Scope:
    """Read the scope file; a wrong pattern raises `re.error` at start, never in a patient's turn.

    With an `encoder` the learned layer works too; where its weights cannot be read, patterns decide alone, and it is said.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    terms = _terms(data.get("terms", {}))

    def patterns(entry: Mapping[str, Sequence[str]], key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_filled(pattern, terms)) for pattern in entry.get(key, ()))

    entries = tuple(
        ScopeEntry(
            entry["id"],
            cast("Outcome", entry["outcome"]),
            entry["words"],
            patterns(entry, "patterns"),
            patterns(entry, "unless"),
            patterns(entry, "signs"),
        )
        for entry in data["scope"]
    )
    masks = {word: re.compile(rf"(?<!\w){terms[term]}(?!\w)") for word, term in _MASKS.items() if term in terms}
    return Scope(entries, data["health_words"].split(), masks, _learned(encoder) if encoder else None)


def _learned(encoder: Callable[[], Encoder]) -> LearnedScope | None:
    try:
        return LearnedScope(scope_model.load(), encoder)
    except scope_model.ScopeModelError as error:
        log.warning("scope is decided by patterns alone: %s", error)
        return None


def _terms(given: Mapping[str, str]) -> dict[str, str]:
    """Each term as one group of its words; a term may hold those above it."""
    terms: dict[str, str] = {}
    for name, words in given.items():
        terms[name] = f"(?:{'|'.join(_filled(words, terms).split())})"
    return terms


def _filled(pattern: str, terms: Mapping[str, str]) -> str:
    return _TERM.sub(lambda match: terms[match[1]], pattern)


def _undisguised(folded: str) -> Iterator[str]:
    """A message read backwards, turned back by thirteen letters, and with digits for letters."""
    yield folded[::-1]
    yield codecs.decode(folded, "rot13")
    yield folded.translate(_LEET)
