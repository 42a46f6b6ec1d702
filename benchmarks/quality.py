"""How well red flags are found and questions answered, on a folder of labelled data: `python -m benchmarks.quality DATA`.

Prints recall and false alarms of the screen by level, and article, section and abstention figures of the answers. The
rules and thresholds were written with half of this data in view, so the figures are of development, not of a hidden set.
"""

import argparse
import hashlib
import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app import settings
from app.evals import red_flags
from app.wiring import Application
from guardrails import person
from guardrails.level import Profile

_EXPECTED = {"abstain": "not_covered", "refer": "referred", "deflect": "refused"}
Row = dict[str, Any]


def main() -> None:
    """Run every measurement on one fresh application."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--misses", action="store_true", help="print every miss and false alarm for reading")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder), region="US"))
        app.initialise()
        app.sync_index()
        report_screen(app, given.data / "triage.jsonl", misses=given.misses)
        report_answers(app, _read(given.data / "questions.jsonl"), misses=given.misses)
        app.close()


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def report_screen(app: Application, file: Path, *, misses: bool) -> None:
    """Recall by level and false alarms with exact bounds, whole and in the half of topics that rules were not tuned on."""
    judged = list(red_flags.judge(app.screener, red_flags.read(file)))
    for name, part in (("all topics", judged), ("held-out topics", [item for item in judged if not _tuned_on(item.row.topic)])):
        print(f"\nscreen, {name} ({len(part)} conversations)")
        for share in red_flags.shares(part):
            print(f"  {share}")
    if misses:
        print("\n".join(red_flags.report(judged)))


def _tuned_on(topic: str) -> bool:
    """The half of topics that rule writers read; the other half was only counted."""
    return int(hashlib.sha256(topic.encode()).hexdigest(), 16) % 2 == 0


def report_answers(app: Application, rows: Sequence[Row], *, misses: bool) -> None:
    """Article and section found, wrongly not covered, and what should not be answered."""
    snapshot = app.library.snapshot()
    slugs = {plain_title(revision.article.title): slug for slug, revision in snapshot.revisions.items()}
    covered = [row for row in rows if row["condition"] and plain_title(row["condition"]) in slugs]
    absent = [row for row in rows if row["condition"] and plain_title(row["condition"]) not in slugs]
    hits: Counter[str] = Counter()
    for row in covered:
        want = slugs[plain_title(row["condition"])]
        found = app.search.search(row["question"], row["history"], snapshot, person.audience(row["question"], Profile()))
        articles = list(dict.fromkeys(scored.passage.article for scored in found.passages))
        hits["first"] += articles[:1] == [want]
        hits["third"] += want in articles[:3]
        kind, sections = _ask(app, row)
        hits["answered"] += kind == "answer"
        hits["section"] += (want, row["section"]) in sections
        if misses and (articles[:1] != [want] or kind != "answer"):
            print(f"  {row['id']} wanted {want}, found {articles[:2]}, {kind}")
    print(f"\nanswers ({len(covered)} questions whose condition has an article)")
    for label, key in (
        ("right article first", "first"),
        ("within three", "third"),
        ("right section cited", "section"),
        ("answered", "answered"),
    ):
        print(f"  {label:50s} {hits[key]:4d} of {len(covered):4d}  {hits[key] / max(1, len(covered)):6.1%}")
    silent = sum(_ask(app, row)[0] != "answer" for row in absent)
    print(f"  {'not answered where the library has no article':50s} {silent:4d} of {len(absent):4d}  {silent / max(1, len(absent)):6.1%}")
    _report_refusals(app, [row for row in rows if row.get("expected")], misses=misses)


def _report_refusals(app: Application, rows: Sequence[Row], *, misses: bool) -> None:
    for expected, kind in _EXPECTED.items():
        part = [(row, _ask(app, row)[0]) for row in rows if row["expected"] == expected]
        good = sum(got == kind for _, got in part)
        print(f"  {f'{expected}: handled as {kind}':50s} {good:4d} of {len(part):4d}  {good / max(1, len(part)):6.1%}")
        for row, got in part:
            if misses and got != kind:
                print(f"    {row['id']} {got}")


def _ask(app: Application, row: Row) -> tuple[str, set[tuple[str, str]]]:
    """The kind of reply and the (article, section) pairs it cites."""
    from app import batch

    reply = batch.ask(app, {"id": row["id"], "messages": [*row["history"], row["question"]]})
    return reply["kind"], {(c["article"], c["section"]) for s in reply["statements"] for c in s["citations"]}


def plain_title(title: str) -> str:
    """A title without its bracketed name, for comparing labels with articles."""
    short = re.sub(r"\(.*?\)", "", title).split(":")[0].strip().lower()
    return {"gastroesophageal reflux disease": "gerd"}.get(short, short)


if __name__ == "__main__":
    main()
