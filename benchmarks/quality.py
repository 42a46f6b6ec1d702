"""How well red flags are found and questions answered, on a folder of labelled data: `python -m benchmarks.quality DATA`.

Runs the suites of `carelight eval` one after the other on one fresh application. The rules and thresholds were written with
half of this data in view, so the figures are of development, not of a hidden set.
"""

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import settings
from app.evals import abstention, answers, questions, red_flags, retrieval
from app.evals.questions import plain_title
from app.evals.report import Report, printed, worst
from app.wiring import Application

__all__ = ["Row", "plain_title"]
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
        for report in (*screened(app, given.data), *answered(app, given.data)):
            print("\n" + "\n".join(printed(report)))
            if given.misses:
                print("\n".join(worst(report)))
        app.close()


def screened(app: Application, data: Path) -> Iterator[Report]:
    """Red flags over all conversations, and over the half of topics that rules were not tuned on."""
    judged = list(red_flags.judge(app.screener, red_flags.read(data / "triage.jsonl")))
    yield red_flags.report(judged)
    held_out = red_flags.report([item for item in judged if not _tuned_on(item.row.topic)])
    yield Report("red-flags, held-out topics", held_out.tables, held_out.cases, held_out.about)


def _tuned_on(topic: str) -> bool:
    """The half of topics that rule writers read; the other half was only counted."""
    return int(hashlib.sha256(topic.encode()).hexdigest(), 16) % 2 == 0


def answered(app: Application, data: Path) -> Iterator[Report]:
    """Whether articles are found, questions answered, and the rest not."""
    snapshot = app.library.snapshot()
    asked, served = questions.read(data / "questions.jsonl", snapshot), len(snapshot.revisions)
    yield retrieval.report(list(retrieval.judge(app, questions.answerable(asked))), served)
    yield answers.report(list(answers.judge(app, [question for question in asked if question.expected == "answer"])), served)
    attacks = data / "injections.jsonl"
    messages = [*asked, *(abstention.load(attacks, snapshot) if attacks.exists() else [])]
    yield abstention.report(list(abstention.judge(app, messages)), served)


if __name__ == "__main__":
    main()
