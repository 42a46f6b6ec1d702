"""Numbers a patient states, in one unit each: temperature, oxygen, blood pressure, glucose, pulse, breaths, age.

A reading without a unit is taken by its plausible range (a temperature of 102 is °F, of 39 is °C), because people
typing in fear leave units out.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_NUM = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_DEGREES = r"(\d{1,3}(?:[.,]\d{1,2}|\sy\smedio|\s(?:con|punto)\s\d)?)(?![\d.,]\d)"
_NO_TIME = (
    r"(?![\s-]?(?:y/?o|m/?o|(?:hours?|hrs?|days?|wks?|weeks?|months?|mths?|years?|yrs?|min\w{0,4}"
    r"|horas?|dias?|semanas?|mes|meses|anos?|veces)\b))"
)
"""What follows a reading may not make it a time: "a fever, I am 40 years old" states no 40 °C."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One stated number: `name` carries the unit, `start` and `end` are code points of the folded turn."""

    name: str
    value: float
    start: int
    end: int


_WORDS = ("un|una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce")
_SPELT = {word: float(value) for value, words in enumerate(_WORDS, start=1) for word in words.split("|")}


def _number(text: str) -> float:
    """The value of digits ("38,5"), of a half ("38 y medio"), of spoken decimals ("38 con 5") or of a small Spanish word."""
    if text in _SPELT:
        return _SPELT[text]
    return float(re.sub(r"\s(?:con|punto)\s|,", ".", text.replace(" y medio", ".5")))


def _celsius(value: float, unit: str) -> float | None:
    fahrenheit = unit.startswith("f") or (not unit.startswith("c") and value >= 93)
    celsius = (value - 32) * 5 / 9 if fahrenheit else value
    return celsius if 25 <= celsius <= 45 else None


def _glucose(value: float, unit: str) -> float | None:
    mmol = value / 18 if unit.startswith("mg") or (not unit.startswith("mmol") and value >= 36) else value
    return mmol if 0.5 <= mmol <= 80 else None


def _plain(low: float, high: float) -> Callable[[float, str], float | None]:
    return lambda value, _unit: value if low <= value <= high else None


def _pressure(value: float, _unit: str) -> float | None:
    """Much of South America says "21 con 12" for 210/120."""
    mmhg = value * 10 if value <= 30 else value
    return mmhg if 50 <= mmhg <= 300 else None


_MONTHS = {"d": 1 / 30.4, "w": 1 / 4.35, "s": 1 / 4.35, "m": 1.0, "y": 12.0, "a": 12.0, "h": 1 / 730}


def _age(value: float, unit: str) -> float | None:
    return value * _MONTHS[unit[0]]


