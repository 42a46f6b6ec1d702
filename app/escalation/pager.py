"""No escalation is silent: every second what waits is compared with what was told, and whoever is missing is called.

A thread of its own, beside the upkeep: an index that is being built must not hold up an alarm. What must be told while the
database fails or hangs is on a further thread (`app.escalation.outage`).
"""

import logging
from collections.abc import Collection
from datetime import timedelta

from app.escalation import care_team
from app.escalation.delivery import Delivery
from app.escalation.notices import Wording
from app.escalation.outage import OutageWatch
from app.journal import Reply
from app.records.alarms import Ladder, Unanswered
from app.records.models import now
from app.records.notifications import Notice
from app.recovery import recover
from app.watch import AtMostEvery, Watch
from app.wiring import Application
from guardrails.language import COVERED, language_of

log = logging.getLogger("carelight.pager")
OWNER_SILENT = timedelta(minutes=2)
"""A member of the team whose desk was not used for that long has left it."""
_SCREENING = timedelta(minutes=10)


class Pager(Watch):
    """Calls the care team, and goes on calling until somebody acts."""

    def __init__(self, app: Application) -> None:
        chores = {
            "recovery": self._recover,
            "spool": self._replay,
            "owners": self._lapse,
            "alarms": self._alarm,
            "screening": self._screening,
            "delivery": self._deliver,
            "old notices": self._expire,
            "database": self._probe,
        }
        super().__init__("pager", chores)
        self._app, self._started, self._recovered = app, now(), False
        self._minutely = AtMostEvery(timedelta(minutes=1))
        wording = Wording(lambda: app.words, app.settings)
        self._delivery = Delivery(app.notifications.store, app.channels, wording, self.wake)
        self._ladder = Ladder(self._fingerprints, self._unanswered)
        self._outage = OutageWatch(app, self._delivery, wording)

    def start(self) -> None:
        """Finish what an earlier server left, then begin."""
        self.do("recovery")
        self._app.case_desk.on_taken(self.wake)
        super().start()
        self.wake()
        self._outage.start()

    def stop(self) -> None:
        """End, after the chore in hand."""
        super().stop()
        self._outage.stop()

    def _recover(self) -> None:
        """Once; a database that was not ready at start is asked again."""
        if not self._recovered:
            recover(self._app, self._started)
            self._recovered = True

    def _replay(self) -> None:
        """Spooled cases reach the care desk as soon as the database works: waiting for the next start would be silence."""
        if stored := self._app.case_desk.replay():
            log.warning("%d spooled cases were stored", stored)

    def _lapse(self) -> None:
        """Cases whose owner is silent or gone go back into the queue."""
        at = now()
        connected = self._app.staff.active_ids(at - OWNER_SILENT)
        if returned := self._app.case_work.lapse(connected, lambda: care_team.lapsed(self._app.words), at):
            log.warning("%d cases went back into the queue: their owner was silent", len(returned))

    def _alarm(self) -> None:
        self._app.alarms.step(self._ladder, now(), self._app.staffing())

    def _fingerprints(self, told: int, stage: int) -> Collection[str]:
        return [channel.fingerprint for channel in self._app.channels.for_stages(told, stage)]

    def _unanswered(self, chat: Unanswered) -> Reply:
        """What a patient reads when their target is past, in the language that they write in."""
        language = language_of(chat.texts, self._app.settings.language)
        said = self._app.parts.words[language if language in COVERED else self._app.settings.language]
        line = self._app.cards.emergency_line(chat.region or self._app.settings.region or None, said)
        return care_team.nobody_yet(said, line, read=chat.read, calm=chat.level == "routine")

    def _screening(self) -> None:
        """Messages could not be checked: the operator is called once an hour, not once a turn (rule of care 8)."""
        at = now()
        if self._app.alarms.unchecked_since(at - _SCREENING):
            operators = [channel.fingerprint for channel in self._app.channels.operators()]
            self._app.notifications.store.enqueue(f"screening:{at:%Y-%m-%dT%H}", operators, Notice("screening"), at)

    def _deliver(self) -> None:
        self._delivery.once(now())

    def _expire(self) -> None:
        """Notices too old to help anybody are given up, looked at once a minute."""
        at = now()
        self._minutely.do(at, lambda: self._app.notifications.store.expire(at))

    def _probe(self) -> None:
        """The database answers and takes writes."""
        self._app.notifications.store.probe()
        self._outage.database_works(now(), self._app.staffing())
