"""A thread that does its chores again and again; one that fails is logged once, tried again, and stops no other."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from app.errors import CarelightError
from app.logs import place

T = TypeVar("T")


class AtMostEvery:
    """Keeps a chore that is looked at each second to once in a while; one that failed is not put off."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._done: datetime | None = None

    def do(self, at: datetime, chore: Callable[[], T]) -> T | None:
        """What `chore` returns, or None where it was done too short a time before `at`."""
        if self._done is not None and timedelta(0) <= at - self._done < self._every:  # a clock set back puts nothing off
            return None
        made = chore()
        self._done = at
        return made


class Watch:
    """Chores by name, done every second, and at once when woken."""

    def __init__(self, name: str, chores: Mapping[str, Callable[[], None]], every_s: float = 1.0) -> None:
        self._name, self._chores, self._every_s = name, chores, every_s
        self._log = logging.getLogger(f"carelight.{name}")
        self._stopped, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._complained: dict[str, str] = {}

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Something happened: look now."""
        self._wake.set()

    def stop(self) -> None:
        """End, after the chore in hand."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(timeout=5)

    @property
    def running(self) -> bool:
        """Whether the thread is at work."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(self._every_s)
            self._wake.clear()
            if not self._stopped.is_set():
                self.once()

    def once(self) -> None:
        """Every chore, once."""
        for name in self._chores:
            self.do(name)

    def do(self, name: str) -> None:
        """One chore; never raises."""
        try:
            self._chores[name]()
            self._complained.pop(name, None)
        except CarelightError as error:
            self._complain(name, str(error))
        except Exception as error:  # a chore that breaks must not end the thread that calls the care team
            self._complain(name, place(error))

    def _complain(self, name: str, problem: str) -> None:
        """Log a problem once, not every second."""
        if problem != self._complained.get(name):
            self._log.error("%s: %s", name, problem)
            self._complained[name] = problem
