"""What would make a numbers file unfit for patients: a country left without its emergency number, a row that cannot be dialled.

A file with one such fault is never signed or served (`app.content.documents`), and each fault names its line.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from guardrails.region_rows import Place, places
from guardrails.regions import plain
from knowledge.lint import Problem

SERVICES: Mapping[str, str] = {
    "emergency": "Emergency number",
    "medical_advice": "Medical advice line",
    "poison": "Poison centre",
    "suicide_crisis": "Suicide and crisis line",
    "crisis_text": "Crisis line by text message",
    "domestic_violence": "Violence at home",
    "sexual_assault": "Sexual assault",
    "child_protection": "Help for children",
    "elder_abuse": "Help for older people",
}
"""Every service that a card may show (`guardrails.care_cards`), with its name for editors."""
FIELDS = ("service", "label", "call", "text", "hours", "languages", "source", "seen", "second_check")
_CODE = re.compile(r"[A-Z]{2}")
_CALL = re.compile(r"[+*]?[0-9][0-9 ()*#-]*")
_TEXT = re.compile(r"\+?[0-9]{2,15}")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_MARKUP = re.compile(r"[<>`\n]")
_ALWAYS = ("emergency", "suicide_crisis")
"""What every country keeps that has it as the file ships: both are on the card for a message that could not be checked."""
Fault = tuple[int, str]


def problems(text: str, packaged: str, slug: str, today: dt.date) -> list[Problem]:
    """Every fault of a numbers file, by line; `packaged` is the file as it ships."""
    return [Problem(slug, line, "error", why) for line, why in sorted(_faults(text, packaged, today))]


def _faults(text: str, packaged: str, today: dt.date) -> Iterator[Fault]:
    try:
        data = plain(text)
        found = places(text)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        yield (mark.line + 1 if mark else 1), "this is no numbers file: it cannot be read as YAML with 'regions'"
        return
    regions = data["regions"]
    for code, region in regions.items():
        yield from _region_faults(str(code), region, found, today)
    yield from _losses(regions, _shown(packaged))


def _region_faults(code: str, region: Any, found: Mapping[tuple[str, int], Place], today: dt.date) -> Iterator[Fault]:
    rows = region.get("numbers") if isinstance(region, dict) else None
    line = found[code, 0].first + 1 if (code, 0) in found else 1
    if not isinstance(rows, list) or not rows:
        yield line, f"{code} has no numbers"
        return
    if not _CODE.fullmatch(code):
        yield line, f"{code} is no country code of two capital letters"
    if not _said(region.get("name")):
        yield line, f"{code} needs a name in English and Spanish"
    zones = region.get("time_zones")
    if not isinstance(zones, list) or not all(isinstance(zone, str) for zone in zones):
        yield line, f"{code} needs a list of time zones"
    for number, row in enumerate(rows):
        for why in _row_faults(row, today):
            yield found[code, number].first + 1, f"{code}, row {number + 1}: {why}"


def row_faults(row: Mapping[str, Any], today: dt.date) -> list[str]:
    """What is wrong with one row, in sentences for whoever fills in its form."""
    return list(_row_faults(row, today))


def _row_faults(row: Any, today: dt.date) -> Iterator[str]:
    if not isinstance(row, Mapping) or set(row) != set(FIELDS):
        yield f"a row has exactly these fields: {', '.join(FIELDS)}"
        return
    if row["service"] not in SERVICES:
        yield f"the service must be one of {', '.join(SERVICES)}"
    for name in ("label", "hours"):
        if not _said(row[name]):
            yield f"the {name} must be said in English and Spanish, as plain text"
    yield from _dial_faults(row)
    if not isinstance(row["languages"], list) or not all(isinstance(one, str) for one in row["languages"]):
        yield "languages must be a list of codes such as en"
    if row["source"] is not None and not _address(row["source"]):
        yield "the source must be the address of a page, or empty"
    if row["source"] is None and row["seen"] is not None:
        yield "a page that was seen must be named as the source"
    yield from _check_faults(row, today)


def _dial_faults(row: Mapping[str, Any]) -> Iterator[str]:
    call, message = row["call"], row["text"]
    if call is None and message is None:
        yield "there is neither a number to call nor one to text"
    if call is not None and not (isinstance(call, str) and _CALL.fullmatch(call)):
        yield "the number to call must be digits, with spaces, brackets or dashes at most"
    if message is not None:
        number = message.get("number") if isinstance(message, Mapping) and set(message) == {"number", "body"} else None
        body = message.get("body") if number is not None else None
        if not (isinstance(number, str) and _TEXT.fullmatch(number)):
            yield "the number to text must be digits"
        if body is not None and not (isinstance(body, str) and _plain_text(body)):
            yield "the word to text must be plain text"


def _check_faults(row: Mapping[str, Any], today: dt.date) -> Iterator[str]:
    """A check that is claimed must say when, and by which other page."""
    seen, second = row["seen"], row["second_check"]
    if seen is not None and not (isinstance(seen, Mapping) and set(seen) == {"date", "how"} and _plain_text(seen["how"])):
        yield "'seen' must say the date and how the page was read, or be empty"
    elif seen is not None and not _past(seen["date"], today):
        yield "the date on which the source was seen must be a day up to today"
    if second is not None and not (isinstance(second, Mapping) and set(second) == {"source", "date"} and _address(second["source"])):
        yield "the second check must name another page and a date, or be empty"
    elif second is not None and not _past(second["date"], today):
        yield "the date of the second check must be a day up to today"
    elif second is not None and second["source"] == row["source"]:
        yield "the second check must be another page than the source"


def _losses(regions: Mapping[Any, Any], packaged: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    """Countries and life-saving services that patients would lose."""
    for code, services in packaged.items():
        if code not in regions:
            yield 1, f"{code} is missing; patients of every country that ships may choose it"
            continue
        left = _services(regions[code])
        for service in _ALWAYS:
            if service in services and service not in left:
                yield 1, f"{code} has no checked row for: {SERVICES[service].lower()}"
    for code, region in regions.items():
        if code not in packaged and "emergency" not in _services(region):
            yield 1, f"{code} has no checked emergency number"


@cache
def _shown(text: str) -> Mapping[str, frozenset[str]]:
    return {code: _services(region) for code, region in plain(text)["regions"].items()}


def _services(region: Any) -> frozenset[str]:
    """The services that cards of a region show."""
    rows = region.get("numbers") if isinstance(region, Mapping) else None
    shown = [row for row in rows or () if isinstance(row, Mapping) and row.get("seen") and row.get("second_check") and row.get("call")]
    return frozenset(str(row.get("service")) for row in shown)


def _said(words: Any) -> bool:
    return isinstance(words, Mapping) and set(words) == {"en", "es"} and all(map(_plain_text, words.values()))


def _plain_text(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip()) and not _MARKUP.search(text)


def _address(text: Any) -> bool:
    return isinstance(text, str) and _ADDRESS.fullmatch(text) is not None


def _past(date: Any, today: dt.date) -> bool:
    return isinstance(date, dt.date) and not isinstance(date, dt.datetime) and date <= today
