"""A thread that does its chores again and again; one that fails is logged once, tried again, and stops no other."""

import logging
import threading
from collections.abc import Callable, Mapping

from app.errors import CarelightError
from app.logs import place


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
            self.once()
            self._wake.wait(self._every_s)
            self._wake.clear()

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
