"""The words of a sentence as the checks of drafts see them: content words by stem, and the lists that decide.

`grounding.yaml` holds the lists; a reviewer reads and changes them without reading code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import yaml

from guardrails.text import fold

_FILE = Path(__file__).parent / "grounding.yaml"
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?(?:-[a-z]+)*|\d+(?:[.,]\d+)*|[^\sa-z\d]")
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ily", "ed", "es", "ly", "s", "e")
_SHORTEST = 3
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SPELT = {word: number for number, word in enumerate(_ONES.split())} | {word: 20 + 10 * n for n, word in enumerate(_TENS.split())}
_SPELT_PATTERN = re.compile(rf"\b(?:({'|'.join(_TENS.split())})[- ]({'|'.join(_ONES.split()[1:10])})|({'|'.join(_SPELT)}))\b")
_LARGE = re.compile(r"\b(\d+(?:\.\d+)?) (hundred|thousand|million)\b")
_PARTS = (
    (r"\bonce\b", "1 times"),
    (r"\btwice\b", "2 times"),
    (r"\bthrice\b", "3 times"),
    (r"\ba couple of\b", "2"),
    (r"\ba dozen\b", "12"),
    (r"\bmilligrams?\b", "mg"),
    (r"\bmicrograms?\b", "mcg"),
    (r"\bmillilit(?:er|re)s?\b", "ml"),
    (r"\b(\d{1,3}),(\d{3})\b", r"\1\2"),
)


@dataclass(frozen=True, slots=True)
class Lists:
    """The word lists of `grounding.yaml`, each as a set."""

    words: Mapping[str, frozenset[str]]
    opposites: Mapping[str, frozenset[str]]
    """Each word of a pair with its opposites."""
    bounds: Mapping[str, tuple[str, ...]]
    """What binds an amount from above ("most") or below ("least"), longest first."""
    forbidden: tuple[re.Pattern[str], ...]
    personal: re.Pattern[str]
    injection: re.Pattern[str]

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.words[name]


@cache
def lists() -> Lists:
    """The lists that ship, read once."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    opposites: dict[str, set[str]] = {}
    for one, other in data.pop("opposites"):
        opposites.setdefault(one, set()).add(other)
        opposites.setdefault(other, set()).add(one)
    bounds = {name: tuple(sorted(phrases, key=len, reverse=True)) for name, phrases in data.pop("bounds").items()}
    forbidden = tuple(re.compile(pattern) for pattern in data.pop("forbidden"))
    personal, injection = re.compile(data.pop("personal")), re.compile(data.pop("injection"))
    words = {name: frozenset(str(text).split()) for name, text in data.items()}
    return Lists(words, {word: frozenset(others) for word, others in opposites.items()}, bounds, forbidden, personal, injection)


@lru_cache(maxsize=1 << 15)
def stems(word: str) -> frozenset[str]:
    """What may stand for `word`: itself, and itself without a common ending. "painless" does not stand for "pain"."""
    found = {word, word.replace("-", "")}
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            stem = word.removesuffix(ending)
            found.add(stem)
            if ending in ("ies", "ied", "ily"):
                found.add(f"{stem}y")
            if len(stem) > _SHORTEST and stem[-1] == stem[-2]:
                found.add(stem[:-1])
    return frozenset(found)


_CHECKED_APART = ("empty", "negation", "weak", "strong")


def is_content(token: str) -> bool:
    """Whether a word says something that a source must support; one of two opposites always does."""
    known = lists()
    if token in known.opposites:
        return True
    return token[0].isalpha() and len(token) >= _SHORTEST and not any(token in known[name] for name in _CHECKED_APART)


def figures(text: str) -> str:
    """`text` (folded) with numbers in words as figures, without thousands' commas, and units of medicines short."""
    for pattern, figure in _PARTS:
        text = re.sub(pattern, figure, text)
    text = _SPELT_PATTERN.sub(_figure, text)
    return _LARGE.sub(lambda m: f"{float(m[1]) * {'hundred': 100, 'thousand': 1000, 'million': 1_000_000}[m[2]]:g}", text)


def _figure(match: re.Match[str]) -> str:
    return str(_SPELT[match[1]] + _SPELT[match[2]] if match[1] else _SPELT[match[3]])


@dataclass(frozen=True)
class Wording:
    """A text as its tokens: words, numbers and marks in order, lower case, without accents."""

    text: str
    """Folded, numbers in figures."""

    @classmethod
    def of(cls, text: str) -> "Wording":
        return cls(figures(fold(text)))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(_TOKEN.findall(self.text))

    @cached_property
    def content(self) -> frozenset[str]:
        """Its content words."""
        return frozenset(token for token in self.tokens if is_content(token))

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(stem for token in self.tokens for stem in stems(token))

    def holds(self, word: str) -> bool:
        """Whether some form of `word` stands here: "swells" for "swelling", never "hypertension" for "hypotension"."""
        return not self._stems.isdisjoint(stems(word))

    def has(self, name: str) -> frozenset[str]:
        """The words of the list called `name` that stand here, exactly."""
        return lists()[name].intersection(self.tokens)

    def places(self, word: str) -> list[int]:
        """Where some form of `word` stands, by token."""
        wanted = stems(word)
        return [place for place, token in enumerate(self.tokens) if not wanted.isdisjoint(stems(token))]

    def near(self, place: int, reach: int) -> frozenset[str]:
        """Stems of the content words within `reach` content words of the token at `place`, on both sides."""
        before = [token for token in self.tokens[:place] if is_content(token)][-reach:]
        after = [token for token in self.tokens[place + 1 :] if is_content(token)][:reach]
        return frozenset(stem for token in (*before, *after) for stem in stems(token))
