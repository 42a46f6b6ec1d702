"""One reading for all desks of a process: fresh enough, never doubled, and never an old one in place of a failure."""

import threading
import time
from collections.abc import Callable

import pytest

from app.desk.live import Shared
from app.errors import RecordsError


class _Counted:
    """Reads count up; one may be told to fail."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self.reads, self.fails, self._pause_s = 0, False, pause_s

    def __call__(self) -> int:
        if self.fails:
            raise RecordsError("the database did not complete the work")
        time.sleep(self._pause_s)
        self.reads += 1
        return self.reads


def _clock(times: list[float]) -> Callable[[], float]:
    return lambda: times[0]


def test_desks_that_look_within_a_second_share_one_reading() -> None:
    """Twenty cases at five desks must cost like one."""
    at, read = [0.0], _Counted()
    shared = Shared(read, fresh_s=0.9, clock=_clock(at))
    assert [shared.get() for _ in range(5)] == [1] * 5
    at[0] = 1.0
    assert shared.get() == 2


def test_desks_that_look_at_once_wait_for_the_same_reading() -> None:
    """They come from threads."""
    read = _Counted(pause_s=0.05)
    shared = Shared(read)
    threads = [threading.Thread(target=shared.get) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read.reads == 1


def test_after_a_change_here_the_next_look_reads_again() -> None:
    """A nurse sees her own step at once."""
    shared = Shared(_Counted())
    assert shared.get() == 1
    shared.forget()
    assert shared.get() == 2


def test_a_reading_that_fails_is_told_and_not_replaced_by_an_old_one() -> None:
    """The desk must say that it shows what was."""
    at, read = [0.0], _Counted()
    shared = Shared(read, clock=_clock(at))
    shared.get()
    at[0], read.fails = 2.0, True
    with pytest.raises(RecordsError):
        shared.get()
