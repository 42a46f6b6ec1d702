"""One writer a data folder: two processes writing one embedded index would corrupt it."""

from pathlib import Path

from filelock import FileLock, Timeout

from app.errors import DataFolderError


class DataFolderLock:
    """Held while an embedded index is written: two processes writing one Chroma folder would corrupt it."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, FileLock(str(path), thread_local=False)

    def __enter__(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise DataFolderError(
                f"another Carelight process holds {self._path.parent}; stop it, or choose another folder with --data-dir"
            ) from None

    def __exit__(self, *_: object) -> None:
        self._lock.release()
