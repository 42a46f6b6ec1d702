"""Hours on call as a clock on the clinic's wall shows them: weekdays, midnight, holidays, daylight-saving time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.escalation.rota import rota


def _state(hours: str, local: str, zone: str = "Europe/Madrid", holidays: str = "") -> str:
    return rota(zone, hours, holidays, "unattended").state(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-20 07:59", "unattended"),  # a Friday
        ("2026-11-20 08:00", "on_call"),
        ("2026-11-20 17:59", "on_call"),
        ("2026-11-20 18:00", "unattended"),
        ("2026-11-21 10:00", "on_call"),
        ("2026-11-21 12:00", "unattended"),
        ("2026-11-22 10:00", "unattended"),
    ],
)
def test_hours_hold_on_their_days(local: str, expected: str) -> None:
    """The end is not within."""
    assert _state("mon-fri 08:00-18:00, sat 09:00-12:00", local) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-20 21:59", "unattended"),
        ("2026-11-20 22:00", "on_call"),
        ("2026-11-21 00:00", "on_call"),
        ("2026-11-21 05:59", "on_call"),
        ("2026-11-21 06:00", "unattended"),
        ("2026-11-21 23:00", "unattended"),
        ("2026-11-20 03:00", "unattended"),
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin(local: str, expected: str) -> None:
    """Friday night is on call, Thursday night and Saturday night are not."""
    assert _state("fri 22:00-06:00", local) == expected


@pytest.mark.parametrize("hours", ["mon-sun 00:00-24:00", "fri-thu 00:00-24:00", "mon-sun 00:00-12:00, mon-sun 12:00-00:00"])
def test_the_clock_round(hours: str) -> None:
    """Midnight may be written both ways."""
    assert {_state(hours, f"2026-11-{day} {clock}") for day in range(16, 23) for clock in ("00:00", "11:59", "12:00", "23:59")} == {
        "on_call"
    }


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-12-25 10:00", "unattended"),
        ("2026-12-25 23:00", "unattended"),
        ("2026-12-25 03:00", "on_call"),
        ("2026-12-26 03:00", "unattended"),
    ],
)
def test_on_a_holiday_nothing_begins_and_the_night_before_runs_out(local: str, expected: str) -> None:
    """Whoever is on call from Christmas Eve stays until the morning."""
    assert _state("mon-sun 09:00-17:00, mon-sun 22:00-06:00", local, holidays="2026-12-25, 2027-01-01") == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-27T07:00", "on_call"),  # the Friday before: Madrid is an hour ahead
        ("2026-03-30T06:00", "on_call"),  # the Monday after the clocks went forward: two hours
        ("2026-03-30T05:59", "unattended"),
        ("2026-10-26T06:59", "unattended"),  # and back to one
        ("2026-10-26T07:00", "on_call"),
    ],
)
def test_eight_oclock_stays_eight_oclock_when_the_clocks_change(moment: str, expected: str) -> None:
    """Told in UTC: a rota kept in UTC would begin an hour late half the year."""
    assert (
        rota("Europe/Madrid", "mon-fri 08:00-18:00", "", "unattended").state(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == expected
    )


@pytest.mark.parametrize("moment", ["2026-10-25T00:30", "2026-10-25T01:30"])
def test_the_hour_that_comes_twice_is_on_call_twice(moment: str) -> None:
    """Both are half past two in Madrid."""
    assert rota("Europe/Madrid", "sun 02:00-03:00", "", "unattended").state(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == "on_call"


@pytest.mark.parametrize("otherwise", ["on_call", "unattended"])
def test_without_hours_the_clinics_own_word_counts(otherwise: str) -> None:
    """CARELIGHT_STAFFING."""
    assert rota("UTC", "", "", otherwise).state(datetime.now(UTC)) == otherwise  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "hours", "holidays", "message"),
    [
        ("Mars/Olympus", "", "", "time zone"),
        ("../etc/passwd", "", "", "time zone"),
        ("UTC", "weekdays 8-18", "", "hours on call"),
        ("UTC", "mon-fri 08:00-08:00", "", "hours on call"),
        ("UTC", "mon-fra 08:00-18:00", "", "hours on call"),
        ("UTC", "mon 08:00-25:00", "", "time of day"),
        ("UTC", "", "25.12.2026", "list of days"),
    ],
)
def test_what_cannot_be_read_is_refused(zone: str, hours: str, holidays: str, message: str) -> None:
    """A rota that is misread means an alarm that nobody hears."""
    with pytest.raises(ValueError, match=message):
        rota(zone, hours, holidays, "unattended")
