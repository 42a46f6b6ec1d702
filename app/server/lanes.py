"""The bounded lane of answers: so many at work, so many waiting, and nobody waits for ever.

Screen, case and card have threads of their own, which no answer can take. An answer that finds no place, or gets none in
time, becomes set words on two spare threads, so that a patient is told to try again even while every model hangs.
"""

import asyncio
import contextvars
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")
_SPARE = 2


class Places:
    """So many messages of one guest, and of one address, on the screening lane at a time.

    Whoever has none waits outside the lane, where nobody else waits for them: a guest who sends a hundred long messages
    holds up their own alone.
    """

    def __init__(self, a_guest: int = 1, an_address: int = 4) -> None:
        self._most = {"guest": a_guest, "address": an_address}
        self._held: weakref.WeakValueDictionary[tuple[str, str], asyncio.Semaphore] = weakref.WeakValueDictionary()

    @asynccontextmanager
    async def of(self, patient_id: str, source: str) -> AsyncIterator[None]:
        """A place for one message; first come, first served."""
        async with self._place("guest", patient_id), self._place("address", source):
            yield

    def _place(self, kind: str, key: str) -> asyncio.Semaphore:
        place = self._held.get((kind, key)) or asyncio.Semaphore(self._most[kind])
        self._held[kind, key] = place
        return place


class AnswerLane:
    """`threads` answers at a time, `most_waiting` behind them, each for `wait_s` seconds at most."""

    def __init__(self, threads: int, most_waiting: int, wait_s: float) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="answering")
        self._spare = ThreadPoolExecutor(_SPARE, thread_name_prefix="spare")
        self._most_waiting, self._wait_s = most_waiting, wait_s
        self._lock = threading.Lock()
        self.waiting, self.making = 0, 0

    async def run(self, work: Callable[[], T], crowded: Callable[[], None]) -> T:
        """What `work` returns. Where it gets no place in time `crowded` is called first, and `work` then only has words to say."""
        if not self._has_room():
            crowded()
            return await self._in(self._spare, work)
        begun = threading.Event()
        waiting = self.submit(work, begun)
        returned: asyncio.Future[T] = asyncio.wrap_future(waiting)
        await asyncio.wait({returned}, timeout=self._wait_s)
        if not returned.done() and not begun.is_set() and waiting.cancel():
            with self._lock:
                self.waiting -= 1
            crowded()
            return await self._in(self._spare, work)
        return await returned

    def submit(self, work: Callable[[], T], begun: threading.Event | None = None) -> "Future[T]":
        """Put work on the lane, whatever waits there; `begun` is set when its turn comes."""
        context = contextvars.copy_context()

        def counted() -> T:
            if begun is not None:
                begun.set()
            with self._lock:
                self.waiting, self.making = self.waiting - 1, self.making + 1
            try:
                return context.run(work)
            finally:
                with self._lock:
                    self.making -= 1

        with self._lock:
            self.waiting += 1
        return self._threads.submit(counted)

    def shutdown(self) -> None:
        """Let go of the threads without waiting for an answer that hangs."""
        for threads in (self._threads, self._spare):
            threads.shutdown(wait=False, cancel_futures=True)

    def _has_room(self) -> bool:
        with self._lock:
            return self.waiting < self._most_waiting

    @staticmethod
    async def _in(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, contextvars.copy_context().run, work)
