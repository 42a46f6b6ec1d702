"""Numbers of a sentence with their units, ranges and bounds, each in one form: "two tablets" and "2 tablet", "1,200 mg".

An amount of a draft must stand in its source whole: half of a range, or a limit without its "no more than", is another dose.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from guardrails.wording import Wording, lists

_UNITS = {
    "mg": "milligrams?|mgs?",
    "mcg": "micrograms?|mcgs?|µgs?|μgs?|ugs?",
    "g": "grams?|g",
    "kg": "kilograms?|kilos?|kg",
    "ml": "millilit(?:er|re)s?|mls?",
    "l": "lit(?:er|re)s?|l",
    "mmol": "mmol(?:/l)?|millimoles?",
    "lb": "pounds?|lbs?",
    "oz": "ounces?|oz",
    "unit": "(?:international )?units?|iu",
    "°c": "°\\s?c|degrees? c(?:elsius)?|celsius",
    "°f": "°\\s?f|degrees? f(?:ahrenheit)?|fahrenheit",
    "percent": "percent|per cent|%",
    "second": "seconds?|secs?",
    "minute": "minutes?|mins?",
    "hour": "hours?|hrs?",
    "day": "days?",
    "week": "weeks?|wks?",
    "month": "months?",
    "year": "years?|yrs?",
    "time": "times?",
    "tablet": "tablets?",
    "pill": "pills?",
    "capsule": "capsules?|caplets?",
    "dose": "doses?",
    "puff": "puffs?",
    "drop": "drops?",
    "spoon": "(?:tea|table)spoon(?:ful)?s?|tsps?|tbsps?",
    "cup": "cups?|glass(?:es)?",
    "drink": "drinks?",
    "mile": "miles?",
    "cm": "cm|centimet(?:er|re)s?",
    "m": "met(?:er|re)s?|feet|foot",
    "inch": "inch(?:es)?",
}
_EVERY_UNIT = "|".join(f"(?P<u{number}>{pattern})" for number, pattern in enumerate(_UNITS.values()))
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_ANY_UNIT = "|".join(_UNITS.values())
_PER = r"(?:\s?/|\s(?:per|an?|each|every)\s)(?P<per>kg|kilogram|minute|hour|day|night|week|month|year|dose|ml)\b"
_AMOUNT = re.compile(
    rf"(?P<low>{_NUMBER})(?:(?:(?:\s?(?:{_ANY_UNIT}))?\s?(?P<range>-|to)\s?|\s(?P<joint>or|and)\s)(?P<high>{_NUMBER}))?"
    rf"(?:[\s-]?(?:{_EVERY_UNIT})(?![a-z]))?(?:{_PER})?"
)
_BETWEEN = re.compile(r"\bbetween $")
_NAMES = tuple(_UNITS)


@dataclass(frozen=True, slots=True)
class Amount:
    """`low` to `high` (equal for a single number) of a unit ("" for none, "mg a day"), "or" or "and" where the two are
    no range, bound "most", "least" or not at all ("")."""

    low: float
    high: float
    unit: str
    joint: str
    bound: str


def amounts(wording: Wording) -> Counter[Amount]:
    """Every number of a text, with how often it stands there."""
    return Counter(_amount(match, wording.text) for match in _AMOUNT.finditer(wording.text))


def _amount(match: re.Match[str], text: str) -> Amount:
    low = _value(match["low"])
    high = _value(match["high"]) if match["high"] else low
    unit = next((name for number, name in enumerate(_NAMES) if match[f"u{number}"]), "")
    joint = "" if _BETWEEN.search(text[: match.start()]) else match["joint"] or ""
    per = f" a {match['per'].replace('kilogram', 'kg')}" if match["per"] else ""
    return Amount(low, high, f"{unit}{per}", joint, _bound(text[: match.start()], text[match.end() :]))


def _value(number: str) -> float:
    """1,200 is a thousand and two hundred; 1,5 is one and a half."""
    plain = number.replace(",", "") if re.fullmatch(r"\d+(?:,\d{3})+(?:\.\d+)?", number) else number.replace(",", ".")
    return float(plain)


@cache
def _bound_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    every = [(len(phrase), name, phrase) for name, phrases in lists().bounds.items() for phrase in phrases]
    return tuple(
        (name, re.compile(rf"\b{re.escape(phrase)}\s(?:about |a total of |the )?$")) for _, name, phrase in sorted(every, reverse=True)
    )


def _bound(before: str, after: str) -> str:
    """What binds an amount: the longest phrase right before it, or "or more", "or less" right after."""
    tail = before[-40:]
    for name, pattern in _bound_patterns():
        if pattern.search(tail):
            return name
    if re.match(r"\s?(?:or|and) (?:more|older|over|above|higher|longer)\b", after):
        return "least"
    return "most" if re.match(r"\s?(?:or|and) (?:less|fewer|younger|under|below)\b", after) else ""
