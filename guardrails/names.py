"""Names of people in a patient's text, found by what stands around them and by a short list of given names. No model.

A cue alone rarely suffices: "my husband will not eat" and "I'm Rh negative" hold no name. So cues have three strengths, a
capital counts only where the writer uses capitals, and words that are no names are data (privacy.yaml).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:(?:'(?!s\b)|-)[^\W\d_]+)*")
PLACEHOLDER = re.compile(r"<[A-Z_]{2,20}>")
_MOST_WORDS = 5
_AND = frozenset({"and", "y", "e"})
_ALONE = re.compile(r"\s*(?:[^\w\s'-]|$|\n|(?:from|here|again|and|y|de)\b)")
"""What follows a name that is also a word, for the word to be a name: "I'm Will, 31"."""
_GIVEN_TO = re.compile(
    r"\b(?:gave|giv(?:e|es|en|ing)|feed|fed|put|prescribed?|bought|offer(?:ed)?|start(?:ed|ing)?|took|take|tried|di|dio|doy|dar|darle|dado|dimos|receto)"
    r"\s[^.!?;\n]{0,24}$"
)
"""After these a capital may begin a medicine: "I gave my son Calpol", "we gave Liam Nurofen"."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, where it stands, and whether it has a capital that says anything, or capitals alone."""

    start: int
    end: int
    folded: str
    capital: bool
    acronym: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A text cut into words. `kept` marks characters where a name is found by no cue, `spared` by none but a strong one."""

    folded: str
    words: tuple[Word, ...]
    kept: bytearray
    spared: bytearray

    def gap(self, number: int) -> str:
        """What stands between a word and the next; a full stop at either end of the text."""
        if not 0 <= number < len(self.words) - 1:
            return "."
        return self.folded[self.words[number].end : self.words[number + 1].start]


def read(text: str, folded: str, kept: bytearray, spared: bytearray) -> Reading:
    """Cut a text into words; the placeholders of an earlier masking are none."""
    letters = sum(map(str.isalpha, text))
    shouted = letters > 10 and sum(map(str.isupper, text)) > 0.7 * letters
    held = {place for match in PLACEHOLDER.finditer(text) for place in range(*match.span())}
    words = []
    for match in _WORD.finditer(folded):
        start, end = match.span()
        if start not in held:
            capital = text[start].isupper() and not shouted
            words.append(Word(start, end, match.group(), capital, capital and end - start > 1 and text[start:end].isupper()))
    return Reading(folded, tuple(words), kept, spared)


class NameFinder:
    """Finds names by the cues and lists of privacy.yaml."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """`re.error` or KeyError where the data is wrong."""
        self._lower, self._upper, self._also, self._surnames, self._plain, self._particles = (
            frozenset(data[key].split()) for key in ("given", "given_with_capital", "also_words", "surnames", "not_names", "particles")
        )
        self._known = self._lower | self._upper | self._also
        cues: tuple[tuple[str, Callable[[Reading, int], bool]], ...] = (
            ("sure", self._sure),
            ("likely", self._likely),
            ("weak", self._weak),
        )
        self._cues = tuple((pattern, accepts) for strength, accepts in cues for pattern in _together(data["names"][strength]))
        self._after = tuple(
            (re.compile(cue), fewest)
            for key, fewest in (("followed_by_one", 1), ("followed_by_two", 2), ("followed_by_known", 0))
            for cue in data["names"][key]
        )

    def find(self, reading: Reading, accounts: frozenset[str]) -> list[tuple[int, int]]:
        """Spans of names, which may overlap; `accounts` are folded words of e-mail addresses in the same text."""
        runs = [*self._cued(reading), *self._followed(reading), *self._listed(reading)]
        named = {word.folded for first, last in runs for word in reading.words[first : last + 1] if len(word.folded) > 2}
        named -= self._also | self._plain | self._particles
        runs += [
            (number, number)
            for number, word in enumerate(reading.words)
            if word.folded in named or (word.folded in accounts and self._proper(word))
            if not reading.kept[word.start]
        ]
        return [(reading.words[first].start, reading.words[last].end) for first, last in runs]

    def _cued(self, reading: Reading) -> Iterator[tuple[int, int]]:
        starts = {word.start: number for number, word in enumerate(reading.words)}
        for cue, accepts in self._cues:
            for match in cue.finditer(reading.folded):
                first = starts.get(match.end(1))
                if first is None or not accepts(reading, first):
                    continue
                while first is not None:
                    last = self._extend(reading, first, sure=accepts == self._sure)
                    yield first, last
                    first = self._next_given(reading, last)

    def _followed(self, reading: Reading) -> Iterator[tuple[int, int]]:
        """Names known by what comes after them: "Kofi is 6 years old", "Ann Archer, dob"."""
        ends = {word.end: number for number, word in enumerate(reading.words)}
        for cue, fewest in self._after:
            for match in cue.finditer(reading.folded):
                last = ends.get(match.start())
                if last is None or (not fewest and reading.words[last].folded not in self._known):
                    continue
                first = self._reach_back(reading, last)
                if last - first + 1 >= max(fewest, 1):
                    yield first, last

    def _reach_back(self, reading: Reading, last: int) -> int:
        """The first of the words with capitals that end at `last`; one after `last` where there is none."""
        first = last + 1
        while first > max(0, last - _MOST_WORDS) and self._proper(reading.words[first - 1]) and not self._is_kept(reading, first - 1):
            first -= 1
            if reading.gap(first - 1) != " ":
                break
        return first

    def _listed(self, reading: Reading) -> Iterator[tuple[int, int]]:
        """Given names anywhere; those that are also words only before a surname."""
        for number, word in enumerate(reading.words):
            if word.acronym or reading.kept[word.start] or reading.spared[word.start]:
                continue
            if self._listed_name(word) or self._has_surname(reading, number):
                yield number, self._extend(reading, number, sure=False)

    def _has_surname(self, reading: Reading, number: int) -> bool:
        """Whether a name that is also a word stands before a common surname, both with capitals: "Rose Evans"."""
        if reading.words[number].folded not in self._also or not reading.words[number].capital or reading.gap(number) != " ":
            return False
        after = reading.words[number + 1]
        return after.capital and after.folded in self._surnames - self._also and not reading.kept[after.start]

    def _sure(self, reading: Reading, number: int) -> bool:
        word = reading.words[number]
        return word.folded not in self._plain or word.folded in self._also

    def _likely(self, reading: Reading, number: int) -> bool:
        word = reading.words[number]
        if self._is_kept(reading, number):
            return False
        if word.folded in self._lower | self._upper or (word.capital and word.folded in self._also):
            return True
        if word.capital:
            return self._proper(word) and not self._after_giving(reading, number)
        return word.folded in self._surnames and word.folded not in self._also | self._plain

    def _weak(self, reading: Reading, number: int) -> bool:
        word = reading.words[number]
        if reading.kept[word.start] or reading.spared[word.start]:
            return False
        if self._listed_name(word):
            return True
        if word.folded in self._also - self._plain and word.capital and _ALONE.match(reading.folded, word.end):
            return True
        last = self._extend(reading, number, sure=False)
        return self._proper(word) and last > number and _ALONE.match(reading.folded, reading.words[last].end) is not None

    def _proper(self, word: Word) -> bool:
        """Whether a word has a capital and is no plain word; capitals alone ("DVT") say nothing."""
        return word.capital and not word.acronym and word.folded.split("'")[0] not in self._plain and word.folded not in self._plain

    def _listed_name(self, word: Word) -> bool:
        return word.folded in self._lower or (word.capital and word.folded in self._upper)

    def _after_giving(self, reading: Reading, number: int) -> bool:
        start = reading.words[number].start
        return _GIVEN_TO.search(reading.folded, max(0, start - 40), start) is not None

    def _is_kept(self, reading: Reading, number: int) -> bool:
        return bool(reading.kept[reading.words[number].start])

    def _next_given(self, reading: Reading, last: int) -> int | None:
        """The given name that follows a name with a comma or an "and": "my twins Oscar and Max"."""
        number = last + 1
        joined = reading.gap(last).strip() in (",", "&")
        if number < len(reading.words) and reading.words[number].folded in _AND:
            joined, number = reading.gap(last).strip() in ("", ",") and not reading.gap(number).strip(), number + 1
        if not joined or number >= len(reading.words):
            return None
        word = reading.words[number]
        return number if word.capital and word.folded in self._known - self._plain and not self._is_kept(reading, number) else None

    def _extend(self, reading: Reading, first: int, *, sure: bool) -> int:
        """The last word of the name that begins at `first`."""
        last = first
        for number in range(first + 1, min(first + _MOST_WORDS, len(reading.words))):
            initial = len(reading.words[number - 1].folded) == 1
            if reading.gap(number - 1).strip(" \t") not in ("", "." if initial else "") or "\n" in reading.gap(number - 1):
                break
            if self._continues(reading, number, sure=sure):
                last = number
            elif reading.words[number].folded not in self._particles:
                break
        return last

    def _continues(self, reading: Reading, number: int, *, sure: bool) -> bool:
        word = reading.words[number]
        if self._is_kept(reading, number) and not sure:
            return False
        if word.folded in self._surnames and word.folded not in self._also | self._plain:
            return True
        if (self._proper(word) and (sure or not self._after_giving(reading, number))) or self._initial(word):
            return True
        if sure and word.capital:
            return word.folded in self._also
        told = sure and not reading.words[number - 1].capital
        return told and word.folded not in self._plain and self._closes(reading, number)

    def _initial(self, word: Word) -> bool:
        return word.capital and len(word.folded) == 1 and word.folded != "i"

    def _closes(self, reading: Reading, number: int) -> bool:
        """Whether a name written without capitals ends here: "my name is tariq aziz and", not "tariq need help"."""
        if reading.gap(number).strip(" \t"):
            return True
        return reading.words[number + 1].folded in self._plain


def _together(cues: Sequence[str]) -> Iterator[re.Pattern[str]]:
    """Patterns whose first group ends where a name begins. Cues that begin a word are tried as one, at a third of the time."""
    words = [cue.removeprefix(r"\b") for cue in cues if cue.startswith(r"\b")]
    yield re.compile(rf"(?<!\w)(?=((?:{'|'.join(words)})))")
    for cue in cues:
        if not cue.startswith(r"\b"):
            yield re.compile(f"({cue})")
