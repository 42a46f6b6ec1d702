"""Secrets: from the environment, or made into the data folder (mode 0600) at first start."""

import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from app.errors import DataFolderError
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys in use; `made` names the files that were written just now."""

    guest: str
    spool: bytes
    records: bytes
    """Seals what a patient left to be reached by."""
    made: tuple[Path, ...]
    guests_timed: float = 0.0
    """Since when, in seconds since the epoch, guests' cookies here hold the moment they were given."""

    @property
    def library(self) -> bytes:
        """Proves that an exported library is this installation's own; made from the key that the clinic keeps anyway."""
        return hmac.digest(self.records, b"carelight: exported library", hashlib.sha256)

    @property
    def audit(self) -> bytes:
        """Signs checkpoints of the audit log; it is not in the database that holds the log."""
        return hmac.digest(self.records, b"carelight: audit checkpoint", hashlib.sha256)

    @property
    def portal(self) -> bytes:
        """Makes pseudonyms of who signs in through the clinic's own accounts; a copy of the database tells nobody whose they are."""
        return hmac.digest(self.records, b"carelight: clinic accounts", hashlib.sha256)


def given(settings: Settings, name: str, told: str) -> str:
    """A secret that somebody else made: `told` in a setting, or else what the file `name` in the folder of secrets holds; or empty."""
    path = settings.data_dir / "secrets" / name
    try:
        return told or (path.read_text(encoding="utf-8").strip() if path.exists() else "")
    except (OSError, ValueError):
        raise DataFolderError(f"the secret {path} cannot be read; make it a text file that this user may read") from None


def obtain(settings: Settings) -> Secrets:
    """Every secret the server needs; DataFolderError where one cannot be written."""
    folder = settings.data_dir / "secrets"
    made: list[Path] = []
    guest = settings.guest_secret.get_secret_value() or _file(folder / "guest", secrets.token_urlsafe(48), made)
    spool = _file(folder / "spool", Fernet.generate_key().decode(), made)
    records = _file(folder / "records", Fernet.generate_key().decode(), made)
    timed = _file(settings.data_dir / "guests-timed", str(int(time.time())), [])
    return Secrets(guest, spool.encode(), records.encode(), tuple(made), float(timed) if timed.isdecimal() else 0.0)


def _file(path: Path, fresh: str, made: list[Path]) -> str:
    """The secret in `path`, written there now if there is none."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(fresh)
            made.append(path)
        held = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise DataFolderError(f"the secret {path} cannot be used ({error.strerror}); make the data folder writable for this user") from None
    if not held:
        raise DataFolderError(f"the secret {path} is empty; remove the file, and a new one is made")
    return held
