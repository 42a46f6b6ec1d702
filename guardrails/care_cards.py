"""Care cards: whom to contact, how fast, with the numbers of the patient's region, life-saving action first.

One card joins every open finding. A crisis card shows the same contacts whether or not a method was named, and nothing
is invented for a region we have no checked numbers for (rules of care 1 and 6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal

from guardrails.level import SEVERITY, Finding, Level, Pathway
from guardrails.regions import Contact, Region
from guardrails.rules import Rule
from knowledge.words import Words

Staffing = Literal["staffed", "on_call", "unattended"]

_SERVICES: Mapping[Pathway, tuple[str, ...]] = {
    "medical": ("emergency", "medical_advice"),
    "poisoning": ("emergency", "poison"),
    "suicide_self_harm": ("suicide_crisis", "crisis_text", "emergency"),
    "violence_abuse": ("emergency", "domestic_violence", "sexual_assault"),
    "person_at_risk": ("emergency", "child_protection", "elder_abuse"),
    "harm_to_others": ("emergency", "suicide_crisis"),
}
_SAFEGUARDED: tuple[Pathway, ...] = ("violence_abuse", "person_at_risk")
_CRISIS_LEAD: Mapping[Pathway, str] = {
    "suicide_self_harm": "card_lead_crisis_suicide",
    "violence_abuse": "card_lead_crisis_violence",
    "person_at_risk": "card_lead_crisis_risk",
    "harm_to_others": "card_lead_crisis_harm",
    "medical": "card_lead_crisis_suicide",
    "poisoning": "card_lead_crisis_suicide",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A first-aid line with the place it is quoted from; `href` is empty for the built-in line."""

    text: str
    href: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class CareCard:
    """What the patient sees for open findings. Plain data: stored, sent to the page and printed as it is."""

    level: Level
    pathways: tuple[Pathway, ...]
    title: str
    lead: str
    reasons: tuple[str, ...]
    contacts: tuple[Contact, ...]
    meanwhile: tuple[Quote, ...]
    worse: str
    staffing: str
    closing: str
    region: str | None
    region_line: str
    banner: str
    leave_quickly: bool
    safeguarding: str = ""
    """The clinic's own text about violence, abuse and neglect, where the card is about that."""

    def as_dict(self) -> dict[str, Any]:
        """JSON form of the card."""
        return asdict(self)

    def as_text(self) -> str:
        """The card as plain lines, for the command line and for readers without its picture."""
        lines = [self.title, self.lead]
        lines += [f"{contact.label}: {contact.action} ({contact.hours})" for contact in self.contacts]
        lines += [quote.text for quote in self.meanwhile]
        lines += [self.worse, self.safeguarding, self.staffing, self.region_line, self.closing]
        return "\n".join(line for line in lines if line)


