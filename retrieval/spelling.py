"""Misspelt words put right: the library's own words before plain English, and a word that is known is never touched.

People who are ill type badly, and the word they get wrong is the one that matters. Corrections serve the search alone:
the screen reads what was typed, and a correction is never shown as the patient's own words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import symspellpy
import yaml
from rapidfuzz import fuzz, process
from symspellpy import SymSpell, Verbosity

from retrieval.reuse import made_of

SHORTHAND_FILE = Path(__file__).parent / "shorthand.yaml"
_ENGLISH_FILE = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"
_COMMON = 20_000
"""English words that a slip is corrected to; the other 60,000 are only known to be right."""
_SHORTEST = 4
_REMEMBERED = 20_000
_MIDDLE = 6
"""Letters from which a word may be two slips away."""
_LONG = 8
_OTHER_SOUND = 0.7
_OURS = 0.3
_DEAREST = 1.7
_DEAREST_OF_LONG = 2.4
"""Costs in slips: of other consonants, the library's words being likelier, and up to which a word is taken for meant."""
_NEAR_NAME = 82.0
_LENGTHS_APART = 3
_TIMES_ENGLISH = 10**9
_PREFIX = 6
_WITHIN = re.compile(r"[^.!?\s][\s\-(\"']*\Z")
"""What stands before a word that does not begin a sentence."""
_WORD = re.compile(r"[^\W_]*\d[^\W_]*|[^\W\d_]+(?:['’][^\W\d_]+)*")


class Spelling:
    """Knows the words of one library, and plain English."""

    def __init__(self, texts: Iterable[str], names: Iterable[str], before: "Spelling | None" = None) -> None:
        """`texts` are all that is served; `names` are titles and synonyms, to which even two or three slips lead back.

        `before` knows an earlier library; what stands in both is not read again.
        """
        self.read: dict[str, Counter[str]] = made_of(texts, lambda text: Counter(_plain(text)), before.read if before else {})
        self._counts: Counter[str] = Counter()
        for counted in self.read.values():
            self._counts.update(counted)
        in_names = {word for name in names for word in _plain(name)}
        self._names = sorted(word for word in in_names if len(word) > _SHORTEST)
        self._words = self._counts.keys() | in_names
        self._known = _english().keys() | self._words
        self.slips: SymSpell = before.slips if before else SymSpell(2, _PREFIX)
        _learn(self.slips, (word for word in self._words if len(word) >= _SHORTEST and word not in self.slips.words))
        self._meant: dict[tuple[str, bool], str | None] = {}
        _common_english()  # made with the library: the first patient who misspells a word must not wait seconds for it

    def correct(self, text: str) -> str:
        """`text` with shorthand written out and unknown words replaced by what was most likely meant."""
        return _WORD.sub(lambda match: self._word(match, text), text)

    def _word(self, match: re.Match[str], text: str) -> str:
        typed, lower = match[0], match[0].lower()
        if lower in _shorthand():
            return _shorthand()[lower]
        if lower in self._known or len(lower) < _SHORTEST or not lower.isascii() or not lower.isalpha():
            return typed
        proper = typed[0].isupper() and not typed.isupper() and _WITHIN.search(text, 0, match.start()) is not None
        known = self._meant  # which another thread may replace
        if (lower, proper) in known:
            return known[lower, proper] or typed
        meant = self._mean(lower, proper=proper)
        if len(self._meant) >= _REMEMBERED:
            self.forget()
        self._meant[lower, proper] = meant
        return meant or typed

    def forget(self) -> None:
        """Forget the words that were looked up: patients typed them."""
        self._meant = {}

    def _mean(self, word: str, *, proper: bool) -> str | None:
        """What was meant by an unknown `word`; a proper name (a person, a brand) is only led to the library's words, one slip away."""
        most = 1 if proper or len(word) < _MIDDLE else 2
        library = (item for item in self.slips.lookup(word, Verbosity.ALL, most) if item.term in self._words)
        near = [(_cost(word, item.term, item.distance) - _OURS, item.term) for item in library]
        if not proper:
            near += [(_cost(word, item.term, item.distance), item.term) for item in _common_english().lookup(word, Verbosity.ALL, most)]
        limit = _DEAREST if len(word) < _LONG else _DEAREST_OF_LONG
        likely = sorted((cost, -self._frequency(term), term) for cost, term in near if cost <= limit and not _opposed(word, term))
        return likely[0][2] if likely else None if proper else self._near_name(word)

    def _frequency(self, word: str) -> int:
        """How common a word is; those of the library's own texts come before all of English, misspelt synonyms last."""
        return self._counts[word] * _TIMES_ENGLISH + _english().get(word, 0)

    def _near_name(self, word: str) -> str | None:
        """A name that looks like it as a whole, for the three or four slips of a hard one."""
        best = process.extractOne(word, self._names, scorer=fuzz.ratio, score_cutoff=_NEAR_NAME)
        alike = best and best[0][0] == word[0] and abs(len(best[0]) - len(word)) < _LENGTHS_APART and not _opposed(word, best[0])
        return best[0] if best and alike else None


def _plain(text: str) -> list[str]:
    return [match[0].lower() for match in _WORD.finditer(text)]


def _opposed(one: str, other: str) -> bool:
    """Whether one says hyper- where the other says hypo-: the opposite illness is no slip of the hand."""
    return {one[:4], other[:4]} == {"hype", "hypo"}


def _cost(typed: str, meant: str, slips: int) -> float:
    """Slips, and what makes them less likely: another first letter (vowels are easily confused), other consonants."""
    start = 0.0 if typed[0] == meant[0] else 0.5 if {typed[0], meant[0]} <= set("aeiouy") else 1.2
    return slips + start + (0.0 if _consonants(typed) == _consonants(meant) else _OTHER_SOUND)


def _consonants(word: str) -> str:
    """What a word sounds like without its vowels: people who spell by ear get these right."""
    for written, heard in (("ph", "f"), ("gh", ""), ("ck", "k"), ("c", "k"), ("q", "k"), ("z", "s"), ("x", "ks"), ("rh", "r"), ("th", "t")):
        word = word.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhw]", "", word))


def _learn(slips: SymSpell, words: Iterable[str]) -> None:
    """Add words to be led back to. How common each is, `Spelling` knows by itself; one that a library no longer holds stays, unused."""
    for word in words:
        slips.create_dictionary_entry(word, 1)


@cache
def _english() -> Mapping[str, int]:
    """Some 83,000 English words with their frequency, medical ones among them."""
    rows = (line.split() for line in _ENGLISH_FILE.read_text(encoding="utf-8-sig").splitlines())
    return {word: int(count) for word, count in rows}


@cache
def _common_english() -> SymSpell:
    slips = SymSpell(2, _PREFIX)
    _learn(slips, sorted(_english(), key=lambda word: -_english()[word])[:_COMMON])
    return slips


@cache
def _shorthand() -> Mapping[str, str]:
    shorthand: dict[str, str] = yaml.safe_load(SHORTHAND_FILE.read_text(encoding="utf-8"))["shorthand"]
    return shorthand
