"""The care team's verdicts as labelled conversations: `carelight eval export-verdicts FILE`, in the form that `red-flags` reads.

What a rule got wrong for a patient is what its next version must get right. Identifiers are masked; a case that cannot be
masked is left out and counted. What masking cannot find (see `guardrails.privacy`) a person must look for before a file is
passed on. Test cases, demo patients and verdicts that name no level are never exported.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.escalation.case_state import Verdict
from app.records.review_list import ReviewVerdict
from guardrails.level import SERIOUS, Level, worst
from guardrails.privacy import MaskingError

_REVIEWED: dict[ReviewVerdict, Level] = {"fine": "routine", "missed_emergency": "emergency", "missed_urgent": "urgent"}


@dataclass(frozen=True, slots=True)
class SettledCase:
    """A closed case: the messages of the chat that fired, and after how many of them the first finding and the last one came."""

    id: str
    level: Level
    verdict: Verdict
    rule: str
    messages: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SettledReview:
    """A chat that was not escalated and was read, with its messages up to the one that its patient called urgent."""

    id: str
    verdict: ReviewVerdict
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """Lines to write, and how many were left out because they could not be masked, or because their verdict names no level."""

    lines: tuple[str, ...]
    unmasked: int
    unlabelled: int


def export(cases: Iterable[SettledCase], reviews: Iterable[SettledReview], mask: Callable[[str], str]) -> Export:
    """Labelled conversations as JSON lines, masked by `mask` (MaskingError where it cannot)."""
    rows = [*map(_case, cases), *map(_review, reviews)]
    labelled = [row for row in rows if row is not None]
    lines: list[str] = []
    for row in labelled:
        try:
            masked = [mask(message) for message in row.messages]
        except MaskingError:
            continue
        kept = {"id": row.id, "messages": masked, "level": row.level, "topic": row.topic, "form": row.form}
        lines.append(json.dumps(kept, ensure_ascii=False))
    return Export(tuple(lines), len(labelled) - len(lines), len(rows) - len(labelled))


@dataclass(frozen=True, slots=True)
class _Labelled:
    id: str
    messages: Sequence[str]
    level: Level
    topic: str
    form: str


def _case(case: SettledCase) -> _Labelled | None:
    """A case under the level that the team says must hold after its last message; None where no message is left."""
    level = should_be(case.level, case.verdict)
    if level is None:
        return None
    missed = case.verdict == "missed_earlier" and case.first > 1
    messages = case.messages[: case.first - 1] if missed else case.messages[: case.last]
    return _Labelled(_name("case", case.id), messages, level, case.rule, case.verdict) if messages else None


def should_be(level: Level, verdict: Verdict) -> Level | None:
    """The level that a verdict stands for; None where it stands for none.

    A case that was missed earlier should have been raised by the messages before it fired, at least as urgent.
    """
    if verdict == "test":
        return None
    if verdict == "true_emergency":
        return level if level in SERIOUS else "emergency"
    if verdict == "less_urgent":
        return "urgent" if level in SERIOUS else "routine"
    return "routine" if verdict == "false_alarm" else worst([level, "urgent"])


def _review(review: SettledReview) -> _Labelled | None:
    level = _REVIEWED.get(review.verdict)
    if level is None or not review.messages:
        return None
    return _Labelled(_name("review", review.id), review.messages, level, "not escalated", f"review_{review.verdict}")


def _name(kind: str, identity: str) -> str:
    """A name that stays the same from one export to the next, and leads back to nobody."""
    return f"{kind}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
