"""The stop switch: with it on, patients get care cards, set words and the library's pages, and no answer is searched or drafted.

It stands in the database, so every server follows it: each looks again when what it saw is half a second old. Whoever cannot
look keeps what was seen last, for a database that fails turns nothing on.
"""

import threading
import time
from collections.abc import Callable

from app.errors import RecordsError
from app.records.stops import StopStore, Turned

FRESH_S = 0.5


class StopSwitch:
    """As it stands, for every turn to ask."""

    def __init__(self, store: StopStore, fresh_s: float = FRESH_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._fresh_s, self._clock = store, fresh_s, clock
        self._lock = threading.Lock()
        self._seen: tuple[float, Turned | None] | None = None

    def now(self) -> Turned | None:
        """The stop in force; None where the assistant answers."""
        with self._lock:
            if self._seen is None or self._clock() - self._seen[0] > self._fresh_s:
                self._seen = (self._clock(), self._look())
            turned = self._seen[1]
        return turned if turned is not None and turned.on else None

    def on(self) -> bool:
        """Whether nothing may be searched or drafted."""
        return self.now() is not None

    def turn(self, *, on: bool, why: str, by: str) -> None:
        """Turn it; here it holds at once, elsewhere within a second. ValueError where a stop has no reason."""
        self._store.turn(on=on, why=why, by=by)
        with self._lock:
            self._seen = None

    def _look(self) -> Turned | None:
        try:
            return self._store.newest()
        except RecordsError:
            return self._seen[1] if self._seen else None
