"""How fast someone must act, which kind of help, and what was found: the values every later step passes on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["emergency", "crisis", "urgent", "routine"]
Pathway = Literal["medical", "poisoning", "suicide_self_harm", "violence_abuse", "person_at_risk", "harm_to_others"]
FoundBy = Literal["rule", "classifier", "model"]
About = Literal["me", "other", "unknown"]
Category = Literal["negated", "historical", "hypothetical", "information", "figurative", "family", "fiction", "resolved"]
"""What the words around a match can make of it; each may set the match aside."""

SEVERITY: dict[Level, int] = {"emergency": 3, "crisis": 2, "urgent": 1, "routine": 0}


def worst(levels: Iterable[Level]) -> Level:
    """The most severe of `levels`, whatever their order; routine where there are none."""
    return max(levels, key=SEVERITY.__getitem__, default="routine")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The patient's words that fired: `turn` from 0, code points `start` to `end` (exclusive) of that turn."""

    turn: int
    start: int
    end: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One red flag found, with the reason and the words: what the care team reads first."""

    rule: str
    version: int
    level: Level
    pathway: Pathway
    reason: str
    by: FoundBy
    evidence: tuple[Evidence, ...]

    @property
    def last_turn(self) -> int:
        """The newest turn that the finding rests on."""
        return max((item.turn for item in self.evidence), default=0)


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts a patient chose to tell; each may be unknown. They belong to the account's own person."""

    age_months: int | None = None
    sex: Literal["female", "male", "other"] | None = None
    pregnant: bool | None = None
    region: str | None = None
    about: About = "unknown"


@dataclass(frozen=True, slots=True)
class Screening:
    """The verdict over a whole conversation; `complete` is false where a layer failed or ran out of time."""

    level: Level
    findings: tuple[Finding, ...]
    complete: bool = True
    failure: str = ""
    """Which layer failed and how (never the patient's words); empty when complete."""


def open_findings(findings: Iterable[Finding], settled_through: int) -> tuple[Finding, ...]:
    """Findings that still set the level: a person has settled everything up to turn `settled_through` (-1 for none)."""
    return tuple(finding for finding in findings if finding.last_turn > settled_through)
