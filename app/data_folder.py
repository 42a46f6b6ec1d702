"""One writer a data folder: two processes writing one embedded index would corrupt it."""

import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from app.errors import DataFolderError


class DataFolderLock:
    """Held while an embedded index is written: two processes writing one Chroma folder would corrupt it."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, FileLock(str(path), thread_local=False)
        self._note = path.with_suffix(".pid")

    def __enter__(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise DataFolderError(
                f"another Carelight process{self._holder()} holds {self._path.parent}; stop it, or choose another folder with --data-dir"
            ) from None
        with suppress(OSError):  # a full disk must not keep a server from starting: the lock holds without the note
            self._note.write_text(str(os.getpid()), encoding="ascii")

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _holder(self) -> str:
        """Who holds it, for the one who must find it; the lock itself does not rest on that note."""
        try:
            return f" (process {int(self._note.read_text(encoding='ascii'))})"
        except (OSError, ValueError):
            return ""
