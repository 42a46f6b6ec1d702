"""`carelight doctor`: what is missing before patients may be served for real."""

import typer

from app import production
from app.commands.shared import DataDir, application


def doctor(data_dir: DataDir = None) -> None:
    """Every gap that keeps this installation from production mode; exit code 1 where there is one."""
    with application(data_dir) as app:
        missing = production.missing(app)
        for gap in missing:
            typer.echo(f"- {gap}")
        if missing:
            raise typer.Exit(1)
        typer.echo("Nothing is missing.")
