"""Answers drafted by a real model: `python -m benchmarks.drafted [--questions N] [--out FILE]`, how many, how fast, what was kept back.

Asks questions of the corpus through the whole turn, with SmolLM2-135M (`tools.small_model`) or any model given by
`--model` and `--base-url`. Every drafted sentence shown is written with its cited span to a JSON-lines file for blind
reading; `--read FILE --unsupported K` then prints the exact upper bound for K sentences judged unsupported. Ends with an
error where a sentence was shown to someone it is not meant for.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from scipy.stats import beta

from app import settings
from app.conversation import Conversation, Grown, Shown
from app.drafting import ModelUse
from app.journal import Forgetful, OpenTurn, Reply
from app.wiring import CORPUS, Application
from guardrails import person
from guardrails.level import Profile
from guardrails.screen import Screener, TimedLayer
from knowledge.citation import Statement
from knowledge.library import Snapshot
from knowledge.passages import audience_of
from tests.small_model import medicines_of, small_model, unsupported_by

_PEOPLE = (Profile(), Profile(age_months=480, about="me"), Profile(age_months=72, about="me"), Profile(pregnant=True, about="me"))
"""Somebody unknown, an adult of 40, a child of 6, someone pregnant: asked in turn."""
_SCREEN_S = 60.0


@dataclass
class Asked:
    """One question with what came of it; times in seconds from the question."""

    question: str
    profile: Profile
    use: ModelUse | None = None
    reply: Reply | None = None
    first_s: float | None = None
    end_s: float = 0.0

    @property
    def drafted(self) -> tuple[Statement, ...]:
        """Statements in the model's words."""
        shown = self.reply.statements if self.reply else ()
        return tuple(s for s in shown if s.text != "\n".join(c.quote for c in s.citations))


class Watching(Forgetful):
    """Keeps nothing but what the model took."""

    def __init__(self, profile: Profile) -> None:
        super().__init__((), profile)
        self.uses: list[ModelUse] = []

    def used_model(self, turn: OpenTurn, use: ModelUse) -> None:
        self.uses.append(use)


@dataclass
class Figures:
    """What is printed."""

    asked: list[Asked] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """One figure a line."""
        used = [item for item in self.asked if item.use]
        outcomes = Counter(item.use.outcome for item in used if item.use)
        yield f"questions asked: {len(self.asked)}, of which a model was asked for: {len(used)}"
        yield f"outcome: {', '.join(f'{name} {count} ({count / len(used):.0%})' for name, count in outcomes.most_common())}" if used else ""
        yield f"drafted statements shown: {sum(item.use.shown for item in used if item.use)}"
        withheld = Counter(reason for item in used if item.use for reason in item.use.withheld)
        yield f"sentences withheld: {withheld.total()}"
        yield from (f"    {count:4d}  {reason}" for reason, count in withheld.most_common())
        ended = Counter(item.use.call.reason for item in used if item.use and item.use.call.reason)
        yield "drafts ended early:" if ended else "no draft ended early"
        yield from (f"    {count:4d}  {reason}" for reason, count in ended.most_common())
        early = [item for item in used if item.use and item.use.shown and item.first_s is not None]
        if early:
            first, end = (statistics.median(times) for times in ([i.first_s or 0 for i in early], [i.end_s for i in early]))
            yield f"median seconds to the first paragraph {first:.1f}, to the end {end:.1f} ({len(early)} answers with drafted text)"
        yield f"tokens in {sum(i.use.call.tokens_in for i in used if i.use)}, out {sum(i.use.call.tokens_out for i in used if i.use)}"


