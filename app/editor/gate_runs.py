"""Checks of what publishing would change, under way in this process: each once, one after the other, seen by every open page."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.content.impact import StoppedError, Watching
from app.errors import CarelightError
from app.logs import place

log = logging.getLogger("carelight.editor")
Check = Callable[[str, int, Watching], object]
_BROKE = "The check broke off. Please try again; if it breaks again, tell whoever runs the server."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is; `total` 0 while it waits for its turn or still reads."""

    done: int = 0
    total: int = 0
    problem: str = ""
    """Why it ended without a result; empty while it is under way."""


class GateRuns:
    """One thread works them out, for patients' own questions need the machine too. A page that is left ends nothing."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="gate")
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], Progress] = {}
        self._unwanted: set[tuple[str, int]] = set()
        self._stopped = threading.Event()

    def begin(self, slug: str, number: int) -> None:
        """Check a revision, unless that is under way."""
        with self._lock:
            now = self._under_way.get((slug, number))
            if now is not None and not now.problem:
                return
            self._under_way[slug, number] = Progress()
        self._lane.submit(self._run, slug, number)

    def of(self, slug: str, number: int) -> Progress | None:
        """How far the check of a revision is; None where none is under way and the last came to its end."""
        with self._lock:
            return self._under_way.get((slug, number))

    def end(self, slug: str) -> None:
        """Nobody needs to know any more: the article is out of review."""
        with self._lock:
            self._unwanted |= {key for key in self._under_way if key[0] == slug}

    def stop(self) -> None:
        """End what is under way: the server stops."""
        self._stopped.set()
        self._lane.shutdown(wait=False, cancel_futures=True)

    def _run(self, slug: str, number: int) -> None:
        problem = ""
        watching = Watching(
            lambda done, total: self._tell(slug, number, Progress(done, total)),
            lambda: self._stopped.is_set() or (slug, number) in self._unwanted,
        )
        try:
            watching.at(0, 0)
            self._check(slug, number, watching)
        except StoppedError:
            log.info("the check of %s, revision %d, was ended", slug, number)
        except CarelightError as error:
            problem = str(error)
        except Exception as error:  # an index or a model that fails: said on the page, and nothing is published
            log.error("the check of %s, revision %d, broke off: %s", slug, number, place(error))
            problem = _BROKE
        self._tell(slug, number, Progress(problem=problem) if problem else None)

    def _tell(self, slug: str, number: int, progress: Progress | None) -> None:
        with self._lock:
            if progress is None:
                self._under_way.pop((slug, number), None)
                self._unwanted.discard((slug, number))
            else:
                self._under_way[slug, number] = progress
