"""Whether every part can do its work now, each by its name. Cards and library pages work without some of them."""

import math
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping

from app.errors import CarelightError
from app.wiring import Application
from retrieval.index import IndexUnusableError

FRESH_S = 1.0
"""How long a verdict serves whoever asks."""
_DISK_FLOOR = 50_000_000
"""Bytes below which a database may soon be unable to write."""


def parts(app: Application) -> Mapping[str, str]:
    """Each part with "ok", or with what is wrong in words that name nobody and no path."""
    checks: dict[str, Callable[[Application], str]] = {
        "database": _database,
        "library": _library,
        "index": _index,
        "rules": _rules,
        "classifier": _classifier,
        "spool": _spool,
    }
    return {name: _checked(check, app) for name, check in checks.items()}


class Readiness:
    """The verdict for anybody who asks, however often: a look takes the database's write lock, which belongs to the journal.

    While one looks, the others get what was seen last.
    """

    def __init__(
        self, look: Callable[[], Mapping[str, str]], fresh_s: float = FRESH_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look, self._fresh_s, self._clock = look, fresh_s, clock
        self._lock = threading.Lock()
        self._seen: tuple[float, Mapping[str, str]] = (-math.inf, {})

    def now(self) -> Mapping[str, str]:
        """Each part with how it is, as of a second ago at most, or of the look before one that takes long."""
        seen = self._seen
        if self._clock() - seen[0] > self._fresh_s and self._lock.acquire(blocking=not seen[1]):
            try:
                if self._seen is seen:  # nobody looked while this one waited
                    self._seen = (self._clock(), self._look())
            finally:
                self._lock.release()
        return self._seen[1]


def _checked(check: Callable[[Application], str], app: Application) -> str:
    try:
        return check(app) or "ok"
    except (CarelightError, IndexUnusableError, OSError) as error:
        return f"failed ({type(error).__name__})"


def _database(app: Application) -> str:
    app.notifications.store.probe()
    return ""


def _library(app: Application) -> str:
    return "" if app.library.snapshot().revisions else "no article is served"


def _index(app: Application) -> str:
    if app.indexed_version is None:
        return "cannot be used; make it again with carelight index rebuild"
    _ = app.index
    return ""


def _rules(app: Application) -> str:
    return "" if app.red_flags.rules.rules else "no rule is loaded"


def _classifier(app: Application) -> str:
    return "" if app.classifier is not None else "cannot be used; rules work alone"


def _spool(app: Application) -> str:
    folder = app.settings.data_dir
    if not os.access(folder, os.W_OK):
        return "the data folder cannot be written"
    if shutil.disk_usage(folder).free < _DISK_FLOOR:
        return "the disk is nearly full"
    waiting = len(app.case_desk.spooled())
    return f"{waiting} cases wait for the database" if waiting else ""
