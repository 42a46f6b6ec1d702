"""What readers searched for, kept in memory for a quarter of an hour, so that no address, history or log holds their words.

The page that a search leads to has an address of its own: reload, back and a bookmark work as long as it is kept, and
nothing stands on disk. With several servers each reader stays at one, as the chat needs anyway.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_KEPT_S = 900.0
_MOST = 2000


class Searches:
    """Words by a random name; the oldest are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._held: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def keep(self, words: str) -> str:
        """The name that the words are found under."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._held[name] = (self._clock(), words)
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return name

    def words(self, name: str) -> str | None:
        """The words under a name; None where it is over, or never was."""
        with self._lock:
            kept, words = self._held.get(name, (float("-inf"), ""))
            return words if self._clock() - kept < _KEPT_S else None
