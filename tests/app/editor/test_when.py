"""Moments on the clinic's clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.editor import when

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_moment_is_told_and_taken_on_the_clinics_clock() -> None:
    """Half past eleven in London is the next day in Madrid."""
    moment = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert when.shown(moment, MADRID) == "22 Nov 2026, 00:30"
    assert when.planned(when.field(moment, MADRID), MADRID, NOW) == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "choose a day"),
        ("tomorrow", "choose a day"),
        ("2026-03-01T12:30", "is past"),
        ("2026-03-29T02:30", "clocks skip"),
        ("2026-05-01T10:00+00:00", "clocks skip"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_with_the_reason(text: str, why: str) -> None:
    """Half past twelve in Madrid is half past eleven in London; the hour before summer time does not exist."""
    with pytest.raises(ValueError, match=why):
        when.planned(text, MADRID, NOW)


def test_the_hour_that_comes_twice_is_its_first() -> None:
    """Published an hour early rather than an hour late."""
    assert when.planned("2026-10-25T02:30", MADRID, NOW) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_time_of_a_plan_is_read_out_of_its_history() -> None:
    """What is no moment is told as it is."""
    assert when.told("2026-11-21T23:30+00:00", MADRID) == "22 Nov 2026, 00:30"
    assert when.told("not planned", MADRID) == "not planned"