class CareCards:
    """Builds cards from findings; holds the regions and the resolved first-aid lines, and asks nobody else."""

    def __init__(
        self,
        regions: Mapping[str, Region],
        first_aid: Mapping[str, tuple[Quote, ...]],
        rules: Mapping[str, Rule] = MappingProxyType({}),
    ) -> None:
        self.regions, self.first_aid, self._rules = regions, first_aid, rules

    def with_first_aid(self, first_aid: Mapping[str, tuple[Quote, ...]]) -> "CareCards":
        """The same cards with other first-aid lines: those of another version of the library."""
        return CareCards(self.regions, first_aid, self._rules)

    def card(self, findings: Sequence[Finding], region: str | None, staffing: Staffing, words: Words) -> CareCard:
        """One card for all open `findings` (at least one), most urgent pathway first."""
        findings = sorted(findings, key=lambda finding: -SEVERITY[finding.level])
        level = findings[0].level
        pathways = tuple(dict.fromkeys(finding.pathway for finding in findings))
        home = self.regions.get(region or "")
        number = home.emergency if home else None
        return CareCard(
            level=level,
            pathways=pathways,
            title=words.say(f"card_title_{level}"),
            lead=_lead(level, pathways, number, words),
            reasons=tuple(dict.fromkeys(self._reason(finding, words) for finding in findings)),
            contacts=_contacts(level, pathways, home, words),
            meanwhile=self._meanwhile(findings, level, pathways, words),
            worse=_or_unknown("card_worse", number, words) if level == "urgent" else "",
            staffing=words.say(f"staffing_{staffing}"),
            closing=words.say("card_no_wait"),
            region=region if home else None,
            region_line=_region_line(home, words),
            banner=_or_unknown("banner_emergency", number, words) if level == "emergency" else words.say(f"banner_{level}"),
            leave_quickly=any(p in (*_SAFEGUARDED, "suicide_self_harm") for p in pathways),
            safeguarding=words.say("safeguarding") if any(p in _SAFEGUARDED for p in pathways) else "",
        )

    def _reason(self, finding: Finding, words: Words) -> str:
        """Why, in the patient's language: the rule's own reason, or set words for what was learned and not ruled."""
        if finding.by == "rule":
            rule = self._rules.get(finding.rule)
            return rule.reason.get(words.language, finding.reason) if rule else finding.reason
        return words.say(f"card_reason_{finding.level}")

    def _meanwhile(self, findings: Sequence[Finding], level: Level, pathways: Sequence[Pathway], words: Words) -> tuple[Quote, ...]:
        """Pinned first aid of the findings' rules; in their place, or where the library has none in this language, built-in lines."""
        pinned = [quote for finding in findings for quote in self.first_aid.get(finding.rule, ()) if quote.language == words.language]
        if pinned:
            return tuple(dict.fromkeys(pinned))[:4]
        built_in = [words.entries[key] for finding in findings if (key := self._built_in(finding)) in words.entries]
        if built_in:
            return tuple(Quote(text, "") for text in dict.fromkeys(built_in))[:2]
        if "poisoning" in pathways:
            key = "first_aid_poisoning"
        elif "harm_to_others" in pathways and level == "crisis":
            key = "first_aid_harm"
        elif "violence_abuse" in pathways or "person_at_risk" in pathways:
            key = "first_aid_violence"
        else:
            key = {"emergency": "first_aid_emergency", "crisis": "first_aid_crisis"}.get(level, "first_aid_urgent")
        return (Quote(words.say(key), ""),)

    def _built_in(self, finding: Finding) -> str:
        """The set words that stand in for the article a rule pins."""
        rule = self._rules.get(finding.rule)
        return f"first_aid_{rule.first_aid.article.replace('-', '_')}" if rule and rule.first_aid else ""

    def unchecked(self, region: str | None, staffing: Staffing, words: Words) -> CareCard:
        """The card for a message that could not be checked: emergency and crisis contacts, and no claim about it."""
        home = self.regions.get(region or "")
        services = ("emergency", "suicide_crisis")
        return CareCard(
            level="urgent",
            pathways=("medical", "suicide_self_harm"),
            title=words.say("screen_incomplete"),
            lead=self.emergency_line(region, words),
            reasons=(),
            contacts=tuple(c for service in services for c in home.contacts(service, words)) if home else (),
            meanwhile=(),
            worse="",
            staffing=words.say(f"staffing_{staffing}"),
            closing=words.say("card_no_wait"),
            region=region if home else None,
            region_line=_region_line(home, words),
            banner=words.say("screen_incomplete"),
            leave_quickly=False,
        )

    def of(self, finding: Finding | None, region: str | None, staffing: Staffing, words: Words) -> CareCard:
        """The card of one finding, or, where there is none, of a message that could not be checked."""
        return self.unchecked(region, staffing, words) if finding is None else self.card([finding], region, staffing, words)

    def emergency_contact(self, region: str | None, words: Words) -> Contact | None:
        """The region's emergency number as a contact; None where the region is unknown."""
        home = self.regions.get(region or "")
        return next(iter(home.contacts("emergency", words)), None) if home else None

    def contacts(self, services: Sequence[str], region: str | None, words: Words) -> tuple[Contact, ...]:
        """The region's contacts of those services; none where it is unknown."""
        home = self.regions.get(region or "")
        return tuple(contact for service in services for contact in home.contacts(service, words)) if home else ()

    def emergency_line(self, region: str | None, words: Words) -> str:
        """The line that stands on every page: the region's number, or how to reach help where it is unknown."""
        home = self.regions.get(region or "")
        return _or_unknown("emergency_line", home.emergency if home else None, words)


def _region_line(home: Region | None, words: Words) -> str:
    return words.say("card_region", region=home.name(words.language)) if home else words.say("card_region_unknown")


def _or_unknown(key: str, number: str | None, words: Words) -> str:
    return words.say(key, number=number) if number else words.say(f"{key}_unknown")


def _lead(level: Level, pathways: Sequence[Pathway], number: str | None, words: Words) -> str:
    """The first thing to do; where violence is meant, also whether it is safe to read on (rule of care 11)."""
    if level == "emergency":
        call = _or_unknown("card_lead_emergency", number, words)
        return f"{call} {words.say('card_lead_crisis_violence')}" if "violence_abuse" in pathways else call
    return words.say(_CRISIS_LEAD[pathways[0]] if level == "crisis" else "card_lead_urgent")


def _contacts(level: Level, pathways: Sequence[Pathway], home: Region | None, words: Words) -> tuple[Contact, ...]:
    if home is None:
        return ()
    services = [service for pathway in pathways for service in _SERVICES[pathway]]
    if level == "emergency":
        services.insert(0, "emergency")
        services = [service for service in services if service != "medical_advice"]
    if level == "urgent":
        services = [*(s for s in services if s != "emergency"), "emergency"]
    return tuple(contact for service in dict.fromkeys(services) for contact in home.contacts(service, words))
