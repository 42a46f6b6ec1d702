"""Notices while the database fails or hangs: spooled cases are told from the spool, and the operator is called, all from memory.

Nothing here asks the database. After a restart they are told again: at least once is the promise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.escalation import case_state
from app.escalation.case_state import Standing
from app.escalation.delivery import Delivery
from app.escalation.notices import Wording
from app.records.models import now
from app.records.notifications import Notice
from app.records.spool import Spooled
from app.watch import Watch
from app.wiring import Application
from guardrails.care_cards import Staffing
from guardrails.level import SEVERITY, worst

FAILS_FOR = timedelta(seconds=10)
"""How long the database must fail before the operator is called: one slow second is none of their night."""
_AGAIN = timedelta(hours=1)
_RETRY = timedelta(seconds=15)


@dataclass
class _Told:
    """How far a patient's spooled case was told, and which channels are still to take that."""

    stage: int = 0
    severity: int = -1
    owed: dict[str, datetime] = field(default_factory=dict)
    """Channels that have not taken it, with the next try."""


class OutageWatch(Watch):
    """Tells what the database cannot."""

    def __init__(self, app: Application, delivery: Delivery, wording: Wording) -> None:
        super().__init__("outage", {"spooled cases": self._spooled, "operator": self._operator})
        self._app, self._delivery, self._wording = app, delivery, wording
        self._worked, self._staffing = now(), app.rota.state(now())
        self._seen: frozenset[str] = frozenset()
        self._told: dict[str, _Told] = {}
        self._calling: dict[str, datetime] = {}

    def database_works(self, at: datetime, staffing: Staffing) -> None:
        """It took a write at that moment, and knew who was there."""
        self._worked, self._staffing = at, staffing

    def _spooled(self) -> None:
        """Tell what the spool held at the last look too: while the database works it is emptied within a second."""
        waiting = self._app.case_desk.spooled()
        self.tell([item for item in waiting if item.key in self._seen], now())
        self._seen = frozenset(item.key for item in waiting)

    def tell(self, spooled: Sequence[Spooled], at: datetime) -> None:
        """Tell each patient's spooled case (of a crowd that may be the work of a program: once), again on the ladder while it stays."""
        by_patient: dict[str, list[Spooled]] = {}
        for item in spooled:
            by_patient.setdefault(item.crowd or item.patient_id, []).append(item)
        self._told = {patient: self._told.get(patient, _Told()) for patient in by_patient}
        for patient, items in by_patient.items():
            self._tell(self._told[patient], items, at)

    def _tell(self, told: _Told, items: Sequence[Spooled], at: datetime) -> None:
        level = worst(finding.level for item in items for finding in item.findings)
        since = min(item.at or at for item in items)
        stage = case_state.stage(Standing(level, since), at, self._app.settings.targets)
        stage = min(stage, 1) if self._who_is_there(at) == "unattended" else stage
        before = told.stage if SEVERITY[level] <= told.severity else 0
        if stage > before:
            told.stage, told.severity = stage, SEVERITY[level]
            told.owed.update({channel.fingerprint: at for channel in self._app.channels.for_stages(before, stage)})
        self._send(Notice("spooled", level, since), told.owed, at)

    def _who_is_there(self, at: datetime) -> Staffing:
        """Whoever was at the desk when the database failed is there still, as far as anyone knows."""
        return self._staffing if self._staffing == "staffed" else self._app.rota.state(at)

    def _operator(self) -> None:
        self.call_operator(now())

    def call_operator(self, at: datetime) -> None:
        """Once an outage, and again every hour while it goes on."""
        if at - self._worked < FAILS_FOR:
            self._calling = {}
            return
        self._calling = self._calling or {channel.fingerprint: at for channel in self._app.channels.operators()}
        self._send(Notice("database"), self._calling, at, again=_AGAIN)

    def _send(self, notice: Notice, owed: dict[str, datetime], at: datetime, again: timedelta | None = None) -> None:
        """Send to the channels whose time has come; one that took it is done with, or is told `again` later."""
        channels = self._app.channels.all()
        for fingerprint in [name for name, due in owed.items() if due <= at]:
            owed[fingerprint] = at + _RETRY
            self._delivery.begin(channels[fingerprint], self._wording.message(notice, at), _settles(owed, fingerprint, at, again))


def _settles(owed: dict[str, datetime], fingerprint: str, at: datetime, again: timedelta | None) -> Callable[[str], None]:
    def settle(problem: str) -> None:
        if problem:
            return
        if again is None:
            owed.pop(fingerprint, None)
        else:
            owed[fingerprint] = at + again

    return settle
