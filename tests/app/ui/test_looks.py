"""What looks again and again goes on whatever a look meets, and says a problem once while it lasts."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import pytest

from app.ui.looks import Looks

log = logging.getLogger("carelight.looks")


class Looking(Looks):
    """Does one thing after another, a look each, and then nothing."""

    every_s = 0.001

    def __init__(self, *todo: Callable[["Looking"], None]) -> None:
        super().__init__(log, "it could not be done")
        self.left = list(todo)
        self.over = asyncio.Event()

    async def once(self) -> None:
        if not self.left:
            self.over.set()
            return
        self.left.pop(0)(self)


def fine(_looking: Looking) -> None:
    """Nothing is wrong."""


def broken(_looking: Looking) -> None:
    """The whole look fails, with words that are nobody's business."""
    raise RuntimeError("I want to die")


def half_broken(looking: Looking) -> None:
    """A part of the look fails, and the rest of it is done."""
    try:
        raise LookupError("one page is closing")
    except LookupError as error:
        looking.complain(error)


def _logged(caplog: pytest.LogCaptureFixture, *todo: Callable[[Looking], None]) -> Sequence[str]:
    """What is logged while these are done, each in a look of its own."""

    async def look() -> None:
        looking = Looking(*todo)
        looking.start()
        looking.start()
        await asyncio.wait_for(looking.over.wait(), 5)

    with caplog.at_level(logging.ERROR, log.name):
        asyncio.run(look())
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("problem", [broken, half_broken])
def test_a_problem_that_lasts_is_logged_once_and_the_looks_go_on(
    problem: Callable[[Looking], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Twice a second, all night long, it would bury everything else in the log."""
    assert len(_logged(caplog, problem, problem, problem, fine)) == 1


def test_a_problem_that_comes_back_is_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    """Another outage is another outage."""
    assert len(_logged(caplog, broken, fine, broken)) == 2


def test_two_problems_that_take_turns_within_a_look_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    """Two pages that are closing, each in its own way."""

    def both(looking: Looking) -> None:
        half_broken(looking)
        broken(looking)

    assert len(_logged(caplog, both, both, both)) == 2


def test_a_problem_is_named_by_kind_and_place_and_never_by_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """They may be a patient's."""
    [told] = _logged(caplog, broken)
    assert told.startswith("it could not be done: RuntimeError at ")
    assert "die" not in told
