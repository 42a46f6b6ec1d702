"""`carelight eval`: measure on labelled data of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.commands.shared import DataDir, application, tell
from app.evals import red_flags, workload
from app.evals.red_flags import LabelledError

evaluate = typer.Typer(no_args_is_help=True, help="Measure on labelled data of your own.")


@evaluate.command("red-flags")
def eval_red_flags(
    file: Annotated[Path, typer.Argument(help="JSON lines: id, messages, level; topic and form if known.")],
    misses: Annotated[bool, typer.Option(help="List every miss and false alarm for reading.")] = True,
    data_dir: DataDir = None,
) -> None:
    """Recall and false alarms with exact bounds, by level, form and topic."""
    with application(data_dir) as app, _readable(file):
        for line in red_flags.report(list(red_flags.judge(app.screener, red_flags.read(file))), misses=misses):
            typer.echo(line)


@evaluate.command("workload")
def eval_workload(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines with a message, text, question or CHQ field.")],
    read: Annotated[bool, typer.Option(help="List every alarm for reading.")] = True,
    data_dir: DataDir = None,
) -> None:
    """Alarms per thousand ordinary messages: the desk's workload."""
    with application(data_dir) as app, _readable(file):
        for line in workload.report(app.screener, file, read=read):
            typer.echo(line)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """A file that cannot be used is one line on standard error and exit code 1."""
    try:
        yield
    except (OSError, UnicodeDecodeError, ValueError) as error:
        told = error if isinstance(error, LabelledError) else type(error).__name__
        tell(f"carelight: {file} cannot be used ({told})")
        raise typer.Exit(1) from None
