"""How fast someone must act, which kind of help, and what was found: the values every later step passes on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["emergency", "crisis", "urgent", "routine"]
Pathway = Literal["medical", "poisoning", "suicide_self_harm", "violence_abuse", "person_at_risk", "harm_to_others"]
FoundBy = Literal["rule", "classifier", "model"]
About = Literal["me", "other", "unknown"]
Category = Literal["negated", "historical", "hypothetical", "information", "figurative", "family", "fiction", "resolved"]
"""What the words around a match can make of it; each may set the match aside."""

SEVERITY: dict[Level, int] = {"emergency": 3, "crisis": 2, "urgent": 1, "routine": 0}
SERIOUS: frozenset[Level] = frozenset({"emergency", "crisis"})
"""Levels at which someone must act now."""


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
class Choice:
    """One button under a question: what it says by language, and the level that it decides (None where it decides none)."""

    id: str
    label: Mapping[str, str]
    level: Level | None


@dataclass(frozen=True, slots=True)
class Question:
    """A short question whose answer decides a level. `meanwhile` says when to call without answering it."""

    rule: str
    id: str
    text: Mapping[str, str]
    choices: tuple[Choice, ...]
    meanwhile: Mapping[str, str]

    @property
    def key(self) -> str:
        """What its answer is filed under."""
        return f"{self.rule}/{self.id}"


MOST_QUESTIONS = 2
"""Questions put at a time: a frightened person does not fill in forms."""
UNANSWERED = "unanswered"
"""The answer of someone who left or let three minutes pass."""


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
    questions: tuple[Question, ...] = ()
    """What should be asked now, at most two; `level` already holds what the rules hold while asking."""


class UnfinishedError(RuntimeError):
    """A layer ran out of time before it had read everything; `found` holds what it found until then."""

    def __init__(self, found: tuple[Finding, ...]) -> None:
        super().__init__("not everything was read in time")
        self.found = found


def open_findings(findings: Iterable[Finding], settled_through: int) -> tuple[Finding, ...]:
    """Findings that still set the level: a person has settled everything up to turn `settled_through` (-1 for none)."""
    return tuple(finding for finding in findings if finding.last_turn > settled_through)
