"""`carelight demo`: made-up data that shows a part of Carelight alive."""

from typing import Annotated

import typer

from app import demo as made_up
from app import demo_desk
from app.commands.shared import DataDir, application, progress
from app.demo_day import EVERYONE

demo = typer.Typer(no_args_is_help=True, help="Made-up data, marked as such, that shows Carelight alive.")


@demo.command("care")
def demo_care(
    clear: Annotated[bool, typer.Option("--clear", help="Remove the made-up day, and nothing else.")] = False,
    data_dir: DataDir = None,
) -> None:
    """A believable day on the care desk: made-up patients, marked as demo; again makes it anew."""
    with application(data_dir, indexed=not clear) as app:
        if clear:
            typer.echo(f"{app.demo.clear()} made-up patients removed.")
            return
        with progress("Making up a day", len(EVERYONE)) as advance:
            app.warm_screen()
            made = made_up.make(app, told=advance)
        typer.echo(f"{made} made-up patients are on the care desk at /care; `carelight demo care --clear` removes them.")


@demo.command("editor")
def demo_editor(
    clear: Annotated[bool, typer.Option("--clear", help="Remove the made-up articles, and nothing else.")] = False,
    data_dir: DataDir = None,
) -> None:
    """A believable state of the editor desk: made-up articles, marked as demo, that no patient is answered from."""
    with application(data_dir) as app:
        if clear:
            typer.echo(f"{app.demo_desk.clear()} made-up articles removed.")
            return
        made = demo_desk.make(app)
        typer.echo(f"{made} made-up articles are on the editor desk at /editor; `carelight demo editor --clear` removes them.")
