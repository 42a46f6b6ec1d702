"""No escalation is silent: the case goes to the database, else to the spool, before the patient sees the card."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from app.errors import RecordsError
from app.journal import OpenTurn
from app.records.cases import CaseStore
from app.records.models import new_id, now
from app.records.spool import Spool, Spooled
from app.records.staff import StaffStore
from guardrails.care_cards import Staffing
from guardrails.explain import Explanation
from guardrails.level import Finding

log = logging.getLogger("carelight.cases")


class CaseDesk:
    """Takes escalations from turns. Never raises: a patient's card must not wait for our troubles."""

    def __init__(self, store: CaseStore, spool: Spool) -> None:
        self._store, self._spool = store, spool

    def escalate(self, turn: OpenTurn, findings: Sequence[Finding]) -> bool:
        """Store the patient's case; False where neither database nor spool could take it."""
        item = Spooled(turn.patient_id, turn.conversation_id, tuple(findings))
        try:
            self._save(item)
        except RecordsError as error:
            log.error("a case goes to the spool: %s", error)
            return self._spool.append(item)
        return True

    def explain(self, turn: OpenTurn, explanations: Mapping[str, Explanation]) -> None:
        """Keep with the case why it fired; an explanation that cannot be stored is logged, the case stands."""
        try:
            self._store.explain(turn.conversation_id, explanations)
        except RecordsError as error:
            log.error("why a case was opened could not be stored: %s", error)

    def replay(self) -> int:
        """Store what was spooled while the database failed; how many. RecordsError where it still fails."""
        return self._spool.replay(self._save)

    def _save(self, item: Spooled) -> None:
        """Into the database; a chat deleted since, or never the patient's own, must not make the case disappear."""
        try:
            self._store.escalate(item.patient_id, item.conversation_id, item.findings)
        except PermissionError:
            self._store.escalate(item.patient_id, new_id(), item.findings)


def staffing(staff: StaffStore, when_nobody: Staffing, minutes: int) -> Callable[[], Staffing]:
    """Who is there now: staffed only while a signed-in member of the care team was active within `minutes`."""

    def state() -> Staffing:
        since = now() - timedelta(minutes=minutes)
        return "staffed" if staff.active_since(since, role="care") else when_nobody

    return state
