"""What every command needs: the data folder option, errors as one line, an application that is closed again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app import logs, settings
from app.errors import CarelightError, DataFolderError
from app.wiring import Application
from guardrails.rules import RuleError
from knowledge.front_matter import ArticleError
from knowledge.words import WordsError
from retrieval.embedder import EmbedderError
from retrieval.index import IndexUnusableError

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Data folder; CARELIGHT_DATA_DIR, else ./data.")]
err = Console(stderr=True)
_MEANT_FOR_PEOPLE = (CarelightError, ArticleError, RuleError, WordsError, EmbedderError, IndexUnusableError)


def tell(message: str, style: str = "red") -> None:
    """One line on standard error, whole: a message may hold brackets and must not be broken."""
    err.print(message, style=style, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def explained() -> Iterator[None]:
    """Errors meant for people become one line and exit code 1."""
    try:
        yield
    except _MEANT_FOR_PEOPLE as error:
        tell(f"carelight: {error}")
        raise typer.Exit(1) from None


@contextmanager
def application(data_dir: Path | None, *, indexed: bool = False) -> Iterator[Application]:
    """An initialised application; with `indexed` its index is brought up to the served set first."""
    logs.configure()
    with explained():
        chosen = settings.read(data_dir=data_dir)
        logs.configure(chosen.log_level, chosen.log_format)
        app = Application(chosen)
        app.initialise()
        if indexed:
            with suppress(DataFolderError):  # a running server holds the folder, and keeps its index up to date itself
                sync(app)
        try:
            yield app
        finally:
            app.close()


def sync(app: Application, work: Callable[..., Any] | None = None) -> None:
    """Bring the index up to date with a progress bar; another process that holds the folder has done so already."""
    with progress("Building the search index") as advance:
        (work or app.sync_index)(advance)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on standard error while the block runs; what is yielded is told how much is done, and of how much where that is known."""
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TaskProgressColumn(show_speed=True), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done, of=None: bar.update(task, completed=done, total=of)
