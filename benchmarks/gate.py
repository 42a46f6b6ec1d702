"""The publish gate: `python -m benchmarks.gate --data-dir DIR`, 500 stored questions beside asking everything twice.

DIR is a data folder with the starter corpus, indexed. An edit of the article on gout is asked as `carelight corpus impact` asks it;
the naive way makes whole replies on the live path, one question after the other, twice each: its time for a sample is told a question.
What the gate says patients get now is held against what the live search, with its approximate index, gives for the same questions.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app import settings
from app.asking import answered
from app.content import gate
from app.content.candidate import Comparison
from app.content.impact import impact, reading
from app.content.stored_questions import MOST, StoredQuestion, choose
from app.wiring import Application
from guardrails.level import Profile
from knowledge.article import parse

T = TypeVar("T")
_EDIT = (("big toe", "great toe"), ("ice pack", "cold pack"), ("Alcohol, above all beer and liquor", "Beer and liquor"))


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=MOST)
    parser.add_argument("--naive", type=int, default=50, help="Questions asked the naive way.")
    given = parser.parse_args()
    app = Application(settings.read(data_dir=given.data_dir, region="US"))
    app.initialise()
    timed("the application and its models loaded", app.warm)
    text = app.library.snapshot().article("gout").text
    for old, new in _EDIT:
        text = text.replace(old, new)
    then = gate.with_article(app, parse(text, "gout"))
    comparison = timed("both sides made, the served one out of the live search", lambda: app.candidates.compare(then))
    timed("asked again for the same draft", lambda: app.candidates.compare(then))
    other = gate.with_article(app, parse(text.replace("cold pack", "cold cloth"), "gout"))
    timed("another draft", lambda: app.candidates.compare(other))
    chosen = timed("questions chosen", lambda: choose(gate.sources(app), comparison, app.embedder, given.questions))
    print(f"  {dict(Counter(question.why for question in chosen.questions))}, {chosen.beyond} more left out")
    found = timed(f"{len(chosen.questions)} questions asked of both sides", lambda: impact(comparison, chosen, app.red_flags.rules))
    print(f"  {len(found.changes)} replies change, {found.moved} moved, {len(found.cards)} cards, blocks: {found.blocks}")
    sample = random.Random(5).sample(chosen.questions, min(given.naive, len(chosen.questions)))
    timed("one draft asked once, side by side", lambda: comparison.ask(("why does my big toe hurt so much at night?",)))
    naive(app, comparison, sample)
    app.close()


def naive(app: Application, comparison: Comparison, sample: list[StoredQuestion]) -> None:
    """Whole replies by the live path, each twice, and how often the gate's own side says the same."""
    began, used = time.perf_counter(), time.process_time()
    live = [answered(app.rehearsal(question.messages[:-1], Profile()), question.text) for question in sample for _ in range(2)][::2]
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    same = sum(reading(one) == reading(comparison.now.ask(question.messages)) for one, question in zip(live, sample, strict=True))
    each = f"{wall / len(sample):.2f} s a question ({cpu / len(sample):.2f} s of processor)"
    print(f"the naive way, {len(sample)} questions asked twice: {each}; at that pace {MOST} take {wall / len(sample) * MOST:.0f} s")
    print(f"the gate's side of now reads as the live answer for {same} of {len(sample)}")


def timed(label: str, work: Callable[[], T]) -> T:
    """What `work` returns, with its time printed: by the clock, and of the processor."""
    began, used = time.perf_counter(), time.process_time()
    made = work()
    print(f"{label}: {time.perf_counter() - began:.2f} s ({time.process_time() - used:.2f} s of processor)", flush=True)
    return made


if __name__ == "__main__":
    main()
