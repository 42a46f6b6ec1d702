"""Whether a drafted sentence is supported by the words it cites: hard lexical checks, for similarity is not entailment.

Every number, unit and negation of the sentence must stand in its quotes, and most of its content words too.
"""

import re
from collections.abc import Sequence

from guardrails.text import fold

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_UNITS = "mg|mcg|g|kg|ml|l|mmol|units?|tablets?|pills?|hours?|days?|weeks?|months?|years?|minutes?|percent"
_UNIT = re.compile(rf"\b(?:{_UNITS})\b|%|°[cf]\b")
_NEGATION = re.compile(r"\b(?:not|no|never|without|avoid|cannot|nor|unless|(?:do|does|ca|is|are|should)n't)\b")
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
    said, held = fold(sentence), fold(" ".join(quotes))
    reasons = (
        ("cites nothing", not held.strip()),
        ("speaks as a clinician would", bool(_FORBIDDEN.search(said)) and not _FORBIDDEN.search(held)),
        ("a number is not in its source", bool(set(_NUMBER.findall(said)) - set(_NUMBER.findall(held)))),
        ("a unit is not in its source", bool(_units(said) - _units(held))),
        ("a negation differs from its source", bool(_NEGATION.search(said)) != bool(_NEGATION.search(held))),
        ("words are not in its source", _share_held(said, held) < _SUPPORT),
    )
    return next((reason for reason, applies in reasons if applies), None)


def _units(text: str) -> set[str]:
    return {unit.rstrip("s") for unit in _UNIT.findall(text)}


def _share_held(said: str, held: str) -> float:
    """Which share of the sentence's content words its source holds."""
    words = {_stem(word) for word in _WORD.findall(said)} - _COMMON
    known = {_stem(word) for word in _WORD.findall(held)}
    return len(words & known) / len(words) if words else 1.0


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|ly)$", "", word)[:8]
