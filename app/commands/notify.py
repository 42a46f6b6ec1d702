"""`carelight notify`: try the channels before a patient needs them."""

import typer

from app.commands.shared import DataDir, application, tell
from app.escalation.notices import Wording
from app.records.models import now
from app.records.notifications import Notice

notify = typer.Typer(no_args_is_help=True, help="The channels that call the care team.")


@notify.callback()
def _notify() -> None:
    """The channels that call the care team."""


@notify.command("test")
def notify_test(data_dir: DataDir = None) -> None:
    """Send a test message to every channel; exit code 1 where one did not take it, or none is set."""
    with application(data_dir) as app:
        channels = [*app.channels.all().values(), *app.channels.lists.get("audit", ())]
        message = Wording(lambda: app.words, app.settings).message(Notice("test"), now())
        problems = {channel.label: channel.send(message.title, message.body) for channel in channels}
    for label, problem in problems.items():
        typer.echo(f"{label}\t{problem or 'taken'}")
    if not problems:
        tell("carelight: no channel is set; see CARELIGHT_NOTIFY_FIRST in docs/settings.md")
    if not problems or any(problems.values()):
        raise typer.Exit(1)
