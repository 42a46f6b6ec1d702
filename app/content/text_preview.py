"""One of the set words, or one number, where patients would meet it: the first care card that says it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from guardrails.care_cards import CareCard, CareCards, Staffing
from guardrails.level import Finding, Level, Pathway
from guardrails.regions import Region
from guardrails.rules import Rule
from knowledge.words import Words, placeholders

_MARK = "☃"
_LEVELS: tuple[Level, ...] = ("emergency", "crisis", "urgent")
_VALUES = {"number": "911", "clinic": "the clinic", "date": "2027-01-31", "who": "Nora", "minutes": "5", "region": "United States"}
"""What placeholders hold in a preview."""


def card_saying(key: str, words: Words, regions: Mapping[str, Region], country: str, rules: Sequence[Rule]) -> CareCard | None:
    """The first card of the country, or of no country, on which the words under `key` stand; None where they are on none."""
    marked = replace(words, entries={**words.entries, key: _MARK})
    maker = CareCards(regions, {}, {rule.id: rule for rule in rules})
    for finding, at in _samples(country, rules):
        if _MARK in _whole(maker.of(finding, *at, marked)):
            return maker.of(finding, *at, words)
    return None


def card_calling(service: str, words: Words, regions: Mapping[str, Region], country: str) -> CareCard | None:
    """The first card of a country that shows a service; None where none does, as where no row of it is checked."""
    maker = CareCards(regions, {})
    for finding, at in _samples(country, ()):
        card = maker.of(finding, *at, words)
        if at[0] == country and any(contact.service == service for contact in card.contacts):
            return card
    return None


def sentence(words: str) -> str:
    """Set words with something in place of what is filled in; as they stand where they cannot be filled in."""
    try:
        return words.format(**{name: _VALUES.get(name, f"({name})") for name in placeholders(words)})
    except ValueError:
        return words


_At = tuple[str | None, Staffing]


def _samples(country: str, rules: Sequence[Rule]) -> Iterator[tuple[Finding | None, _At]]:
    plain = [Finding("", 1, level, pathway, "", "classifier", ()) for level in _LEVELS for pathway in get_args(Pathway)]
    ruled = [Finding(rule.id, rule.version, rule.level, rule.pathway, rule.reason["en"], "rule", ()) for rule in rules]
    for code in (country, None):
        for finding in (*plain, None, *ruled):
            yield finding, (code, "unattended")
    for staffing in get_args(Staffing):
        yield plain[0], (country, staffing)


def _whole(card: CareCard) -> str:
    return f"{card.as_text()}\n{card.banner}\n{' '.join(card.reasons)}"
