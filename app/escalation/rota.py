"""Who is called when nobody is at the desk: the clinic's hours on call in its own time zone. Pure.

Hours are what a clock on the clinic's wall shows, so a change to or from daylight-saving time moves nothing for the people.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from guardrails.care_cards import Staffing

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")
_MIDNIGHT = "24:00"


@dataclass(frozen=True, slots=True)
class Span:
    """Hours that begin on some days of the week (0 is Monday). `end` None is midnight; an end before the start is the next day's."""

    days: frozenset[int]
    start: time
    end: time | None

    @property
    def crosses_midnight(self) -> bool:
        """Whether it ends on the day after it begins."""
        return self.end is not None and self.end <= self.start


@dataclass(frozen=True, slots=True)
class Rota:
    """When someone is on call. `otherwise` holds at every hour where no hours are set."""

    zone: ZoneInfo
    spans: tuple[Span, ...]
    holidays: frozenset[date]
    otherwise: Staffing

    def state(self, at: datetime) -> Staffing:
        """Who is there at `at` while nobody is signed in: "on_call" or "unattended"."""
        if not self.spans:
            return self.otherwise
        local = at.astimezone(self.zone)
        return "on_call" if any(self._runs(span, local) for span in self.spans) else "unattended"

    def _runs(self, span: Span, local: datetime) -> bool:
        """A span belongs to the day it begins on: on a holiday it does not begin, one from the evening before runs out."""
        today, clock = local.date(), local.time()
        if self._begins(span, today) and clock >= span.start and (span.end is None or span.crosses_midnight or clock < span.end):
            return True
        return span.crosses_midnight and self._begins(span, today - timedelta(days=1)) and span.end is not None and clock < span.end

    def _begins(self, span: Span, day: date) -> bool:
        return day.weekday() in span.days and day not in self.holidays


def rota(zone: str, hours: str, holidays: str, otherwise: Staffing) -> Rota:
    """A rota from its settings; ValueError says what is wrong with which part."""
    return Rota(time_zone(zone), on_call_hours(hours), dates(holidays), otherwise)


def time_zone(name: str) -> ZoneInfo:
    """An IANA time zone, such as Europe/Madrid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone; write an IANA name such as America/New_York") from None


def on_call_hours(text: str) -> tuple[Span, ...]:
    """Spans such as `mon-fri 08:00-18:00, fri 22:00-06:00`; none for an empty text."""
    return tuple(_span(part.strip().lower()) for part in text.split(",") if part.strip())


def dates(text: str) -> frozenset[date]:
    """Days such as `2026-12-25, 2027-01-01`."""
    try:
        return frozenset(date.fromisoformat(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("not a list of days; write them as 2026-12-25, 2027-01-01") from None


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None or not {found["first"], found["last"] or found["first"]} <= set(_DAYS) or found["start"] == found["end"]:
        raise ValueError("not hours on call; write them as mon-fri 08:00-18:00, sat 09:00-12:00")
    try:
        end = None if found["end"] in (_MIDNIGHT, "00:00") else time.fromisoformat(found["end"])
        return Span(_days(found["first"], found["last"] or found["first"]), time.fromisoformat(found["start"]), end)
    except ValueError:
        raise ValueError("not a time of day; write hours from 00:00 to 24:00") from None


def _days(first: str, last: str) -> frozenset[int]:
    """From one day to another, also over the weekend (`fri-mon`)."""
    start, end = _DAYS.index(first), _DAYS.index(last)
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))
