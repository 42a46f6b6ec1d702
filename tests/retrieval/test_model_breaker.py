"""A model that fails is left alone for a while, then tried once."""

import threading

from retrieval.model_breaker import Breaker


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _resting() -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(failures=2, rest_s=10, clock=clock)
    for _ in range(2):
        assert breaker.admits()
        breaker.failed()
    return breaker, clock


def test_after_failures_in_a_row_the_model_rests() -> None:
    """Patients need not wait out one timeout each."""
    breaker, clock = _resting()
    assert not breaker.admits()
    clock.now = 9.9
    assert not breaker.admits()


def test_a_success_in_between_starts_the_count_anew() -> None:
    """One slow answer an hour is no outage."""
    breaker = Breaker(failures=2)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.admits()


def test_after_the_rest_one_call_is_tried_and_decides_for_all() -> None:
    """A server that comes back must not be met by everybody at once."""
    breaker, clock = _resting()
    clock.now = 10.0
    assert [breaker.admits(), breaker.admits()] == [True, False]
    breaker.succeeded()
    assert [breaker.admits(), breaker.admits()] == [True, True]


def test_a_trial_that_fails_makes_it_rest_again() -> None:
    """It is not well yet."""
    breaker, clock = _resting()
    clock.now = 10.0
    assert breaker.admits()
    breaker.failed()
    clock.now = 19.9
    assert not breaker.admits()


def test_a_trial_that_was_given_up_leaves_room_for_the_next() -> None:
    """A patient who left must not close the model to all others."""
    breaker, clock = _resting()
    clock.now = 10.0
    assert breaker.admits()
    breaker.given_up()
    assert breaker.admits()


def test_of_many_threads_one_is_let_through() -> None:
    """Sixteen chats ask at the same moment."""
    breaker, clock = _resting()
    clock.now = 10.0
    admitted: list[bool] = []
    threads = [threading.Thread(target=lambda: admitted.append(breaker.admits())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(True) == 1
