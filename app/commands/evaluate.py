"""`carelight eval`: measure on labelled data of one's own, or on the questions that ship."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app.audit_trail import OPERATOR
from app.commands.shared import DataDir, application, progress, tell
from app.evals import abstention, answers, facts, grounding, questions, red_flags, report, retrieval, verdicts, workload
from app.evals.report import EarlierError, LabelledError, Report
from app.wiring import Application
from guardrails import privacy

evaluate = typer.Typer(no_args_is_help=True, help="Measure on labelled data of your own, or on the questions that ship.")
T = TypeVar("T")

_QUESTIONS = "JSON lines: id, question, history, condition, section, must_contain, register; without it the questions that ship."
Questions = Annotated[Path | None, typer.Argument(help=_QUESTIONS)]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many questions, the same ones each time.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write figures, and every question's scores by id.")]
Worst = Annotated[Path | None, typer.Option(help="Write the worst cases for reading: what was wanted and what came.")]
Compare = Annotated[Path | None, typer.Option(help="An earlier --json: show the figures and questions that changed.")]


@dataclass(frozen=True, slots=True)
class Output:
    """Where a report goes besides the screen; `old` was read before the long work, so that a wrong file is told at once."""

    json: Path | None
    worst: Path | None
    old: dict[str, Any] | None

    def give(self, made: Report) -> None:
        """Print, write and compare."""
        self.print(report.printed(made))
        if self.worst:
            self._write(self.worst, "\n".join(report.worst(made)))
        if self.json:
            self._write(self.json, json.dumps(report.as_json(made), ensure_ascii=False, indent=1))
        if self.old:
            self.print(report.compared(self.old, made))

    def print(self, lines: Iterator[str]) -> None:
        """Lines on standard output."""
        for line in lines:
            typer.echo(line)

    def _write(self, file: Path, text: str) -> None:
        with readable(file):
            file.write_text(text + "\n", encoding="utf-8")


@evaluate.command("red-flags")
def eval_red_flags(
    file: Annotated[Path, typer.Argument(help="JSON lines: id, messages, level; topic and form if known.")],
    misses: Annotated[bool, typer.Option(help="List every miss and false alarm for reading.")] = True,
    to_json: Json = None,
    compare: Compare = None,
    data_dir: DataDir = None,
) -> None:
    """Recall and false alarms with exact bounds, by level, form and topic."""
    out = output("red-flags", to_json, None, compare)
    with application(data_dir) as app:
        with readable(file):
            rows = red_flags.read(file)
        judged = list(red_flags.judge(app.screener, rows))
        out.give(red_flags.report(judged))
        if misses:
            out.print(red_flags.wrong(judged))


@evaluate.command("export-verdicts")
def eval_export_verdicts(
    file: Annotated[Path, typer.Argument(help="Where to write JSON lines that `red-flags` reads.")], data_dir: DataDir = None
) -> None:
    """The care team's verdicts as labelled conversations, identifiers masked."""
    with application(data_dir) as app:
        app.audit.record(OPERATOR, "verdicts.exported", "verdicts")
        made = verdicts.export(app.verdicts.cases(), app.verdicts.reviews(), lambda text: privacy.mask(text).text)
        with readable(file):
            file.touch(mode=0o600)  # they are patients' words still
            file.write_text("".join(f"{line}\n" for line in made.lines), encoding="utf-8")
        typer.echo(f"{len(made.lines)} labelled conversations written to {file}, readable by its owner alone where it is new")
        typer.echo(f"left out: {made.unmasked} that could not be masked, {made.unlabelled} whose verdict names no level")
        typer.echo("masking finds no name that nothing announces: read the file before you pass it on")


@evaluate.command("workload")
def eval_workload(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines with a message, text, question or CHQ field.")],
    read: Annotated[bool, typer.Option(help="List every alarm for reading.")] = True,
    data_dir: DataDir = None,
) -> None:
    """Alarms per thousand ordinary messages: the desk's workload."""
    with application(data_dir) as app, readable(file):
        for line in workload.report(app.screener, file, read=read):
            typer.echo(line)


