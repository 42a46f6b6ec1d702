"""Words that the desk's pages and the summary of a case share: lengths of time, taps on a card, what did not count. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

TAPS: Mapping[str, str] = {
    "help_coming": "Help is on the way",
    "with_clinician": "I am with a clinician",
    "someone_else": "This is about someone else",
    "not_right": "This is not right",
}
"""What the buttons of a care card say."""
_MOST_ASIDE = 8


def span(length: timedelta, *, fine: bool = False) -> str:
    """A length of time in at most two units; `fine` counts seconds up to ten minutes. The page's script says the same."""
    seconds = max(0, int(length.total_seconds()))
    minutes = seconds // 60
    if minutes < 1:
        return f"{seconds} s"
    if minutes < 10 and fine and seconds % 60:
        return f"{minutes} min {seconds % 60} s"
    if minutes < 60:
        return f"{minutes} min"
    units = (minutes // 1440, "d", minutes % 1440 // 60, "h") if minutes >= 1440 else (minutes // 60, "h", minutes % 60, "min")
    return f"{units[0]} {units[1]} {units[2]} {units[3]}" if units[2] else f"{units[0]} {units[1]}"


def rough(length: timedelta) -> str:
    """A length of time where no clock runs beside it: seconds would be wrong as soon as they are read."""
    return "under a minute" if length < timedelta(minutes=1) else span(length)


def did_not_count(explanations: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Words that were set aside when findings fired, each once: the words, and a line that names the cue that reached them."""
    stored = (item for told in explanations for item in told.get("set_aside") or ())
    kept = dict.fromkeys((str(item["words"]), str(item["category"]), str(item["cue"])) for item in stored)
    return [(words, f"Did not count: “{words}” ({category}: “{cue}”)") for words, category, cue in list(kept)[:_MOST_ASIDE]]
