"""Every care card that the rules can bring in every country, with some words and numbers, and with others: where they differ. Pure.

Hundreds of cards share one changed line. So cards are put together by what differs on them, and one of each is shown whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from guardrails.care_cards import CareCard, CareCards, Quote, Staffing
from guardrails.level import SEVERITY, Finding, Level
from guardrails.regions import Region
from guardrails.rules import Rule
from knowledge.words import Words

UNCHECKED = "screening-incomplete"
"""Stands for a rule where the card is the one for a message that could not be checked."""
_Sample = tuple[str, Finding | None]


@dataclass(frozen=True, slots=True)
class Side:
    """What cards are made with: words by language, numbers by country, and the first-aid lines that rules pin."""

    words: Mapping[str, Words]
    regions: Mapping[str, Region]
    first_aid: Mapping[str, tuple[Quote, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a card that says something else: the lines that only one of the two has, or all where their order differs."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardDifference:
    """Cards on which the same differs: how many, where, and the most urgent of them whole."""

    parts: tuple[Part, ...]
    cards: int
    language: str
    countries: tuple[str, ...]
    """Names of countries; one of them is "no country" where the card of an unknown one differs too."""
    level: Level
    before: tuple[str, ...]
    after: tuple[str, ...]


NO_COUNTRY = "no country"


def differences(before: Side, after: Side, rules: Sequence[Rule]) -> tuple[CardDifference, ...]:
    """Every way in which a card would differ, the most urgent first."""
    by_id = {rule.id: rule for rule in rules}
    makers = CareCards(before.regions, before.first_aid, by_id), CareCards(after.regions, after.first_aid, by_id)
    found: dict[tuple[str, tuple[Part, ...]], list[_Pair]] = {}
    for language in before.words:
        said = before.words[language], after.words[language]
        for pair in _pairs(makers, said, list(_samples(rules, before.first_aid))):
            if parts := tuple(_parts(pair)):
                found.setdefault((language, parts), []).append(pair)
    made = [_difference(language, parts, pairs) for (language, parts), pairs in found.items()]
    return tuple(sorted(made, key=lambda each: (-SEVERITY[each.level], each.language, -each.cards)))


@dataclass(frozen=True, slots=True)
class _Pair:
    country: str
    before: CareCard
    after: CareCard


def _samples(rules: Iterable[Rule], first_aid: Mapping[str, tuple[Quote, ...]]) -> Iterator[_Sample]:
    """One finding for each sort of card: rules that differ only in why they fired bring the same card but for that line."""
    seen: set[object] = set()
    for rule in rules:
        sort = (rule.level, rule.pathway, first_aid.get(rule.id), rule.first_aid and rule.first_aid.article)
        if sort not in seen:
            seen.add(sort)
            yield rule.id, Finding(rule.id, rule.version, rule.level, rule.pathway, rule.reason["en"], "rule", ())
    for level in ("emergency", "crisis", "urgent"):
        pathway = "suicide_self_harm" if level == "crisis" else "medical"
        yield f"learned-{level}", Finding(f"learned-{level}", 1, level, pathway, "", "classifier", ())  # type: ignore[arg-type]
    yield UNCHECKED, None


def _pairs(makers: tuple[CareCards, CareCards], said: tuple[Words, Words], samples: Sequence[_Sample]) -> Iterator[_Pair]:
    countries = dict.fromkeys([*makers[0].regions, *makers[1].regions, None])
    for code in countries:
        if _same(makers, said, code):
            continue
        named = makers[1].regions.get(code or "") or makers[0].regions.get(code or "")
        for _, finding in samples:
            for staffing in _staffings(said):
                before, after = (maker.of(finding, code, staffing, words) for maker, words in zip(makers, said, strict=True))
                yield _Pair(named.name("en") if named else NO_COUNTRY, before, after)


def _same(makers: tuple[CareCards, CareCards], said: tuple[Words, Words], code: str | None) -> bool:
    return said[0] == said[1] and makers[0].regions.get(code or "") == makers[1].regions.get(code or "")


def _staffings(said: tuple[Words, Words]) -> tuple[Staffing, ...]:
    """Who is there makes one line; it is gone through only where that line differs."""
    keys = {state: f"staffing_{state}" for state in get_args(Staffing)}
    differ = tuple(state for state, key in keys.items() if said[0].entries[key] != said[1].entries[key])
    return differ or ("unattended",)


def _lines(card: CareCard) -> dict[str, tuple[str, ...]]:
    """The parts of a card by name, each with its lines."""
    return {
        "Title": (card.title,),
        "What to do first": (card.lead,),
        "Why": card.reasons,
        "Contacts": tuple(f"{contact.label}: {contact.action} ({contact.hours})" for contact in card.contacts),
        "Meanwhile": tuple(quote.text for quote in card.meanwhile),
        "If it gets worse": (card.worse,) if card.worse else (),
        "Who is there": (card.staffing,),
        "Country": (card.region_line,),
        "Last line": (card.closing,),
        "Banner later on": (card.banner,),
    }


def _parts(pair: _Pair) -> Iterator[Part]:
    before, after = _lines(pair.before), _lines(pair.after)
    for name, lines in before.items():
        now = after[name]
        if lines != now:
            gone, new = tuple(line for line in lines if line not in now), tuple(line for line in now if line not in lines)
            yield Part(name, gone or (() if new else lines), new or (() if gone else now))


def _difference(language: str, parts: tuple[Part, ...], pairs: Sequence[_Pair]) -> CardDifference:
    sample = max(pairs, key=lambda pair: SEVERITY[pair.before.level])
    countries = tuple(dict.fromkeys(pair.country for pair in pairs))
    sides = (tuple(line for lines in _lines(card).values() for line in lines) for card in (sample.before, sample.after))
    return CardDifference(parts, len(pairs), language, countries, sample.before.level, *sides)
