"""What a change of the library alters for patients, as values: kept beside a revision, drawn at the desk, printed by a command.

Words count, places do not: a sentence that says the same from elsewhere in its article is no change for a patient.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.content.stored_questions import StoredQuestion
from guardrails.level import Level
from knowledge.citation import Role


@dataclass(frozen=True, slots=True)
class Place:
    """Words of an article that a statement rests on; where they stand does not tell two places apart."""

    article: str
    quote: str
    title: str = field(compare=False)
    heading: str = field(compare=False)
    href: str = field(compare=False)
    """The page that opens them; of a revision that is not published, nothing opens there yet."""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement of an answer."""

    text: str
    role: Role
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a patient reads: `kind` as `carelight ask` names it, the whole text, and the statements of an answer."""

    kind: str
    text: str = field(compare=False)
    said: tuple[Said, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place cited, once, in order."""
        return tuple(dict.fromkeys(place for said in self.said for place in said.places))

    @property
    def articles(self) -> frozenset[str]:
        """Slugs of the articles cited."""
        return frozenset(place.article for place in self.places)


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose reply would be another; `blocks` says why that may not be, empty where it may."""

    question: StoredQuestion
    before: Reading
    after: Reading
    blocks: str = ""

    @property
    def gained(self) -> tuple[Place, ...]:
        """Places that only the new answer cites."""
        return tuple(place for place in self.after.places if place not in self.before.places)

    @property
    def lost(self) -> tuple[Place, ...]:
        """Places that only the old answer cites."""
        return tuple(place for place in self.before.places if place not in self.after.places)


@dataclass(frozen=True, slots=True)
class CardChange:
    """First-aid lines that the care card of a rule would show instead of others; set words where the library has none."""

    rule: str
    level: Level
    language: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Impact:
    """All that would change. A person acknowledges `fingerprint`, which names exactly these changes and no others."""

    articles: tuple[str, ...]
    """Slugs of the articles that differ."""
    asked: int
    beyond: int
    """Test questions of other articles that could find a changed one and were not asked, for there were too many."""
    unmasked: int
    """Patients' questions left out, for their identifiers could not be removed."""
    moved: int
    """Answers that say the same words from places that have moved: nothing to look at."""
    changes: tuple[Change, ...]
    cards: tuple[CardChange, ...]
    unanswered: tuple[str, ...]
    """Must-answer questions that the library does not answer now either, and would not."""

    @property
    def blocks(self) -> bool:
        """Whether a must-answer question would lose what it has: then nobody may publish this."""
        return any(change.blocks for change in self.changes)

    @property
    def to_acknowledge(self) -> int:
        """How many changes a person has to look at."""
        return len(self.changes) + len(self.cards)

    @property
    def changed(self) -> tuple[Change, ...]:
        """Questions with another answer, or other set words, than before."""
        return tuple(c for c in self.changes if (c.before.kind == "answer") == (c.after.kind == "answer"))

    @property
    def no_longer_covered(self) -> tuple[Change, ...]:
        """Questions that would lose their answer."""
        return tuple(c for c in self.changes if c.before.kind == "answer" != c.after.kind)

    @property
    def newly_covered(self) -> tuple[Change, ...]:
        """Questions that would get an answer for the first time."""
        return tuple(c for c in self.changes if c.after.kind == "answer" != c.before.kind)

    @property
    def gained(self) -> Mapping[Place, int]:
        """Places that answers would cite anew, with how many answers, the most first."""
        return _counted(place for change in self.changes for place in change.gained)

    @property
    def lost(self) -> Mapping[Place, int]:
        """Places that answers would no longer cite, with how many answers, the most first."""
        return _counted(place for change in self.changes for place in change.lost)

    @property
    def fingerprint(self) -> str:
        """Names exactly these changes: not their order, nor the revision's number or place in the file, nor what was asked besides."""
        words = sorted([*(json.dumps(_words(change)) for change in self.changes), *(json.dumps(asdict(card)) for card in self.cards)])
        return hashlib.sha256("\n".join(words).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """As `read` takes it back; `fingerprint` and `blocks` beside it, for whoever reads the file alone."""
        return {**asdict(self), "blocks": self.blocks, "to_acknowledge": self.to_acknowledge, "fingerprint": self.fingerprint}


def read(data: Mapping[str, Any]) -> Impact:
    """An impact as `as_json` wrote it; KeyError or TypeError where it is none."""
    return Impact(
        articles=tuple(data["articles"]),
        asked=data["asked"],
        beyond=data["beyond"],
        unmasked=data["unmasked"],
        moved=data["moved"],
        changes=tuple(_change(change) for change in data["changes"]),
        cards=tuple(CardChange(**{**card, "before": tuple(card["before"]), "after": tuple(card["after"])}) for card in data["cards"]),
        unanswered=tuple(data["unanswered"]),
    )


def _change(data: Mapping[str, Any]) -> Change:
    asked = data["question"]
    question = StoredQuestion(tuple(asked["messages"]), asked["why"], asked["article"])
    return Change(question, _reading(data["before"]), _reading(data["after"]), data["blocks"])


def _reading(data: Mapping[str, Any]) -> Reading:
    said = tuple(Said(s["text"], s["role"], tuple(Place(**place) for place in s["places"])) for s in data["said"])
    return Reading(data["kind"], data["text"], said)


def _words(change: Change) -> Sequence[object]:
    """What a person acknowledges of a change."""
    sides = [
        (side.kind, [(said.text, said.role, [(place.article, place.quote) for place in said.places]) for said in side.said])
        for side in (change.before, change.after)
    ]
    return [change.question.messages, change.blocks, sides]


def _counted(places: Iterable[Place]) -> dict[Place, int]:
    return dict(Counter(places).most_common())
