"""Where an escalation goes when the database fails: an encrypted line in a file, on disk before the card is shown.

Each line is written and fsynced on its own, so a crash loses at most the line being written, never an earlier one. The
spool is replayed once at start and whenever the database works again.
"""

import json
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from guardrails.level import Evidence, Finding

log = logging.getLogger("carelight.spool")


@dataclass(frozen=True, slots=True)
class Spooled:
    """One escalation that the database could not take."""

    patient_id: str
    conversation_id: str
    findings: tuple[Finding, ...]


class Spool:
    """An append-only file of encrypted escalations."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._cipher, self._lock = path, Fernet(key), threading.Lock()

    def append(self, item: Spooled) -> bool:
        """Write one escalation and wait until it is on disk; False where the disk fails too."""
        line = b"\n" + self._cipher.encrypt(json.dumps(asdict(item)).encode()) + b"\n"  # first ends a line torn before it
        try:
            with self._lock, self._path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            log.critical("an escalation could be stored neither in the database nor in the spool (%s)", error.strerror)
            return False
        return True

    def replay(self, store: Callable[[Spooled], None]) -> int:
        """Give every spooled escalation to `store`, then forget them; how many. An error of `store` keeps the file."""
        with self._lock:
            if not self._path.exists():
                return 0
            lines = filter(None, self._path.read_bytes().splitlines())
            items = [item for line in lines if (item := self._read(line)) is not None]
            for item in items:
                store(item)
            self._path.unlink()
            return len(items)

    def _read(self, line: bytes) -> Spooled | None:
        """One line; a torn one (the process died while writing it) is logged and left out."""
        try:
            data = json.loads(self._cipher.decrypt(line))
        except (InvalidToken, ValueError):
            log.error("a torn line in the spool was left out")
            return None
        return Spooled(data["patient_id"], data["conversation_id"], _findings(data["findings"]))


def _findings(rows: Sequence[dict[str, object]]) -> tuple[Finding, ...]:
    found = []
    for row in rows:
        evidence = tuple(Evidence(**item) for item in row.pop("evidence"))  # type: ignore[attr-defined]
        found.append(Finding(**row, evidence=evidence))  # type: ignore[arg-type]
    return tuple(found)