def main() -> None:
    """Ask, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("drafted.jsonl"), help="drafted sentences beside their cited spans")
    parser.add_argument("--model", default="openai:small")
    parser.add_argument("--base-url", default="", help="of a server that runs; empty starts SmolLM2")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one draft; a busy machine needs more")
    parser.add_argument("--answer-tokens", type=int, default=64)
    parser.add_argument("--read", type=Path, help="a file written before: count its sentences, ask nothing")
    parser.add_argument("--unsupported", type=int, help="how many sentences a reader judged unsupported")
    given = parser.parse_args()
    if given.read is not None:  # noqa: SIM108 (reads better on two lines)
        shown = sum(1 for line in given.read.read_text(encoding="utf-8").splitlines() if line)
    else:
        shown = _run(given)
    if given.unsupported is not None and shown:
        print(f"sentences: {bound(given.unsupported, shown)}")
        print(f"answers: {bound(min(given.unsupported, given.questions), given.questions)}")


def bound(unsupported: int, shown: int) -> str:
    """Clopper-Pearson: above which rate so few unsupported sentences would have a chance of 5 % at most."""
    upper = 1.0 if unsupported >= shown else float(beta.ppf(0.95, unsupported + 1, shown - unsupported))
    return f"unsupported {unsupported} of {shown}: {unsupported / shown:.2%}, exact upper 95 % bound {upper:.2%}"


def _run(given: argparse.Namespace) -> int:
    with _served(given.base_url) as address, tempfile.TemporaryDirectory() as folder:
        chosen = settings.read(
            data_dir=Path(folder),
            region="US",
            model=given.model,
            model_base_url=address,
            model_api_key="none",
            model_timeout=given.timeout,
            model_first_token_timeout=given.timeout,
            model_prompt_tokens=1000,
            model_answer_tokens=given.answer_tokens,
        )
        app = Application(chosen)
        app.initialise()
        app.sync_index()
        app.__dict__["screener"] = Screener([TimedLayer(app.red_flags, _SCREEN_S)], app.red_flags)  # the model needs the processor too
        snapshot = app.library.snapshot()
        figures = Figures()
        for number, (question, profile) in enumerate(zip(_questions(given.questions), cycle(_PEOPLE), strict=False), 1):
            figures.asked.append(_ask(app, question, profile))
            print(f"\r{number} of {given.questions}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        app.close()
    print("\n".join(line for line in figures.lines() if line))
    return _written(figures.asked, snapshot, given.out)


@contextmanager
def _served(base_url: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, nullcontext(base_url) if base_url else small_model(Path(folder) / "log.txt") as address:
        yield address


def _questions(count: int) -> Sequence[str]:
    """The same `count` questions of the corpus each time, chosen by chance over all its topics."""
    files = sorted((CORPUS / "questions").glob("*.jsonl"))
    every = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    alone = [row["q"] for row in every if not row.get("h")]
    return random.Random(1).sample(alone, min(count, len(alone)))


def _ask(app: Application, question: str, profile: Profile) -> Asked:
    watching = Watching(profile)
    asked = Asked(question, profile)
    began = time.monotonic()
    for event in Conversation(app.parts, watching, watching).reply("", "benchmark", question):
        if isinstance(event, Shown | Grown) and event.reply.kind == "answer":
            asked.reply = event.reply
            asked.end_s = time.monotonic() - began
            asked.first_s = asked.end_s if asked.first_s is None else asked.first_s
    asked.use = watching.uses[0] if watching.uses else None
    return asked


def _written(asked: Sequence[Asked], snapshot: Snapshot, out: Path) -> int:
    """Write every drafted sentence beside its cited span; SystemExit where one is for somebody else. How many."""
    rows, medicines = [], medicines_of(snapshot)
    for item in asked:
        who = person.audience(item.question, item.profile)
        for statement in item.drafted:
            for citation in statement.citations:
                meant = audience_of(snapshot.article(citation.article), citation.section)
                if who != "everyone" and "everyone" not in meant and who not in meant and not (who == "pregnancy" and meant != ("child",)):
                    raise SystemExit(f"a sentence for {meant} was shown to {who}: {citation.article}, {citation.heading}")
            quotes = [citation.quote for citation in statement.citations]
            doubts = unsupported_by(statement.text, quotes, medicines)
            rows.append({"question": item.question, "sentence": statement.text, "quotes": quotes, "doubts": doubts})
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(
        f"{len(rows)} drafted statements in {out}; none was for somebody else; a second check doubts {sum(bool(r['doubts']) for r in rows)}"
    )
    return len(rows)


if __name__ == "__main__":
    main()
