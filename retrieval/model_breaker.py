"""A circuit breaker: a model that failed several times in a row is left alone for a while, then tried once.

Patients would otherwise each wait out the same timeout before they get the quoted answer.
"""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Counts failures in a row over all threads. `clock` gives seconds."""

    def __init__(self, failures: int = 4, rest_s: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._rest_s, self._clock = failures, rest_s, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._rests_until = 0.0
        self._trying = False

    def admits(self) -> bool:
        """Whether a call may be made now; after the rest one call is let through, and the others wait for its outcome."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._trying or self._clock() < self._rests_until:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The model answered, whatever it said."""
        with self._lock:
            self._failed, self._trying = 0, False

    def failed(self) -> None:
        """The model did not answer; at the limit it begins to rest."""
        with self._lock:
            self._failed += 1
            self._trying = False
            if self._failed >= self._limit:
                self._rests_until = self._clock() + self._rest_s

    def given_up(self) -> None:
        """The caller left before the outcome was known: nothing is learnt, and the next may try."""
        with self._lock:
            self._trying = False
