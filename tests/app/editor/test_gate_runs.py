"""Checks under way: each once, its progress seen, its failure told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from app.content.impact import StoppedError, Watching
from app.editor.gate_runs import GateRuns, Progress
from app.errors import NotAllowedError


@contextmanager
def _runs(check: Callable[[str, int, Watching], object]) -> Iterator[GateRuns]:
    made = GateRuns(check)
    yield made
    made.stop()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_check_that_two_pages_ask_for_is_made_once() -> None:
    """It is the same machine that answers patients."""
    asked: list[tuple[str, int]] = []
    go_on = threading.Event()

    def check(slug: str, number: int, watching: Watching) -> None:
        asked.append((slug, number))
        watching.at(3, 10)
        go_on.wait(5)

    with _runs(check) as runs:
        runs.begin("gout", 2)
        _until(lambda: runs.of("gout", 2) == Progress(3, 10))
        runs.begin("gout", 2)
        runs.begin("gout", 3)
        assert runs.of("gout", 3) == Progress()
        go_on.set()
        _until(lambda: runs.of("gout", 3) is None)
    assert asked == [("gout", 2), ("gout", 3)]


@pytest.mark.parametrize(("error", "told"), [(NotAllowedError("no such revision"), "no such revision"), (KeyError("gout"), "broke off")])
def test_a_check_that_fails_says_so_and_can_be_made_again(error: Exception, told: str) -> None:
    """And shows no traceback on the page."""
    failing = [error]

    def check(_slug: str, _number: int, _watching: Watching) -> None:
        if failing:
            raise failing.pop()

    with _runs(check) as runs:
        runs.begin("gout", 2)
        _until(lambda: told in getattr(runs.of("gout", 2), "problem", ""))
        runs.begin("gout", 2)
        _until(lambda: runs.of("gout", 2) is None)


@pytest.mark.parametrize("ends", [GateRuns.stop, lambda runs: runs.end("gout")], ids=["the server stops", "out of review"])
def test_a_check_that_nobody_needs_any_more_is_ended(ends: Callable[[GateRuns], None]) -> None:
    """A minute of questions must hold up neither a restart nor patients."""
    ended = threading.Event()
    begun = threading.Event()

    def check(_slug: str, _number: int, watching: Watching) -> None:
        try:
            while True:
                watching.at(1, 2)
                begun.set()
                time.sleep(0.01)
        except StoppedError:
            ended.set()
            raise

    with _runs(check) as runs:
        runs.begin("gout", 2)
        begun.wait(5)
        ends(runs)
        assert ended.wait(5)
