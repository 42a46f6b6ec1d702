"""`carelight`: serve, the batch verbs, and the commands for articles, the index and staff."""

import gc
import os
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from app import audit_trail, batch, production
from app.commands.audit import audit
from app.commands.backup import backup, restore
from app.commands.corpus import corpus
from app.commands.demo import demo
from app.commands.doctor import doctor
from app.commands.evaluate import evaluate
from app.commands.keys import keys
from app.commands.notify import notify
from app.commands.purge import purge
from app.commands.release import release
from app.commands.rules import rules
from app.commands.shared import DataDir, application, sync, tell
from app.commands.staff import staff
from app.commands.steps import steps
from app.commands.stop import stop
from app.errors import SettingsError
from app.wiring import Application
from retrieval.index import IndexUnusableError

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="A health assistant that a clinic gives its patients.")
index = typer.Typer(no_args_is_help=True, help="The search index; it can be made again at any time.")
Input = Annotated[str, typer.Argument(help="JSON lines; - for standard input.")]
corpus.add_typer(steps)
cli.add_typer(corpus, name="corpus")
cli.add_typer(index, name="index")
cli.add_typer(staff, name="staff")
cli.add_typer(audit, name="audit")
cli.add_typer(rules, name="rules")
cli.add_typer(evaluate, name="eval")
cli.add_typer(demo, name="demo")
cli.add_typer(notify, name="notify")
cli.add_typer(release, name="release")
cli.command()(stop)
cli.command()(doctor)
cli.add_typer(keys, name="keys")
cli.command()(backup)
cli.command()(restore)
cli.command()(purge)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    data_dir: DataDir = None,
) -> None:
    """Start the server: the chat at /, the library at /library, the care desk at /care."""
    with application(data_dir) as app, app.folder:
        if gaps := production.gaps(app):
            raise SettingsError("production mode cannot start:\n- " + "\n- ".join(gaps))
        audit_trail.note_settings(app)
        _start_index(app)
        from app.main import create  # Chainlit reads its folder from the environment that `initialise` has just set
        from app.server.serving import serve as run_server

        web = create(app)
        gc.freeze()  # NiceGUI looks for its server among all objects at start, and touching Chainlit's lazy ones there raises
        tell(f"Carelight is ready at http://{host}:{port} (data in {app.settings.data_dir.resolve()})", style="")
        run_server(web, host, port)


def _start_index(app: Application) -> None:
    """Index at start; where it cannot be used the server starts all the same: cards and library pages work without it."""
    try:
        sync(app)
        app.search.search("what helps a cold", (), app.library.snapshot())
    except IndexUnusableError as error:
        tell(f"carelight: answers are off: {error}")


@cli.command()
def screen(file: Input, data_dir: DataDir = None) -> None:
    """Red flags of conversations."""
    with application(data_dir) as app:
        app.warm_screen()
        _finish(_run(file, partial(batch.screen, app)))


@cli.command()
def search(file: Input, k: Annotated[int, typer.Option("-k", min=1, help="Passages a question.")] = 10, data_dir: DataDir = None) -> None:
    """Passages for questions."""
    with application(data_dir, indexed=True) as app:
        _finish(_run(file, partial(batch.search, app, app.library.snapshot(), k)))


@cli.command()
def ask(file: Input, data_dir: DataDir = None) -> None:
    """Whole replies, by the same path as the chat, recording nobody."""
    with application(data_dir, indexed=True) as app:
        _finish(_run(file, partial(batch.ask, app)))


def _run(file: str, work: Callable[[object], dict[str, Any]]) -> int:
    try:
        return batch.run(batch.lines(file), work)
    except OSError as error:
        tell(f"carelight: {file} cannot be read ({error.strerror})")
        raise typer.Exit(1) from None


def _finish(read: int) -> None:
    if not read:
        tell("carelight: nothing could be read")
        raise typer.Exit(1)


@index.command("sync")
def indexsync(data_dir: DataDir = None) -> None:
    """Bring the index to the served articles."""
    with application(data_dir) as app:
        sync(app)
        typer.echo(f"{app.index.size} passages indexed")


@index.command("rebuild")
def index_rebuild(data_dir: DataDir = None) -> None:
    """Throw the index away and make it again."""
    with application(data_dir) as app:
        sync(app, app.rebuild_index)
        typer.echo(f"{app.index.size} passages indexed")


def main() -> None:
    """Entry point."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    cli()


if __name__ == "__main__":
    main()
