"""Whether a drafted sentence is supported by the words it cites: hard lexical checks, for similarity is not entailment.

Every number, unit and negation of the sentence must stand in its quotes, and most of its content words too.
"""

import re
from collections.abc import Sequence

from guardrails.text import fold

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_UNITS = (
    "mg|mcg|g|kg|ml|l|mmol|milligrams?|micrograms?|grams?|units?|tablets?|pills?|capsules?|doses?|puffs?|drops?|times|"
    "hours?|days?|weeks?|months?|years?|minutes?|percent"
)
_UNIT = re.compile(rf"\b(?:{_UNITS})\b|%|°[cf]\b")
_NEGATION = re.compile(r"\b(?:not|no|never|without|avoid|cannot|nor|unless|\w+n't)\b")
_AMOUNT = re.compile(rf"({_NUMBER.pattern})[\s-]?((?:{_UNITS})\b|%|°[cf]\b)")
_SPELT = {
    word: str(number) for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"once": "1 times", "twice": "2 times"}
_SPELT_WORD = re.compile(rf"\b(?:{'|'.join(_SPELT)})\b")
_WORD = re.compile(r"[a-z]{4,}")
_COMMON = frozenset(
    """
    about after also been before being both does each even every from have here into just many more most much only other over same some
    such than that them then there these they this those very were what when which while will with your
    """.split()
)
_SUPPORT = 0.8
_FORBIDDEN = re.compile(
    r"\byou (?:probably |likely |may |might )?have (?:an? )?(?:heart attack|stroke|cancer|infection|diabetes|depression|tumou?r)"
    r"|\bstop taking\b|\byour dose\b|\bi (?:recommend|prescribe|diagnose)\b|\bguarantee\w*\b|\bdouble (?:the|your) dose\b"
)


def unsupported(sentence: str, quotes: Sequence[str]) -> str | None:
    """Why `sentence` is not supported by `quotes`, in a few words without the sentence; None where it is."""
    said, held = _digits(fold(sentence)), _digits(fold(" ".join(quotes)))
    reasons = (
        ("cites nothing", not held.strip()),
        ("speaks as a clinician would", bool(set(_FORBIDDEN.findall(said)) - set(_FORBIDDEN.findall(held)))),
        ("a number is not in its source", bool(set(_NUMBER.findall(said)) - set(_NUMBER.findall(held)))),
        ("a unit is not in its source", bool(_units(said) - _units(held))),
        ("an amount is not in its source", bool(_amounts(said) - _amounts(held))),
        ("a negation differs from its source", bool(_NEGATION.search(said)) != bool(_NEGATION.search(held))),
        ("words are not in its source", _share_held(said, held) < _SUPPORT),
    )
    return next((reason for reason, applies in reasons if applies), None)


def _digits(text: str) -> str:
    """Numbers as figures, so that "two tablets" and "2 tablets" are the same and "three" is not."""
    return _SPELT_WORD.sub(lambda match: _SPELT[match[0]], text)


def _amounts(text: str) -> set[tuple[str, str]]:
    """Numbers with the unit that follows: "4 tablets" is not held by "1 tablet every 4 hours"."""
    return {(number, unit.rstrip("s")) for number, unit in _AMOUNT.findall(text)}


def _units(text: str) -> set[str]:
    return {unit.rstrip("s") for unit in _UNIT.findall(text)}


def _share_held(said: str, held: str) -> float:
    """Which share of the sentence's content words its source holds."""
    words = {_stem(word) for word in _WORD.findall(said)} - _COMMON
    known = {_stem(word) for word in _WORD.findall(held)}
    return len(words & known) / len(words) if words else 1.0


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|ly)$", "", word)[:8]
