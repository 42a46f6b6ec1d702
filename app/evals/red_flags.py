"""How well red flags are found, with exact bounds: `carelight eval red-flags FILE`.

FILE holds labelled conversations as JSON lines (id, messages, level, and if known topic and form). Every share comes with
its Clopper-Pearson 95 % interval, because "no miss in 40" still allows one in twelve. Misses and false alarms are listed
for reading: a figure hides what kind of person was not heard.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import beta

from guardrails.level import SERIOUS, SEVERITY, Level, Profile
from guardrails.screen import Screener

_LABELS = (*SEVERITY, "information", "out_of_scope")


class LabelledError(ValueError):
    """A line of labelled data that cannot be used; names the line and what it lacks."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A conversation with the level that must hold after its last turn; information and out of scope count as routine."""

    id: str
    messages: tuple[str, ...]
    level: Level
    topic: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled conversation and the level that the screen gave it."""

    row: Labelled
    got: Level
    found: tuple[str, ...]

    @property
    def missed(self) -> bool:
        """Whether someone who needed help now, or today, was told less."""
        if self.row.level in SERIOUS:
            return self.got not in SERIOUS
        return self.row.level == "urgent" and self.got == "routine"

    @property
    def false_alarm(self) -> bool:
        """Whether an alarm was raised where none was needed."""
        return self.row.level == "routine" and self.got != "routine"


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total` with the exact 95 % interval of the rate behind them."""

    label: str
    hits: int
    total: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Clopper-Pearson: the rates under which a result at least this extreme has a chance of 2.5 % on each side."""
        low = float(beta.ppf(0.025, self.hits, self.total - self.hits + 1)) if self.hits else 0.0
        high = float(beta.ppf(0.975, self.hits + 1, self.total - self.hits)) if self.hits < self.total else 1.0
        return low, high

    def __str__(self) -> str:
        low, high = self.bounds
        return f"{self.label:52s} {self.hits:5d} of {self.total:5d}  {self.hits / self.total:6.1%}  [{low:.1%}, {high:.1%}]"


def read(path: Path) -> list[Labelled]:
    """Labelled conversations; LabelledError names the first line that is none."""
    return [_labelled(number, line) for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line.strip()]


def _labelled(number: int, line: str) -> Labelled:
    try:
        row: dict[str, Any] = json.loads(line)
        if row["level"] not in _LABELS:
            raise LabelledError(f"line {number}: level {row['level']!r} is not one of {', '.join(_LABELS)}")
        level: Level = row["level"] if row["level"] in SEVERITY else "routine"
        messages = row.get("messages") or row["turns"]
        return Labelled(str(row["id"]), tuple(messages), level, str(row.get("topic", "")), str(row.get("form", "")))
    except (ValueError, LookupError, TypeError) as error:
        if isinstance(error, LabelledError):
            raise
        raise LabelledError(f"line {number}: no labelled conversation ({type(error).__name__}: id, messages, level)") from None


def judge(screener: Screener, rows: Iterable[Labelled]) -> Iterator[Judged]:
    """Screen every conversation with a blank profile, as the batch verb does."""
    for row in rows:
        screening = screener.screen(row.messages, Profile())
        yield Judged(row, screening.level, tuple(finding.rule for finding in screening.findings))


def shares(judged: Sequence[Judged]) -> list[Share]:
    """The figures that the targets name; those with nothing to count are left out."""
    counted = (
        ("emergency and crisis recognised as such", SERIOUS, lambda j: j.got in SERIOUS),
        ("urgent recognised as urgent or higher", ("urgent",), lambda j: j.got != "routine"),
        ("emergency or crisis raised where none is needed", ("routine",), lambda j: j.got in SERIOUS),
        ("any alarm where none is needed", ("routine",), lambda j: j.got != "routine"),
    )
    return [share for label, levels, good in counted if (share := _share(label, judged, levels, good)).total]


def _share(label: str, judged: Sequence[Judged], levels: Collection[str], good: Callable[[Judged], bool]) -> Share:
    chosen = [item for item in judged if item.row.level in levels]
    return Share(label, sum(map(good, chosen)), len(chosen))


def by(judged: Sequence[Judged], key: Callable[[Labelled], str]) -> list[Share]:
    """Per form or topic: alarms recognised (levels that need one) and false alarms (the others)."""
    found: list[Share] = []
    for name in sorted({key(item.row) for item in judged}):
        group = [item for item in judged if key(item.row) == name]
        alarms = [item for item in group if item.row.level != "routine"]
        quiet = [item for item in group if item.row.level == "routine"]
        if alarms:
            found.append(Share(f"{name or 'unnamed'}: recognised", sum(not item.missed for item in alarms), len(alarms)))
        if quiet:
            found.append(Share(f"{name or 'unnamed'}: false alarms", sum(item.false_alarm for item in quiet), len(quiet)))
    return found


def report(judged: Sequence[Judged], *, misses: bool = True) -> Iterator[str]:
    """The lines of the report."""
    yield "share [exact 95 % interval]"
    yield from map(str, shares(judged))
    yield "\nby level"
    for level in SEVERITY:
        chosen = [item for item in judged if item.row.level == level]
        if chosen:
            yield str(Share(f"{level}: level given exactly", sum(item.got == level for item in chosen), len(chosen)))
    yield "\nby form"
    yield from map(str, by(judged, lambda row: row.form))
    yield "\nby topic (those with a miss or a false alarm)"
    wrong = {item.row.topic for item in judged if item.missed or item.false_alarm}
    yield from map(str, by([item for item in judged if item.row.topic in wrong], lambda row: row.topic))
    if misses:
        yield "\nfor reading"
        for item in judged:
            if item.missed or item.false_alarm:
                kind = "MISS " if item.missed else "ALARM"
                yield f"{kind} {item.row.id}: {item.row.level} given {item.got} {' '.join(item.found)} | {' || '.join(item.row.messages)}"
