"""Answers have so many places, wait so long, and never hold up the event loop."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from app.server.lanes import AnswerLane, Places


@pytest.fixture
def lane() -> Iterator[AnswerLane]:
    """One answer at a time, two behind it, each for a tenth of a second."""
    made = AnswerLane(1, 2, 0.1)
    yield made
    made.shutdown()


def test_work_is_done_and_its_result_comes_back(lane: AnswerLane) -> None:
    """Errors too."""
    assert asyncio.run(lane.run(lambda: 7, pytest.fail)) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(lane.run(lambda: 1 // 0, pytest.fail))
    assert (lane.waiting, lane.making) == (0, 0)


def test_who_waits_too_long_is_told_while_every_answer_hangs(lane: AnswerLane) -> None:
    """Nobody waits for ever behind a model that does not answer."""
    release = threading.Event()
    lane.submit(lambda: release.wait(10))
    crowded: list[str] = []

    async def both() -> str:
        return await lane.run(lambda: "crowded" if crowded else "answered", lambda: crowded.append("told"))

    began = time.monotonic()
    assert asyncio.run(both()) == "crowded"
    assert 0.1 <= time.monotonic() - began < 2
    assert lane.waiting == 0
    release.set()


def test_who_finds_no_place_is_told_at_once(lane: AnswerLane) -> None:
    """The queue is bounded."""
    release = threading.Event()
    for _ in range(3):
        lane.submit(lambda: release.wait(10))
    _until(lambda: lane.making == 1)
    crowded: list[str] = []
    began = time.monotonic()
    asyncio.run(lane.run(lambda: None, lambda: crowded.append("told")))
    assert crowded == ["told"]
    assert time.monotonic() - began < 0.1
    release.set()


def test_an_answer_that_began_in_time_may_take_as_long_as_it_takes(lane: AnswerLane) -> None:
    """Waiting is bounded here; the model's own time by its settings."""
    assert asyncio.run(lane.run(_late, pytest.fail)) == "late"


def test_slow_answers_do_not_hold_up_the_event_loop() -> None:
    """Every socket lives on it: fifty searches of 100 ms leave it free."""
    lane = AnswerLane(4, 64, 20)

    async def measure() -> float:
        work = asyncio.gather(*(lane.run(lambda: time.sleep(0.1), pytest.fail) for _ in range(50)))
        worst = 0.0
        while not work.done():
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, time.perf_counter() - began - 0.005)
        await work
        return worst

    assert asyncio.run(measure()) < 0.1
    lane.shutdown()


def _until(true: object) -> None:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.005)


def _late() -> str:
    time.sleep(0.3)
    return "late"


def test_one_guests_many_messages_hold_up_nobody_elses() -> None:
    """A hundred long letters of one guest wait for each other, outside the lane; a red flag of somebody else does not wait for them."""
    places, held, order = Places(), asyncio.Event(), []

    async def message(patient: str, source: str, until: asyncio.Event | None = None) -> None:
        async with places.of(patient, source):
            order.append(patient)
            if until is not None:
                await until.wait()

    async def work() -> None:
        floods = [asyncio.create_task(message("flood", "there", held)) for _ in range(100)]
        await asyncio.sleep(0)
        await asyncio.wait_for(message("neighbour", "there"), 5)
        await asyncio.wait_for(message("other", "elsewhere"), 5)
        assert order == ["flood", "neighbour", "other"]
        held.set()
        await asyncio.gather(*floods)

    asyncio.run(work())
    assert order.count("flood") == 100


def test_a_crowd_of_guests_of_one_address_holds_up_no_other_address() -> None:
    """Four at a time from there; who comes from elsewhere goes on."""
    places, held = Places(), asyncio.Event()

    async def message(patient: str, source: str, until: asyncio.Event | None = None) -> None:
        async with places.of(patient, source):
            if until is not None:
                await until.wait()

    async def work() -> None:
        crowd = [asyncio.create_task(message(f"guest {number}", "there", held)) for number in range(20)]
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(message("one more", "there"), 0.05)
        await asyncio.wait_for(message("other", "elsewhere"), 5)
        held.set()
        await asyncio.gather(*crowd)

    asyncio.run(work())
