"""Master keys, which wrap the keys of patients' words: from the environment, or in a file of the data folder (mode 0600).

Both hold the one in use first, and behind it older ones for as long as a rotation still needs them.
"""

import base64
import binascii
import hashlib
import logging
import os
import secrets
from pathlib import Path

from app.errors import DataFolderError, SettingsError
from app.records.keyring import Master

log = logging.getLogger("carelight.keys")
_BYTES = 32


def generated() -> str:
    """A new master key as it is written down."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode()


def parsed(text: str) -> list[Master]:
    """Masters from their written form, one or several with commas or lines between; ValueError where one is no key."""
    return [_master(part) for part in text.replace(",", " ").split()]


def _master(text: str) -> Master:
    try:
        key = base64.urlsafe_b64decode(text)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _BYTES:
        raise ValueError("a master key is 32 bytes in base64; `openssl rand -base64 32 | tr '+/' '-_'` makes one")
    return Master(hashlib.sha256(b"carelight master" + key).hexdigest()[:12], key)


class MastersFromSettings:
    """What `CARELIGHT_MASTER_KEY` holds; whoever set it changes it."""

    def __init__(self, text: str) -> None:
        try:
            self._masters = parsed(text)
        except ValueError as error:
            raise SettingsError(f"CARELIGHT_MASTER_KEY: {error}") from None

    def current(self, *, may_make: bool) -> Master:
        return self._masters[0]

    def all(self) -> list[Master]:
        """Every master that was set, the one in use first."""
        return self._masters

    def of(self, master_id: str) -> Master | None:
        return next((master for master in self._masters if master.id == master_id), None)


class MasterFile:
    """A file, read anew whenever it changed: a rotation replaces it under a running server."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def current(self, *, may_make: bool) -> Master:
        held = self._read()
        if not held and not may_make:
            raise DataFolderError(f"the master key {self.path} is not there; put it back, without it no patient's words can be read")
        return held[0] if held else self.begin()

    def of(self, master_id: str) -> Master | None:
        return next((master for master in self._read() if master.id == master_id), None)

    def all(self) -> list[Master]:
        """Every master of the file, the one in use first."""
        return self._read()

    def begin(self) -> Master:
        """Make a new master and put it first."""
        self._write([generated(), *self._lines()])
        log.warning("made a new master key in %s, readable by its owner alone; keep a copy of it elsewhere", self.path)
        return self._read()[0]

    def drop(self, master_id: str) -> None:
        """Forget an older master, once nothing is wrapped by it."""
        self._write([line for line in self._lines() if _master(line).id != master_id])

    def _read(self) -> list[Master]:
        try:
            return [_master(line) for line in self._lines()]
        except ValueError as error:
            raise DataFolderError(f"the master key {self.path} cannot be read: {error}") from None

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DataFolderError(f"the master key {self.path} cannot be read ({error.strerror}); run as the folder's owner") from None

    def _write(self, lines: list[str]) -> None:
        """All of it or nothing: a file cut short would cost every word."""
        beside = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            raise DataFolderError(f"the master key {self.path} cannot be written ({error.strerror}); check the data folder") from None
