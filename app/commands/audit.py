"""`carelight audit`: look through the audit log, and prove that nobody changed it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app import audit_trail
from app.commands.shared import DataDir, application, tell
from app.errors import CarelightError
from app.records.audit import Wanted
from app.records.audit_proof import Checkpoint, checkpoint_in
from app.records.models import now

audit = typer.Typer(no_args_is_help=True, help="The audit log: who did and read what, in ids and verbs.")
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day in UTC.")]


@audit.command("show")
def audit_show(
    *,
    actor: Annotated[str, typer.Option(help="Id or login of whoever did it, or system or operator.")] = "",
    verb: Annotated[str, typer.Option(help="What was done, or how its name begins, such as staff.")] = "",
    subject: Annotated[str, typer.Option(help="To what, or how its id begins.")] = "",
    since: Day = None,
    until: Day = None,
    count: Annotated[int, typer.Option("-n", min=1, help="Entries, the newest ones.")] = 50,
    data_dir: DataDir = None,
) -> None:
    """The newest entries that fit, oldest first: number, moment, actor, verb, subject."""
    with application(data_dir) as app:
        names = audit_trail.names(app)
        wanted = Wanted(audit_trail.actor_id(app, actor), verb, subject, audit_trail.utc(since), audit_trail.utc(until))
        found = app.audit.find(wanted, size=count)
        for number, entry in reversed(found.entries):
            who = names.get(entry.actor, entry.actor)
            typer.echo(f"{number}\t{entry.at:%Y-%m-%d %H:%M:%S}\t{who}\t{entry.verb}\t{names.get(entry.subject, entry.subject)}")
        tell(f"{len(found.entries)} of {found.count} entries", style="")


@audit.command("verify")
def audit_verify(
    against: Annotated[Path | None, typer.Option(help="A file with a checkpoint that was kept elsewhere.")] = None, data_dir: DataDir = None
) -> None:
    """Walk the whole chain; exit code 1 names the first entry that was changed, moved or removed."""
    with application(data_dir) as app:
        verdict = app.audit_proof.verify(_held(against) if against else None)
        if verdict.broken is not None:
            tell(f"carelight: the audit log is not whole: entry {verdict.broken.number}: {verdict.broken.problem}")
            raise typer.Exit(1)
        typer.echo(f"{verdict.entries} entries are as they were written ({verdict.first} to {verdict.last})")


@audit.command("checkpoint")
def audit_checkpoint(
    out: Annotated[Path | None, typer.Option(help="A file that the line is added to.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Also send it to CARELIGHT_NOTIFY_AUDIT.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Sign the newest entry: one line, to be kept where this server's operator cannot change it."""
    with application(data_dir) as app:
        made = app.audit_proof.checkpoint()
        if made is None:
            tell("carelight: nothing has been recorded yet")
            raise typer.Exit(1)
        typer.echo(str(made))
        if out is not None:
            _add(out, made)
        if send and (problems := audit_trail.send(app, made)):
            for problem in problems:
                tell(f"carelight: not sent: {problem}")
            raise typer.Exit(1)


@audit.command("cut")
def audit_cut(
    days: Annotated[int, typer.Option(min=30, help="Entries older than that are deleted.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete the oldest part of the log and sign where it begins now."""
    with application(data_dir) as app:
        before = now() - timedelta(days=days)
        if dry_run:
            typer.echo(f"{app.audit_proof.older(before)} entries would be deleted")
        else:
            typer.echo(f"{app.audit_proof.cut(before, audit_trail.OPERATOR)} entries deleted")


def _held(file: Path) -> Checkpoint:
    try:
        found = checkpoint_in(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CarelightError(f"{file} cannot be read ({type(error).__name__})") from None
    if found is None:
        raise CarelightError(f"{file} holds no checkpoint; it is a line that begins with carelight-audit")
    return found


def _add(file: Path, made: Checkpoint) -> None:
    try:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"{made}\n")
    except OSError as error:
        raise CarelightError(f"{file} cannot be written ({error.strerror})") from None
