"""`carelight purge`: what was kept long enough is deleted now, or only counted."""

from typing import Annotated

import typer

from app import retention
from app.commands.shared import DataDir, application
from app.records.models import now


def purge(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would be deleted, and delete nothing.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete what was kept long enough; a running server does so by itself every hour."""
    with application(data_dir) as app:
        keep, at = retention.keep(app.settings), now()
        counted = app.retention.due(keep, at) if dry_run else app.retention.purge(keep, at)
        for kind, days in keep.items():
            kept = f"after {days} days" if days else "kept for ever"
            typer.echo(f"{counted.get(kind, 0):>7}  {kind}, {kept}")
        typer.echo("Nothing was deleted." if dry_run else "Deleted.")
