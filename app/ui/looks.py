"""A task that looks again and again on the running loop, one a process; a problem is logged once, not twice a second.

The like of `app.watch` for what must happen on the loop itself.
"""

import asyncio
import logging
from abc import ABC, abstractmethod

from app.logs import place


class Looks(ABC):
    """Whoever looks says in `once` what a look does; `failing` is what is logged before a problem."""

    every_s = 0.5

    def __init__(self, log: logging.Logger, failing: str) -> None:
        self._log, self._failing = log, failing
        self._task: asyncio.Task[None] | None = None
        self._met: set[str] = set()
        self._before: set[str] = set()

    def start(self) -> None:
        """Begin, on the running loop; does nothing where it runs already."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            self._before, self._met = self._met, set()
            try:
                await self.once()
            except Exception as error:  # whatever broke, the next look may succeed
                self.complain(error)
            await asyncio.sleep(self.every_s)

    def complain(self, error: Exception) -> None:
        """Log a problem, unless this look or the one before met it already; the error's own words are left out."""
        problem = place(error)
        if problem not in self._met | self._before:
            self._log.error("%s: %s", self._failing, problem)
        self._met.add(problem)

    @abstractmethod
    async def once(self) -> None:
        """Look once."""
