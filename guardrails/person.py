"""Whom a question is about: the person themselves, someone else, a child, someone pregnant.

Words of the turn come before the profile: a profile belongs to the account's own person (rule of care 10).
"""

import re

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


def _own_audience(profile: Profile) -> Audience:
    if profile.pregnant:
        return "pregnancy"
    if profile.age_months is None:
        return "everyone"
    return "child" if profile.age_months < _ADULT_MONTHS else "adult"
