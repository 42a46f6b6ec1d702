"""Where an escalation goes when the database fails: an encrypted line in a file, on disk before the card is shown.

Each line is written and fsynced on its own, so a crash loses at most the line being written, never an earlier one. The
spool is replayed at start and as soon as the database works again: what is replayed stands in a file beside it until all
of it is stored, so that a crash in between replays it again, and every item has a key under which it is stored once.
"""

import hashlib
import json
import logging
import os
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from guardrails.level import Evidence, Finding

log = logging.getLogger("carelight.spool")


@dataclass(frozen=True, slots=True)
class Spooled:
    """One escalation that the database could not take."""

    patient_id: str
    conversation_id: str
    findings: tuple[Finding, ...]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    """Names the escalation, so that it is stored once however often it is tried."""
    at: datetime | None = None
    """When the patient wrote; None where it is not known."""
    crowd: str = ""
    """Cases from one address that may be the work of a program; empty for one that stands for itself."""


class Spool:
    """An append-only file of encrypted escalations."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._cipher = path, Fernet(key)
        self._replaying = path.with_name(f"{path.name}.replaying")
        self._writing, self._replays = threading.Lock(), threading.Lock()

    def append(self, item: Spooled) -> bool:
        """Write one escalation and wait until it is on disk; False where the disk fails too. Waits for no replay."""
        data = {**asdict(item), "at": item.at.isoformat() if item.at else None}
        line = b"\n" + self._cipher.encrypt(json.dumps(data).encode()) + b"\n"  # first ends a line torn before it
        try:
            with self._writing:
                new = not self._path.exists()
                with self._path.open("ab") as file:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                if new:
                    _sync_folder(self._path.parent)
        except OSError as error:
            log.critical("an escalation could be stored neither in the database nor in the spool (%s)", error.strerror)
            return False
        return True

    def waiting(self) -> Sequence[Spooled]:
        """What the database has not taken yet, oldest first."""
        with self._writing:
            return [item for file in (self._replaying, self._path) for item in self._items(file)[0]]

    def replay(self, store: Callable[[Spooled], None]) -> int:
        """Give every spooled escalation to `store`, then forget them; how many. An error of `store` keeps them all."""
        with self._replays:
            return sum(self._replay(store) for _ in range(2))  # what a crash left, then what came since

    def _replay(self, store: Callable[[Spooled], None]) -> int:
        with self._writing:
            if not self._replaying.exists():
                if not self._path.exists():
                    return 0
                self._path.rename(self._replaying)
        items, torn = self._items(self._replaying)
        for item in items:
            store(item)
        if torn:
            log.error("%d lines of the spool could not be read and were set aside in its folder", torn)
            self._replaying.rename(self._path.with_name(f"{self._path.name}.unreadable-{uuid.uuid4().hex[:8]}"))
        else:
            self._replaying.unlink()
        return len(items)

    def _items(self, file: Path) -> tuple[Sequence[Spooled], int]:
        """What a file holds, and how many of its lines cannot be read: torn by a crash, or written with another key."""
        try:
            lines = [line for line in file.read_bytes().splitlines() if line]
        except FileNotFoundError:
            return [], 0
        read = [self._read(line) for line in lines]
        items = [item for item in read if item is not None]
        return items, len(lines) - len(items)

    def _read(self, line: bytes) -> Spooled | None:
        try:
            data = json.loads(self._cipher.decrypt(line))
        except (InvalidToken, ValueError):
            return None
        return Spooled(
            data["patient_id"], data["conversation_id"], _findings(data["findings"]), _key(data, line), _at(data), data.get("crowd", "")
        )


def _key(data: dict[str, Any], line: bytes) -> str:
    """The item's key; of a line from before there were keys, always the same one."""
    return str(data.get("key") or uuid.UUID(bytes=hashlib.sha256(line).digest()[:16]))


def _at(data: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(data["at"]) if data.get("at") else None


def _findings(rows: Sequence[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(**{**row, "evidence": tuple(Evidence(**item) for item in row["evidence"])}) for row in rows)


def _sync_folder(folder: Path) -> None:
    """A file that was just made is on disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
