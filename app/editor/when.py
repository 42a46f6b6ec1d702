"""Moments as the editor desk tells and takes them: on the clock of the clinic, whatever zone the browser is in. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """A moment of a history, which is read for years: day, month, year and time."""
    here = moment.astimezone(zone)
    return f"{here.day} {here:%b %Y, %H:%M}"


def told(text: str, zone: ZoneInfo) -> str:
    """A moment out of a text that holds it, such as the reason of a plan; the text itself where it holds none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return shown(moment, zone)


def field(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as a browser's field for day and time holds it."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def planned(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment that such a field names, which must lie ahead; ValueError says what is wrong with it."""
    try:
        wall = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("choose a day and a time") from None
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if wall.tzinfo is not None or moment.astimezone(zone).replace(tzinfo=None) != wall:
        raise ValueError("the clocks skip that hour on that day; choose another")
    if moment <= now:
        raise ValueError("that time is past; choose a later one, or publish at once")
    return moment