@evaluate.command("retrieval")
def eval_retrieval(
    file: Questions = None,
    *,
    limit: Limit = None,
    to_json: Json = None,
    worst: Worst = None,
    compare: Compare = None,
    data_dir: DataDir = None,
) -> None:
    """Whether the right article and section are found."""
    out = output("retrieval", to_json, worst, compare)
    with application(data_dir, indexed=True) as app:
        asked = questions.answerable(load(app, file, limit))
        out.give(retrieval.report(list(retrieval.judge(app, counted(asked))), served(app)))


@evaluate.command("answers")
def eval_answers(
    file: Questions = None,
    *,
    limit: Limit = None,
    to_json: Json = None,
    worst: Worst = None,
    compare: Compare = None,
    data_dir: DataDir = None,
) -> None:
    """Whether replies answer: facts stated, sections cited, length and ease of reading."""
    out = output("answers", to_json, worst, compare)
    with application(data_dir, indexed=True) as app:
        asked = [question for question in load(app, file, limit) if question.expected == "answer"]
        out.give(answers.report(list(answers.judge(app, counted(asked))), served(app)))


@evaluate.command("abstention")
def eval_abstention(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Labelled questions, messages or attacks; without any, those that ship.")
    ] = None,
    to_json: Json = None,
    worst: Worst = None,
    compare: Compare = None,
    data_dir: DataDir = None,
) -> None:
    """Whether what should not be answered is not, and the rest is."""
    out = output("abstention", to_json, worst, compare)
    with application(data_dir, indexed=True) as app:
        asked: list[questions.Question] = []
        for file in files or [abstention.OWN_MESSAGES]:
            with readable(file):
                asked += abstention.load(file, app.library.snapshot())
        out.give(abstention.report(list(abstention.judge(app, counted(asked))), served(app)))


@evaluate.command("grounding")
def eval_grounding(
    file: Questions = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="Questions to ask.")] = 1000,
    to_json: Json = None,
    worst: Worst = None,
    compare: Compare = None,
    data_dir: DataDir = None,
) -> None:
    """Whether every statement stands where it says, for the right person."""
    out = output("grounding", to_json, worst, compare)
    with application(data_dir, indexed=True) as app:
        asked = load(app, file, limit)
        out.give(grounding.report(list(grounding.judge(app, counted(asked))), served(app)))


@evaluate.command("facts")
def eval_facts(
    file: Annotated[Path, typer.Argument(help="JSON lines: id, question, condition, must_contain.")],
    *,
    to_json: Json = None,
    worst: Worst = None,
    compare: Compare = None,
    data_dir: DataDir = None,
) -> None:
    """How far the reader of facts agrees with a person, and which facts the articles lack."""
    out = output("facts", to_json, worst, compare)
    with application(data_dir) as app:
        asked = questions.answerable(load(app, file, None))
        out.give(facts.report(list(facts.judge(app, counted(asked))), served(app)))


def output(suite: str, to_json: Path | None, worst: Path | None, compare: Path | None) -> Output:
    """Where the report of `suite` goes; a file to compare with that is no report is one line and exit code 1."""
    try:
        return Output(to_json, worst, report.earlier(compare, suite) if compare else None)
    except EarlierError as error:
        tell(f"carelight: {error}")
        raise typer.Exit(1) from None


def load(app: Application, file: Path | None, limit: int | None) -> list[questions.Question]:
    """Questions of `file` or those that ship; none is one line and exit code 1, for a figure over nothing is none."""
    with readable(file or questions.OWN_QUESTIONS):
        found = questions.load(file, app.library.snapshot(), limit)
        if not found:
            raise LabelledError("holds no question about an article that is served; give a file of your own")
    return found


def counted(asked: Sequence[T]) -> Iterator[T]:
    """Each of `asked`, with a bar on standard error."""
    with progress("Asking", len(asked)) as advance:
        for number, question in enumerate(asked):
            advance(number, len(asked))
            yield question


def served(app: Application) -> int:
    """How many articles patients get."""
    return len(app.library.snapshot().revisions)


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """A file that cannot be used is one line on standard error and exit code 1."""
    try:
        yield
    except (OSError, UnicodeDecodeError, ValueError) as error:
        told = error if isinstance(error, LabelledError) else type(error).__name__
        tell(f"carelight: {file} cannot be used ({told})")
        raise typer.Exit(1) from None
