"""How often ordinary messages raise an alarm: what the care team's desk would have to read. `carelight eval workload FILE`."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from app.evals.report import Share
from guardrails.level import Profile
from guardrails.screen import Screener

_FIELDS = ("message", "text", "question", "CHQ")


def messages(path: Path) -> Iterator[str]:
    """Messages of a CSV or JSON-lines file, from the first field of `_FIELDS` that a row has."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file) if path.suffix == ".csv" else map(json.loads, file)
        for row in rows:
            if text := next((row[name] for name in _FIELDS if row.get(name)), ""):
                yield text


def report(screener: Screener, path: Path, *, read: bool = True) -> Iterator[str]:
    """Alarms by level per thousand messages, each alarm listed for reading."""
    alarms: list[str] = []
    counts = {"emergency": 0, "crisis": 0, "urgent": 0}
    total = 0
    for number, text in enumerate(messages(path), 1):
        total += 1
        screening = screener.screen([text], Profile())
        if screening.level != "routine":
            counts[screening.level] += 1
            alarms.append(f"{screening.level} {number} {' '.join(f.rule for f in screening.findings)} | {' '.join(text.split())}")
    if not total:
        return
    for level, count in (*counts.items(), ("any", sum(counts.values()))):
        yield f"{Share(level, count, total)}  {1000 * count / total:.0f} per 1,000"
    if read:
        yield from alarms