_AGE_UNIT = r"(hours?|hrs?|days?|wks?|weeks?|months?|mths?|mos?|years?|yrs?|y)"
_NO_SPELL = r"(?!\s(?:pregnant|gone|along|post|into|of|ago|late|overdue|left|sober|clean)\b)"
"""What follows an age may not make it a spell of time: "she is 8 weeks pregnant", "he has 3 days of fever"."""
_COUNT_ES = r"(\d{1,3}(?:[.,]\d)?|" + "|".join(_WORDS) + ")"
_AGE_UNIT_ES = r"(horas?|dias?|diitas|semanas?|semanitas|mes|meses|mesecitos|anos?|anitos?)\b"
_NO_SPELL_ES = r"(?!\s(?:con|sin|que|embarazad|de (?!nacid|vida|edad|recien)|post|enferm|mal|vomit))"
"""What follows "tiene" and a time may not make it a spell: "tiene 3 dias con fiebre", "tiene 8 semanas de embarazo"."""
_CHILD_ES = (
    r"(?:bebe|bebita|bebito|beba|bb|nene|nena|nin[oa]|hij[oa]|hijit[oa]|niet[oa]|nietit[oa]|sobrin[oa]|guagua|wawa"
    r"|chamac[oa]|gemel[oa]s?|mellizos?|recien nacid[oa]|mij[oa]|peque|chiquit[oa])"
)
_PERSON = r"(?:baby|newborn|son|daughter|boy|girl|infant|toddler|child|kid|lo|little one|he|she|bebe)"
_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[float, str], float | None]], ...] = (
    (
        "temperature_c",
        re.compile(
            rf"(?:temp\w{{0,12}}|fever|fiebre|calentura|termometro)\W{{1,3}}(?:\w+\W+){{0,4}}?{_DEGREES}{_NO_TIME}\s?°?\s?([cf]?)\b"
        ),
        _celsius,
    ),
    ("temperature_c", re.compile(rf"\b{_DEGREES}\s?°?(?:\sgrados)?\sde\s(?:fiebre|calentura|temperatura|temp)\b()"), _celsius),
    (
        "temperature_c",
        re.compile(rf"\b(?:tiene|tengo|tenia|con|marca|marco|salio|dio|en|llego a|subio a)\s{_DEGREES}\s?(?:grados|°)()"),
        _celsius,
    ),
    ("temperature_c", re.compile(rf"\b{_NUM}\s?(?:°\s?|degrees? ?)?([cf])\b"), _celsius),
    (
        "spo2",
        re.compile(
            rf"(?:spo2|sp02|o2|sats?|oxygen|oximeter|saturation|oxigen\w{{1,5}}|saturacion|satura|saturando|oximetro)"
            rf"\W{{1,3}}(?:\w+\W+){{0,5}}?{_NUM}{_NO_TIME}(?!\s(?:de pulso|pulsaciones|latidos|lpm))\s?(%?)"
        ),
        _plain(40, 100),
    ),
    ("spo2", re.compile(r"\b(\d{2,3})\s?(%?)\sde\s(?:saturacion|oxigeno|oxigenacion)\b"), _plain(40, 100)),
    ("systolic", re.compile(r"\b(\d{2,3})\s?(/|over|sobre)\s?\d{2,3}\b"), _plain(50, 300)),
    (
        "systolic",
        re.compile(r"\b(?:presion|precion|tension)\W{1,3}(?:\w+\W+){0,5}?(\d{2,3})\s?(/|con|sobre|y|por)\s?\d{1,3}\b"),
        _pressure,
    ),
    (
        "systolic",
        re.compile(r"\b(?:presion|precion|tension)\W{1,3}(?:\w+\W+){0,4}?(1[4-9]\d|2\d\d)\b()(?!\s?(?:mg|mcg|ml|pesos|euros|soles)\b)"),
        _pressure,
    ),
    (
        "heart_rate",
        re.compile(
            rf"(?:pulse|heart ?rate|hr|heart\W+(?:\w+\W+){{0,3}}at|pulso|pulsaciones|latidos|frecuencia"
            rf"|corazon\W+(?:\w+\W+){{0,3}}(?:a|en))\W{{1,3}}(?:\w+\W+){{0,4}}?{_NUM}\b(){_NO_TIME}"
        ),
        _plain(20, 300),
    ),
    ("heart_rate", re.compile(r"\b(\d{2,3})\s?(latidos|pulsaciones|lpm|ppm)\b"), _plain(20, 300)),
    ("breaths", re.compile(r"(?:breath\w{0,6}|respirat\w{0,8}|rr)\W{1,3}(?:\w+\W+){0,4}?(\d{1,2})\b()"), _plain(1, 80)),
    ("breaths", re.compile(r"\b(\d{1,2})\s?(breaths?|times a min\w*|respiraciones|veces por min\w*)"), _plain(1, 80)),
    (
        "glucose_mmol",
        re.compile(
            r"\b(?:sugars?|glucose|bm|meter|glucosa|azucar|glucemia|glicemia|glucometro)\W{1,3}(?:\w+\W+){0,4}?"
            rf"(\d{{1,4}}(?:[.,]\d{{1,2}})?)(?![.,]?\d){_NO_TIME}\s?(mmol|mg)?"
        ),
        _glucose,
    ),
    ("glucose_mmol", re.compile(rf"\b{_NUM}\s?(mmol|mg/dl)"), _glucose),
    ("age_months", re.compile(rf"\b{_NUM}[\s-]?{_AGE_UNIT}[\s-]?(?:old|o)\b"), _age),
    (
        "age_months",
        re.compile(
            rf"\b{_PERSON}\W{{1,3}}(?:is|s|has|tiene|aged?|only|just|,)?\W{{0,2}}(?:only |just )?{_NUM}[\s-]?{_AGE_UNIT}\b{_NO_SPELL}"
        ),
        _age,
    ),
    ("age_months", re.compile(rf"\b{_NUM}[\s-]?(yo|y/o|m/o)\b"), _age),
    ("age_months", re.compile(rf"\b{_COUNT_ES}\s{_AGE_UNIT_ES}\sde\s(?:nacid|vida|edad)"), _age),
    (
        "age_months",
        re.compile(rf"\b{_CHILD_ES}\W{{1,3}}(?:\w+\W+){{0,1}}?de\s(?:apenas\s|solo\s)?{_COUNT_ES}\s{_AGE_UNIT_ES}(?!\sde\s(?:emb|gest))"),
        _age,
    ),
    (
        "age_months",
        re.compile(
            rf"\b{_CHILD_ES}\W{{1,3}}(?:\w+\W+){{0,2}}?(?:tiene|cumplio|con)\s(?:apenas\s|solo\s|casi\s|ya\s)?{_COUNT_ES}\s{_AGE_UNIT_ES}{_NO_SPELL_ES}"
        ),
        _age,
    ),
    ("age_months", re.compile(rf"\b(?:tiene|cumplio)\s(?:apenas\s|solo\s)?{_COUNT_ES}\s{_AGE_UNIT_ES}(?=\s?[,.;]|\sy\s|$)"), _age),
    ("age_months", re.compile(rf"\bnacio hace\s(?:apenas\s|solo\s)?{_COUNT_ES}\s{_AGE_UNIT_ES}"), _age),
)
_OTHER_SALT = re.compile(
    r"\b(?:lithium|litio|potassium|potasio|sodium|sodio|calcium|calcio|cholest\w*|colest\w*|ketones?|cetonas|ldl|hdl|lactate)\b"
)
"""What is measured in mmol/L too: "lithium 0.7 mmol/L" states no glucose."""
MEASURES = frozenset(name for name, _, _ in _PATTERNS)
"""Every name that a rule may compare."""
_NEWBORN = re.compile(r"\b(?:newborn|new born|recien nacid[oa]|neonato)\b")


def measures(folded: str) -> tuple[Measure, ...]:
    """Every stated number in one folded turn, in canonical units."""
    found = [
        Measure(name, value, match.start(), match.end())
        for name, pattern, convert in _PATTERNS
        for match in pattern.finditer(folded)
        if not (name == "glucose_mmol" and _OTHER_SALT.search(folded, max(0, match.start() - 30), match.end()))
        if (value := convert(_number(match[1]), match[2] or "")) is not None
    ]
    found += [Measure("age_months", 0.5, match.start(), match.end()) for match in _NEWBORN.finditer(folded)]
    return tuple(found)


def meets(found: Iterable[Measure], name: str, operator: str, limit: float) -> Measure | None:
    """The first measure called `name` that satisfies `operator` ("<", "<=", ">", ">=") against `limit`."""
    tests: dict[str, Callable[[float], bool]] = {
        "<": lambda v: v < limit,
        "<=": lambda v: v <= limit,
        ">": lambda v: v > limit,
        ">=": lambda v: v >= limit,
    }
    return next((item for item in found if item.name == name and tests[operator](item.value)), None)
