"""What surrounds the audit log: names beside ids, checkpoints sent away each night, and a note when settings changed."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from app.records.audit_proof import Checkpoint
from app.wiring import Application

OPERATOR = "operator"
"""Who acts at the command line of the server, where nobody signs in."""
_EVERY = timedelta(hours=24)


def names(app: Application) -> Mapping[str, str]:
    """Logins of staff by id: the log itself holds ids alone."""
    return {account.id: account.login for account in app.staff_admin.accounts()}


def actor_id(app: Application, typed: str) -> str:
    """The id of whoever is called that, where somebody is; what was typed otherwise."""
    return next((account.id for account in app.staff_admin.accounts() if account.login == typed), typed)


def utc(day: datetime | None) -> datetime | None:
    """A day without a zone as a moment in UTC."""
    return day.replace(tzinfo=UTC) if day is not None else None


def send(app: Application, made: Checkpoint) -> Sequence[str]:
    """Tell every channel of the audit list; what kept which from being told. RecordsError where it cannot be kept that it was sent."""
    channels = app.channels.lists.get("audit", ())
    if not channels:
        return ["no channel is set; see CARELIGHT_NOTIFY_AUDIT in docs/settings.md"]
    said = f"Checkpoint of the audit log of {app.settings.clinic}. Keep this line.\n\n{made}"
    failed = {channel.label: channel.send("Carelight: audit checkpoint", said) for channel in channels}
    problems = [f"{label}: {problem}" for label, problem in failed.items() if problem]
    if len(problems) < len(channels):
        app.audit_proof.was_sent(made.number)
    return problems


def nightly(app: Application) -> None:
    """A checkpoint a day, and the newest one sent until somebody took it."""
    if app.audit_proof.due(_EVERY):
        app.audit_proof.checkpoint()
    if app.channels.lists.get("audit") and (waiting := app.audit_proof.unsent()):
        send(app, waiting)


def note_settings(app: Application) -> None:
    """Record that the settings are others than at the last start, by a fingerprint that tells none of them."""
    chosen = "\n".join(f"{name}={_plain(value)}" for name, value in sorted(app.settings.model_dump().items()))
    found = hmac.digest(app.secrets.audit, chosen.encode(), hashlib.sha256).hex()[:32]
    known = app.audit.latest("settings.changed")
    if known is None or known.subject != found:
        app.audit.record("system", "settings.changed", found)


def _plain(value: object) -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal() if reveal is not None else value)
