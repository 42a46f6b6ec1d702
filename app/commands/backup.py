"""`carelight backup` and `carelight restore`: copies of the words and, apart from them, of their keys."""

from pathlib import Path
from typing import Annotated

import typer

from app import backups, logs, settings
from app.commands.shared import DataDir, application, explained, tell
from app.data_folder import DataFolderLock
from app.errors import DataFolderError
from app.masters import MasterFile
from app.records import backup as databases
from app.records.models import now
from app.wiring import Application

Folder = Annotated[Path, typer.Argument(help="Folder of the backups.")]


def backup(
    folder: Folder,
    *,
    keys_only: Annotated[bool, typer.Option("--keys-only", help="Only replace the copy of the keys, which is quick.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Write a dated copy of the records, and replace the one copy of their keys; a server may run meanwhile."""
    with application(data_dir) as app:
        if not keys_only:
            typer.echo(f"words: {backups.write_words(app.settings, app.keyring, folder, now())}")
            if waiting := len(app.case_desk.spooled()):
                tell(
                    f"{waiting} escalations wait on disk for the database and are in no copy; once a server has stored them, run this again"
                )
        typer.echo(f"keys:  {backups.write_keys(app.keyring, folder, now())}")
        kept = app.settings.data_dir / "secrets"
        also = "" if isinstance(app.masters, MasterFile) else " and CARELIGHT_MASTER_KEY"
        typer.echo(f"Keep a copy of {kept}{also} elsewhere: without the master key neither can be read, and it is in neither.")


def restore(
    folder: Folder,
    words: Annotated[str, typer.Option(help="Which copy of the words; the newest where none is named.")] = "",
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the records that are there.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Put a copy of the records back; what was deleted since it was made stays deleted. The server must be stopped."""
    logs.configure()
    with explained():
        chosen = settings.read(data_dir=data_dir)
        chosen.data_dir.mkdir(parents=True, exist_ok=True)
        with DataFolderLock(chosen.data_dir / "index.lock"):
            made = _restored(Application(chosen), folder, words, force=force)
    with application(data_dir) as app:
        app.eraser.bury()
        gone = app.eraser.finish()
        typer.echo(f"Restored as of {made.made:%Y-%m-%d %H:%M} UTC. {gone} chats that were deleted since stay deleted.")


def _restored(app: Application, folder: Path, words: str, *, force: bool) -> backups.Archive:
    there = backups.words_in(folder)
    if not there or (words and words not in there):
        raise DataFolderError(
            f"{folder} holds {'no such copy' if words else 'no copy'} of the words; there are: {', '.join(there) or 'none'}"
        )
    if not force and databases.exists(app.settings.database):
        raise DataFolderError(f"there are records in {app.settings.data_dir} already; --force replaces them")
    try:
        return backups.restore(app.settings, app.keyring, folder, words or there[-1])
    finally:
        app.close()
