"""`carelight keys`: the keys of patients' words, and a new master key for them."""

import typer

from app.commands.shared import DataDir, application, tell
from app.masters import MasterFile
from app.records.keyring import Keyring

keys = typer.Typer(no_args_is_help=True, help="The keys that seal patients' words.")


@keys.command("show")
def show(data_dir: DataDir = None) -> None:
    """How many keys there are, where, and which master wraps them; never a key itself."""
    with application(data_dir) as app:
        old = app.keyring.wrapped_by_others() if app.keyring.size else []
        typer.echo(f"{app.keyring.size} keys in {app.settings.key_store.rsplit('@', 1)[-1]}")
        if app.keyring.size:
            typer.echo(f"master key in use: {app.masters.current(may_make=False).id}")
        for master in old:
            typer.echo(f"older master key still needed: {master}; run `carelight keys rotate`")


@keys.command("rotate")
def rotate(data_dir: DataDir = None) -> None:
    """Wrap every key with a new master; one that was stopped goes on where it was. A server may run meanwhile."""
    with application(data_dir) as app:
        masters = app.masters
        if isinstance(masters, MasterFile) and len(masters.all()) == 1:
            masters.begin()
        done = _rewrapped(app.keyring)
        typer.echo(f"{done} keys are wrapped by the master key {masters.current(may_make=True).id}.")
        older = [old.id for old in masters.all()[1:]]
        retired = [master_id for master_id in older if app.keyring.retire(master_id)]
        if isinstance(masters, MasterFile):
            for master_id in retired:
                masters.drop(master_id)
        if needed := [master_id for master_id in older if master_id not in retired]:
            tell(f"carelight: still needed, for keys made meanwhile: {', '.join(needed)}; keep it, and run `carelight keys rotate` again")
            raise typer.Exit(1)
        typer.echo(_what_now(in_file=isinstance(masters, MasterFile), changed=bool(older)))


def _what_now(*, in_file: bool, changed: bool) -> str:
    """What is left to do once nothing is wrapped by an older master."""
    if in_file:
        return "The old master key is forgotten. Back up secrets/master anew, apart from the backups of words and keys."
    if not changed:
        return "CARELIGHT_MASTER_KEY holds one key alone; to change it, put a new one and a comma before it, and run this again."
    return "Now remove every key but the first from CARELIGHT_MASTER_KEY, and start the server again."


def _rewrapped(keyring: Keyring) -> int:
    done = 0
    while count := keyring.rewrap():
        done += count
    return done
