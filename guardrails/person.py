"""Whom a question is about: the person themselves, someone else, a child, someone pregnant.

Words of the turn come before the profile: a profile belongs to the account's own person (rule of care 10).
"""

import re
from collections.abc import Sequence

from guardrails.facts import measures
from guardrails.level import About, Profile
from guardrails.text import fold
from knowledge.front_matter import Audience

_CHILDREN = (
    "baby|babies|toddler|infant|newborn|child|kid|kids|children|son|daughter|boy|girl|little one|grandson|granddaughter|nephew|niece"
)
_ADULTS = (
    "mother|father|mum|mom|dad|wife|husband|partner|friend|gran\\w*|nan|aunt\\w*|uncle|brother|sister|cousin|neighbou?r|colleague|"
    "roommate|boyfriend|girlfriend"
)
_CHILD = re.compile(
    rf"\b(?:my|our|the|a|this|her|his)\s(?:\w+\s){{0,2}}(?:{_CHILDREN})(?:'s)?\b"
    r"|^(?:kids?|child|children|son|daughter)\b|\b(?:baby|toddler|newborn|infant|preschooler)\b"
    r"|\bin (?:children|kids|babies|toddlers|infants)\b"
)
_NEW_PARENT = re.compile(
    r"\bbaby (?:blues|aspirin|weight|food)\b|\b(?:had|having) (?:a|my|our|her|the) (?:\w+ )?(?:baby|daughter|son|child)\b|\bgave birth\b"
    r"|\b(?:postpartum|postnatal)\b|\b(?:after|since) (?:the )?(?:birth|baby)\b|\bbreast-?feed\w*|\bnew (?:mum|mom|mother|dad|father)\b"
)
_GROWN = re.compile(r"\b(?:grown[- ]up|adult) (?:son|daughter|child)|\b(?:son|daughter|boy|girl)\b.{0,20}\b(?:1[89]|[2-9]\d)\b")
_ONCE_A_CHILD = re.compile(r"\b(?:as|was|were) an? (?:\w+ )?(?:child|kid|baby|boy|girl|toddler)\b")
_PREGNANT = re.compile(
    r"\b(?:pregnan\w*|expecting|weeks along|my (?:first|second|third) trimester|trimester|embarazad\w*|mum-to-be|mom-to-be)\b"
    r"|\b\d{1,2} ?(?:weeks|wks) (?:gone|in)\b"
)
_OTHER = re.compile(rf"\b(?:my|our|his|her) (?:\d+[ -]?\w+[ -]old )?(?:\w+ )?(?:{_ADULTS}|{_CHILDREN})\b|^(?:he|she|they)\b")
_ME = re.compile(r"\b(?:i|i'm|im|i've|ive|my|me)\b")
_ADULT_MONTHS = 18 * 12
_NO_AGE = (
    r"(?![\d.,/:%'-]*\d)(?!\s?%)(?!\s?-?(?:weeks?|wks?|months?|days?|hours?|hrs?|minutes?|mins?|percent|feet|foot|ft|inch\w*|lbs?|pounds?"
    r"|kilos?|kgs?|stone|cm|times?|miles?|more|of|th|st|nd|rd|degrees?|out)\b)"
)
"""What may not follow an age: it would make the number a time, a height, a weight or a count."""
_OWN_AGE = re.compile(
    r"\b(?:i am|i'm|im|i just turned|i turned|my age is|age:?) (?:only |just |still |a |almost |nearly |about |already )?"
    rf"(\d{{1,3}}){_NO_AGE}"
    r"|\b(\d{1,3})[\s-]?(?:yo|y/o|years? old)\b,? (?:here|me)\b"
    r"|\bas an? (\d{1,3})[\s-]years?[\s-]old\b"
    r"|\b(?:tengo|acabo de cumplir|cumpli) (?:solo |apenas |casi |ya )?(\d{1,3}) anos\b(?! (?:de |con |sin |tomando |fumando ))"
    r"|\bsoy (?:un|una) (?:chic[oa]|nin[oa]|muchach[oa]|adolescente|joven) de (\d{1,3}) anos\b"
)
"""The writer's own age: "I'm 14", "tengo 14 años"; not "I'm 14 weeks pregnant", nor "I'm 14 years sober"."""
_YOUNGEST_WRITER = 6
"""Below it a number is more likely something else than the age of someone who types."""
_NOT_OF_AGE = re.compile(r"\s?years? (?!old\b)\w+")


def about(text: str) -> About:
    """Who a message speaks of: another person named comes before "I", for people say "I think my son …"."""
    folded = fold(text)
    if _OTHER.search(folded):
        return "other"
    return "me" if _ME.search(folded) else "unknown"


def audience(text: str, profile: Profile) -> Audience:
    """For whom an answer must be right; "everyone" where neither words nor profile tell."""
    folded = fold(text)
    if _PREGNANT.search(folded):
        return "pregnancy"
    ages = [item.value for item in measures(folded) if item.name == "age_months"]
    if ages:
        return "child" if min(ages) < _ADULT_MONTHS else "adult"
    if _CHILD.search(folded) and not any(pattern.search(folded) for pattern in (_GROWN, _NEW_PARENT, _ONCE_A_CHILD)):
        return "child"
    who = about(text)
    if profile.about == "other" or who == "other":
        return "everyone"
    return _own_audience(profile)


def own_age(turns: Sequence[str]) -> int | None:
    """The writer's age in years as they last said it; None where they did not."""
    for turn in reversed(turns):
        folded = fold(turn)
        said = [match for match in _OWN_AGE.finditer(folded) if not _NOT_OF_AGE.match(folded, match.end())]
        ages = [age for match in said if (age := int(next(filter(None, match.groups())))) >= _YOUNGEST_WRITER]
        if ages:
            return ages[-1]
    return None


def younger(turns: Sequence[str], profile: Profile, years: int) -> bool:
    """Whether the writer says, or told in their profile, that they are younger than that; what was said last in the chat counts more."""
    said = own_age(turns)
    if said is not None:
        return said < years
    return profile.about != "other" and profile.age_months is not None and profile.age_months < years * 12


def _own_audience(profile: Profile) -> Audience:
    if profile.pregnant:
        return "pregnancy"
    if profile.age_months is None:
        return "everyone"
    return "child" if profile.age_months < _ADULT_MONTHS else "adult"
