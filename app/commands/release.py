"""`carelight release`: bind what runs to the figures it was measured with, and tell later what has changed since."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.commands.shared import DataDir, application, tell
from app.content import release_record
from app.evals.report import EarlierError

release = typer.Typer(no_args_is_help=True, help="Which code, rules, articles and texts were measured with which figures.")


@release.command("record")
def release_keep(
    file: Annotated[Path, typer.Argument(help="Where to write the record.")],
    figures: Annotated[list[Path] | None, typer.Option(help="A report that `carelight eval … --json` wrote; may be given again.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Write hashes of everything that decides what patients get, with the figures measured on it and the way back for each part."""
    with application(data_dir) as app:
        try:
            made = release_record.record(app, figures or [])
            file.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        except (EarlierError, OSError) as error:
            tell(f"carelight: {error}")
            raise typer.Exit(1) from None
    typer.echo(f"{len(made['parts'])} parts and {len(made['figures'])} reports are bound in {file}")


@release.command("compare")
def release_compare(
    file: Annotated[Path, typer.Argument(help="A record that `carelight release record` wrote.")], data_dir: DataDir = None
) -> None:
    """Say which parts are no longer what was measured, with the way back; exit code 1 where one is not."""
    with application(data_dir) as app:
        try:
            changed = release_record.differing(app, json.loads(file.read_text(encoding="utf-8")))
        except (EarlierError, OSError, ValueError) as error:
            tell(f"carelight: {file} cannot be compared: {error}")
            raise typer.Exit(1) from None
    for name, way_back in changed.items():
        typer.echo(f"{name}\tnot what was measured\tway back: {way_back}")
    if changed:
        raise typer.Exit(1)
    typer.echo("Everything is what was measured.")
