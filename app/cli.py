"""`carelight`: serve, the batch verbs, and the commands for articles, the index and staff."""

import datetime as dt
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app import batch, logs, production, rulebook, settings
from app.errors import CarelightError, DataFolderError, SettingsError
from app.evals import red_flags, workload
from app.evals.red_flags import LabelledError
from app.wiring import Application
from guardrails.red_flags import load as load_red_flags
from guardrails.rules import RuleError
from knowledge.article import Article, parse
from knowledge.front_matter import ArticleError
from knowledge.lint import lint
from knowledge.words import WordsError
from retrieval.embedder import EmbedderError
from retrieval.index import IndexUnusableError

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="A health assistant that a clinic gives its patients.")
corpus = typer.Typer(no_args_is_help=True, help="The articles that answers quote.")
index = typer.Typer(no_args_is_help=True, help="The search index; it can be made again at any time.")
staff = typer.Typer(no_args_is_help=True, help="People who work at the desks.")
rules = typer.Typer(no_args_is_help=True, help="The red-flag rules: read, test and try them.")
evaluate = typer.Typer(no_args_is_help=True, help="Measure on labelled data of your own.")
cli.add_typer(corpus, name="corpus")
cli.add_typer(index, name="index")
cli.add_typer(staff, name="staff")
cli.add_typer(rules, name="rules")
cli.add_typer(evaluate, name="eval")

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Data folder; CARELIGHT_DATA_DIR, else ./data.")]
Input = Annotated[str, typer.Argument(help="JSON lines; - for standard input.")]
_err = Console(stderr=True)
_MEANT_FOR_PEOPLE = (CarelightError, ArticleError, RuleError, WordsError, EmbedderError, IndexUnusableError)


