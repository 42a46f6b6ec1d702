"""`carelight stop`: the assistant answers nothing more from the library; cards and the library's pages stay."""

from typing import Annotated

import typer

from app.audit_trail import OPERATOR
from app.commands.shared import DataDir, application, tell


def stop(
    why: Annotated[str, typer.Option(help="The reason, as colleagues read it on the desks.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Answer again.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Stop answering, on every server within two seconds, or answer again; red flags are looked for all the same."""
    with application(data_dir) as app:
        try:
            app.stop_switch.turn(on=not off, why=why, by=OPERATOR)
        except ValueError as error:
            tell(f"carelight: {error}: --why TEXT")
            raise typer.Exit(1) from None
        stopped = "The assistant is stopped: care cards, set words and the library's pages only."
        typer.echo("The assistant answers again." if off else stopped)
