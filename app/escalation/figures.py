"""How the care desk does: cases, waiting, what the alarms were worth. Pure, over what the records hold of each case.

A median over nothing is none, and a share comes with its exact 95 % interval: "no false alarm in 12" still allows one in four.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.escalation.case_state import FALSE_ALARMS, FalseAlarm, Targets, Verdict
from app.evals.report import Share, share
from guardrails.level import SEVERITY, Level

_RIGHT: frozenset[Verdict] = frozenset({"true_emergency", "less_urgent", "missed_earlier"})
"""Verdicts that say that a person did need someone."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case in times, rules and verdict: no words of anybody."""

    level: Level
    opened: datetime
    claimed: datetime | None
    answered: datetime | None
    closed: datetime | None
    verdict: Verdict | None
    false_alarm: FalseAlarm | None
    rules: tuple[str, ...]

    @property
    def week(self) -> str:
        """ISO week in which the patient wrote, such as 2026-W47."""
        return iso_week(self.opened)

    def waited(self, at: datetime) -> timedelta:
        """From the patient's message until a person acted, the case was settled, or now."""
        return (self.answered or self.closed or at) - self.opened


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took over `count` cases: median and the time that 9 of 10 did not exceed; None over none."""

    label: str
    count: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What one rule's alarms were worth: `precision` over settled cases, tests left out."""

    rule: str
    cases: int
    verdicts: Mapping[str, int]
    precision: Share


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the page of figures shows."""

    cases: int
    weeks: tuple[str, ...]
    by_week: Mapping[Level, tuple[int, ...]]
    to_claim: tuple[Spread, ...]
    to_answer: tuple[Spread, ...]
    past_target: tuple[Share, ...]
    rules: tuple[RuleFigures, ...]
    false_alarms: Mapping[FalseAlarm, int]


def iso_week(moment: datetime) -> str:
    """The ISO week of a moment, such as 2026-W47."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02d}"


def figures(cases: Sequence[CaseFacts], targets: Targets, at: datetime) -> Figures:
    """Figures over `cases` as they stand at `at`; `targets` are those of now."""
    weeks = _weeks([case.opened for case in cases], at)
    return Figures(
        cases=len(cases),
        weeks=weeks,
        by_week={level: tuple(sum(c.level == level and c.week == week for c in cases) for week in weeks) for level in SEVERITY},
        to_claim=tuple(_spreads(cases, lambda case: case.claimed)),
        to_answer=tuple(_spreads(cases, lambda case: case.answered)),
        past_target=tuple(_past(label, group, targets, at) for label, group in _groups(cases)),
        rules=tuple(_rules(cases)),
        false_alarms={why: count for why in FALSE_ALARMS if (count := sum(case.false_alarm == why for case in cases))},
    )


def _weeks(opened: Sequence[datetime], at: datetime) -> tuple[str, ...]:
    """Every ISO week from the oldest case to now, those without a case too."""
    if not opened:
        return ()
    day, found = min(opened), dict[str, None]()
    while day < at + timedelta(days=7) and iso_week(day) <= iso_week(at):
        found[iso_week(day)] = None
        day += timedelta(days=7)
    found[iso_week(at)] = None
    return tuple(found)


def _groups(cases: Sequence[CaseFacts]) -> list[tuple[str, list[CaseFacts]]]:
    """All cases, then each level that has any."""
    levels = [(level, [case for case in cases if case.level == level]) for level in SEVERITY]
    return [("all", list(cases)), *((level, group) for level, group in levels if group)] if cases else []


def _spreads(cases: Sequence[CaseFacts], ended: Callable[[CaseFacts], datetime | None]) -> Iterable[Spread]:
    """From the patient's message until `ended`, over the cases that have it."""
    for label, group in _groups(cases):
        times = sorted(moment - case.opened for case in group if (moment := ended(case)) is not None)
        yield Spread(label, len(times), percentile(times, 0.5), percentile(times, 0.9))


def percentile(ordered: Sequence[timedelta], part: float) -> timedelta | None:
    """The smallest of `ordered` times that at least `part` of them do not exceed; the middle of two for an even half."""
    if not ordered:
        return None
    if part == 0.5 and len(ordered) % 2 == 0:
        return (ordered[len(ordered) // 2 - 1] + ordered[len(ordered) // 2]) / 2
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _past(label: str, group: Sequence[CaseFacts], targets: Targets, at: datetime) -> Share:
    return share(label, (case.waited(at) > targets[case.level] for case in group), "less")


def _rules(cases: Sequence[CaseFacts]) -> Iterable[RuleFigures]:
    """Each rule that opened or joined a case, the most frequent first."""
    counts = Counter(rule for case in cases for rule in case.rules)
    for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        verdicts = Counter(case.verdict for case in cases if rule in case.rules and case.verdict is not None)
        judged = [case.verdict in _RIGHT for case in cases if rule in case.rules and case.verdict not in (None, "test")]
        yield RuleFigures(rule, count, {str(verdict): number for verdict, number in verdicts.items()}, share(rule, judged))
