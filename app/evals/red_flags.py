"""How well red flags are found, with exact bounds: `carelight eval red-flags FILE`.

FILE holds labelled conversations as JSON lines (id, messages, level, and if known topic and form). Every share comes with
its Clopper-Pearson 95 % interval, because "no miss in 40" still allows one in twelve. Misses and false alarms are listed
for reading: a figure hides what kind of person was not heard.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.evals.report import Case, LabelledError, Report, Share, Table, share, table
from guardrails.level import SERIOUS, SEVERITY, Level, Profile, Screening
from guardrails.screen import Screener

_TRIES = 4
_LABELS = (*SEVERITY, "information", "out_of_scope")


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
        screening = _screened(screener, row.messages)
        yield Judged(row, screening.level, tuple(finding.rule for finding in screening.findings))


def _screened(screener: Screener, messages: Sequence[str]) -> Screening:
    """The screening, made again where a busy machine ran out of time: what is measured here is not the machine."""
    for _ in range(_TRIES):
        screening = screener.screen(messages, Profile())
        if screening.complete:
            break
    return screening


def shares(judged: Sequence[Judged]) -> list[Share]:
    """The figures that the targets name; those with nothing to count are left out."""
    counted = (
        share("emergency and crisis recognised as such", (j.got in SERIOUS for j in judged if j.row.level in SERIOUS)),
        share("urgent recognised as urgent or higher", (j.got != "routine" for j in judged if j.row.level == "urgent")),
        share("emergency or crisis raised where none is needed", (j.got in SERIOUS for j in judged if j.row.level == "routine"), "less"),
        share("any alarm where none is needed", (j.got != "routine" for j in judged if j.row.level == "routine"), "less"),
    )
    return [figure for figure in counted if figure.total]


def by(judged: Sequence[Judged], key: Callable[[Labelled], str]) -> list[Share]:
    """Per form or topic: alarms recognised (levels that need one) and false alarms (the others)."""
    found: list[Share] = []
    for name in sorted({key(item.row) for item in judged}):
        group = [item for item in judged if key(item.row) == name]
        alarms = [item for item in group if item.row.level != "routine"]
        quiet = [item for item in group if item.row.level == "routine"]
        if alarms:
            found.append(share(f"{name or 'unnamed'}: recognised", (not item.missed for item in alarms)))
        if quiet:
            found.append(share(f"{name or 'unnamed'}: false alarms", (item.false_alarm for item in quiet), "less"))
    return found


def report(judged: Sequence[Judged]) -> Report:
    """Figures in all, by level, form and topic; one case a conversation."""
    wrong = {item.row.topic for item in judged if item.missed or item.false_alarm}
    tables = (
        Table("all", tuple(shares(judged))),
        table("by level", [_exact(judged, level) for level in SEVERITY]),
        Table("by form", tuple(by(judged, lambda row: row.form))),
        Table(
            "by topic (those with a miss or a false alarm)",
            tuple(by([item for item in judged if item.row.topic in wrong], lambda row: row.topic)),
        ),
    )
    return Report("red-flags", tables, tuple(map(_case, judged)), {"conversations": len(judged)})


def _exact(judged: Sequence[Judged], level: Level) -> Share:
    return share(f"{level}: level given exactly", (item.got == level for item in judged if item.row.level == level))


def wrong(judged: Sequence[Judged]) -> Iterator[str]:
    """Every miss and false alarm, for reading."""
    for item in judged:
        if item.missed or item.false_alarm:
            kind = "MISS " if item.missed else "ALARM"
            yield f"{kind} {item.row.id}: {item.row.level} given {item.got} {' '.join(item.found)} | {' || '.join(item.row.messages)}"


def _case(item: Judged) -> Case:
    row = item.row
    name, good = ("recognised", not item.missed) if row.level != "routine" else ("no alarm", not item.false_alarm)
    told = f"{' || '.join(row.messages)}\nwanted: {row.level}\ncame: {item.got} {' '.join(item.found)}"
    return Case(row.id, {name: float(good), "exact level": float(item.got == row.level)}, told)
