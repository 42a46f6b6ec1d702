"""The words of a notice: how urgent, how long, where to look. Whatever a patient wrote stays in the records."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from app.records.notifications import Notice
from app.settings import Settings
from knowledge.words import Words


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends."""

    title: str
    body: str


class Wording:
    """Words notices in the clinic's language; `words` are asked for each time, for the clinic may have changed them."""

    def __init__(self, words: Callable[[], Words], settings: Settings) -> None:
        self._words, self._settings = words, settings

    def message(self, notice: Notice, at: datetime) -> Message:
        """A notice as it reads at that moment."""
        say, clinic = self._words().say, self._settings.clinic
        if notice.kind in ("test", "screening", "database"):
            return self._marked(say(f"notice_{notice.kind}_title", clinic=clinic), say(f"notice_{notice.kind}"))
        level, what = say(f"notice_level_{notice.level}"), say(f"notice_{notice.kind}")
        minutes = max(0, (at - (notice.waiting_since or at)) // timedelta(minutes=1))
        body = say("notice_waiting", minutes=str(minutes), link=self._link(notice.case_id))
        return self._marked(say("notice_title", clinic=clinic, level=level, what=what), body)

    def _link(self, case_id: str | None) -> str:
        origin = self._settings.desk_origin or self._settings.origin
        if not origin:
            return self._words().say("notice_no_origin")
        return urljoin(origin.rstrip("/") + "/", f"desk/care/{case_id}" if case_id else "care")

    def _marked(self, title: str, body: str) -> Message:
        """A notice of a demonstration says so first: nobody must drive in for a made-up patient."""
        return Message(f"{self._words().say('notice_demo')} {title}" if self._settings.mode == "demo" else title, body)