def _tell(message: str, style: str = "red") -> None:
    """One line on standard error, whole: a message may hold brackets and must not be broken."""
    _err.print(message, style=style, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _explained() -> Iterator[None]:
    """Errors meant for people become one line and exit code 1."""
    try:
        yield
    except _MEANT_FOR_PEOPLE as error:
        _tell(f"carelight: {error}")
        raise typer.Exit(1) from None


@contextmanager
def _application(data_dir: Path | None, *, indexed: bool = False) -> Iterator[Application]:
    """An initialised application; with `indexed` its index is brought up to the served set first."""
    logs.configure()
    with _explained():
        app = Application(settings.read(data_dir=data_dir))
        app.initialise()
        if indexed:
            with suppress(DataFolderError):  # a running server holds the folder, and keeps its index up to date itself
                _sync(app)
        try:
            yield app
        finally:
            app.close()


def _sync(app: Application, work: Callable[..., Any] | None = None) -> None:
    """Bring the index up to date with a progress bar; another process that holds the folder has done so already."""
    columns = (TextColumn("Building the search index"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_err, transient=True) as bar:
        task = bar.add_task("index", total=None)
        (work or app.sync_index)(lambda done, total: bar.update(task, completed=done, total=total))


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    data_dir: DataDir = None,
) -> None:
    """Start the server: the chat at /, the library at /library, the care desk at /care."""
    import uvicorn

    with _application(data_dir) as app, app.folder:
        if gaps := production.gaps(app):
            raise SettingsError("production mode cannot start:\n- " + "\n- ".join(gaps))
        _start_index(app)
        from app.main import create  # Chainlit reads its folder from the environment that `initialise` has just set

        web = create(app)
        gc.freeze()  # NiceGUI looks for its server among all objects at start, and touching Chainlit's lazy ones there raises
        _tell(f"Carelight is ready at http://{host}:{port} (data in {app.settings.data_dir.resolve()})", style="")
        uvicorn.run(web, host=host, port=port, log_level="warning", access_log=False, ws_max_size=1 << 20)


def _start_index(app: Application) -> None:
    """Index at start; where it cannot be used the server starts all the same: cards and library pages work without it."""
    try:
        _sync(app)
        app.search.search("what helps a cold", (), app.library.snapshot())
    except IndexUnusableError as error:
        _tell(f"carelight: answers are off: {error}")


@cli.command()
def screen(file: Input, data_dir: DataDir = None) -> None:
    """Red flags of conversations."""
    with _application(data_dir) as app:
        app.warm_screen()
        _finish(_run(file, partial(batch.screen, app)))


@cli.command()
def search(file: Input, k: Annotated[int, typer.Option("-k", min=1, help="Passages a question.")] = 10, data_dir: DataDir = None) -> None:
    """Passages for questions."""
    with _application(data_dir, indexed=True) as app:
        _finish(_run(file, partial(batch.search, app, app.library.snapshot(), k)))


@cli.command()
def ask(file: Input, data_dir: DataDir = None) -> None:
    """Whole replies, by the same path as the chat, recording nobody."""
    with _application(data_dir, indexed=True) as app:
        _finish(_run(file, partial(batch.ask, app)))


def _run(file: str, work: Callable[[object], dict[str, Any]]) -> int:
    try:
        return batch.run(batch.lines(file), work)
    except OSError as error:
        _tell(f"carelight: {file} cannot be read ({error.strerror})")
        raise typer.Exit(1) from None


def _finish(read: int) -> None:
    if not read:
        _tell("carelight: nothing could be read")
        raise typer.Exit(1)


@corpus.command("add")
def corpus_add(files: Annotated[list[Path], typer.Argument(help="Article files.")], data_dir: DataDir = None) -> None:
    """Serve articles from files; a changed one becomes a new revision."""
    with _application(data_dir) as app:
        report = app.add_articles([_article(path) for path in files], "file")
        for name, slugs in (("added", report.added), ("changed", report.changed), ("unchanged", report.unchanged)):
            typer.echo(f"{name}: {len(slugs)} {' '.join(slugs)}".strip())
        typer.echo("A running server serves them within seconds.")


def _article(path: Path) -> Article:
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(str(path), 1, "file", f"cannot be read ({type(error).__name__}); it must be a UTF-8 text file") from None


@corpus.command("export")
def corpus_export(folder: Path, data_dir: DataDir = None) -> None:
    """Write every served article as a file that adds back to the same bytes."""
    with _application(data_dir) as app:
        folder.mkdir(parents=True, exist_ok=True)
        for slug, revision in app.library.snapshot().revisions.items():
            (folder / f"{slug}.md").write_text(revision.article.text, encoding="utf-8")
        typer.echo(f"{len(app.library.snapshot().revisions)} articles in {folder}")


@corpus.command("list")
def corpus_list(data_dir: DataDir = None) -> None:
    """The articles served now: slug, revision, kind, next review, title."""
    with _application(data_dir) as app:
        for slug, revision in app.library.snapshot().revisions.items():
            article = revision.article
            typer.echo(f"{slug}\t{revision.number}\t{article.kind}\t{article.next_review}\t{article.title}")


@corpus.command("lint")
def corpus_lint(
    files: Annotated[list[Path] | None, typer.Argument(help="Article files; none for those served.")] = None, data_dir: DataDir = None
) -> None:
    """Problems of articles; exit code 1 where one is an error."""
    with _explained():
        if files:
            articles = [_article(path) for path in files]
        else:
            with _application(data_dir) as app:
                articles = [revision.article for revision in app.library.snapshot().revisions.values()]
    problems = [problem for article in articles for problem in lint(article, dt.datetime.now(dt.UTC).date())]
    for problem in problems:
        typer.echo(str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    typer.echo(f"{len(articles)} articles, {errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@index.command("sync")
def index_sync(data_dir: DataDir = None) -> None:
    """Bring the index to the served articles."""
    with _application(data_dir) as app:
        _sync(app)
        typer.echo(f"{app.index.size} passages indexed")


@index.command("rebuild")
def index_rebuild(data_dir: DataDir = None) -> None:
    """Throw the index away and make it again."""
    with _application(data_dir) as app:
        _sync(app, app.rebuild_index)
        typer.echo(f"{app.index.size} passages indexed")


@rules.command("list")
def rules_list(data_dir: DataDir = None) -> None:
    """Every rule: level, pathway, id, reason; then the rule set in force and who signed it."""
    with _application(data_dir) as app:
        for rule in app.red_flags.rules.rules:
            typer.echo(f"{rule.level}\t{rule.pathway}\t{rule.id}\t{rule.reason['en']}")
        typer.echo(f"{len(app.red_flags.rules.rules)} rules; {rulebook.status(app)}")


@rules.command("show")
def rules_show(rule_id: str, data_dir: DataDir = None) -> None:
    """One rule in full: condition, questions, examples, source."""
    with _application(data_dir) as app:
        rule = app.red_flags.rules.rule(rule_id)
        if rule is None:
            _tell(f"carelight: no rule is called {rule_id}; see 'carelight rules list'")
            raise typer.Exit(1)
        for line in rulebook.rule_lines(rule):
            typer.echo(line)


@rules.command("test")
def rules_test(rule_ids: Annotated[list[str] | None, typer.Argument(help="Rules to test; none for all.")] = None) -> None:
    """Hold rules to their own examples; exit code 1 where one does not do what it must."""
    with _explained():
        layer = load_red_flags()
    chosen = [rule for rule in layer.rules.rules if not rule_ids or rule.id in rule_ids]
    wrong = list(rulebook.failing(layer, chosen))
    for line in wrong:
        typer.echo(line)
    typer.echo(f"{len(chosen)} rules, {len(wrong)} examples fail")
    if wrong or not chosen:
        raise typer.Exit(1)


@rules.command("try")
def rules_try(text: str, data_dir: DataDir = None) -> None:
    """What the whole screen makes of a text, and why; nothing is recorded."""
    with _application(data_dir) as app:
        for line in rulebook.tried_lines(rulebook.try_text(app, text)):
            typer.echo(line)


@evaluate.command("red-flags")
def eval_red_flags(
    file: Annotated[Path, typer.Argument(help="JSON lines: id, messages, level; topic and form if known.")],
    misses: Annotated[bool, typer.Option(help="List every miss and false alarm for reading.")] = True,
    data_dir: DataDir = None,
) -> None:
    """Recall and false alarms with exact bounds, by level, form and topic."""
    with _application(data_dir) as app, _readable(file):
        for line in red_flags.report(list(red_flags.judge(app.screener, red_flags.read(file))), misses=misses):
            typer.echo(line)


@evaluate.command("workload")
def eval_workload(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines with a message, text, question or CHQ field.")],
    read: Annotated[bool, typer.Option(help="List every alarm for reading.")] = True,
    data_dir: DataDir = None,
) -> None:
    """Alarms per thousand ordinary messages: the desk's workload."""
    with _application(data_dir) as app, _readable(file):
        for line in workload.report(app.screener, file, read=read):
            typer.echo(line)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """A file that cannot be used is one line on standard error and exit code 1."""
    try:
        yield
    except (OSError, UnicodeDecodeError, ValueError) as error:
        told = error if isinstance(error, LabelledError) else type(error).__name__
        _tell(f"carelight: {file} cannot be used ({told})")
        raise typer.Exit(1) from None


@staff.command("add")
def staff_add(
    login: str,
    role: Annotated[str, typer.Option(help="care, editor, reviewer or administrator.")] = "care",
    name: Annotated[str, typer.Option(help="Name as colleagues and patients read it.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Add a member of staff; the password is asked for (or read from standard input)."""
    password = typer.prompt("Password (12 characters or more)", hide_input=sys.stdin.isatty(), confirmation_prompt=sys.stdin.isatty())
    with _application(data_dir) as app:
        try:
            app.staff.add(login, name or login, role, password)
        except ValueError as error:
            _tell(f"carelight: {error}")
            raise typer.Exit(1) from None
        typer.echo(f"{login} may sign in at /care as {role}.")


def main() -> None:
    """Entry point."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    cli()


if __name__ == "__main__":
    main()
