"""No escalation is silent: the case goes to the database, else to the spool, before the patient sees the card.

The database has 300 ms. A write that it finishes after that is not undone: the escalation has a key, and the replay of the
spool stores it under the same key, once.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from datetime import timedelta

from app.errors import RecordsError
from app.escalation.rota import Rota
from app.journal import OpenTurn
from app.logs import place
from app.records.cases import CaseStore
from app.records.models import new_id, now
from app.records.spool import Spool, Spooled
from app.records.staff import StaffStore
from guardrails.care_cards import Staffing
from guardrails.explain import Explanation
from guardrails.level import Finding

log = logging.getLogger("carelight.cases")
WITHIN_S = 0.3
"""How long the database may take before the spool has the case."""
_THREADS = 8


class CaseDesk:
    """Takes escalations from turns. Never raises: a patient's card must not wait for our troubles."""

    def __init__(
        self, store: CaseStore, spool: Spool, crowd: Callable[[str, str], str] = lambda _patient, _source: "", within_s: float = WITHIN_S
    ) -> None:
        """`crowd` names the crowd that a case of that patient from that address belongs to, or none."""
        self._store, self._spool, self._crowd, self._within_s = store, spool, crowd, within_s
        self._taken: Callable[[], None] = lambda: None
        self._writers = ThreadPoolExecutor(_THREADS, thread_name_prefix="case")

    def escalate(self, turn: OpenTurn, findings: Sequence[Finding], source: str = "") -> bool:
        """Store the patient's case; False where neither database nor spool could take it."""
        crowd = self._crowd(turn.patient_id, source)
        item = Spooled(turn.patient_id, turn.conversation_id, tuple(findings), new_id(), turn.written or now(), crowd)
        taken = self._written(item) or self._spool.append(item)
        self._taken()
        return taken

    def on_taken(self, tell: Callable[[], None]) -> None:
        """Call `tell` after each escalation, so that nobody waits for the pager's next look."""
        self._taken = tell

    def _written(self, item: Spooled) -> bool:
        """Whether the database took it in time; a write that has not begun by then never does."""
        try:
            writing = self._writers.submit(self._save, item)
            writing.result(self._within_s)
        except LateError:
            writing.cancel()
            log.error("a case goes to the spool: the database did not answer within %d ms", self._within_s * 1000)
        except RecordsError as error:
            log.error("a case goes to the spool: %s", error)
        except Exception as error:  # whatever it is, the case must stand somewhere before the card is shown
            log.error("a case goes to the spool: %s", place(error))
        else:
            return True
        return False

    def explain(self, turn: OpenTurn, explanations: Mapping[str, Explanation]) -> None:
        """Keep with the case why it fired; an explanation that cannot be stored is logged, the case stands."""
        try:
            self._store.explain(turn.conversation_id, explanations)
        except RecordsError as error:
            log.error("why a case was opened could not be stored: %s", error)

    def spooled(self) -> Sequence[Spooled]:
        """Escalations that wait on disk for the database."""
        return self._spool.waiting()

    def replay(self) -> int:
        """Store what was spooled while the database failed; how many. RecordsError where it still fails."""
        return self._spool.replay(self._save)

    def close(self) -> None:
        """Let go of the threads."""
        self._writers.shutdown(wait=False, cancel_futures=True)

    def _save(self, item: Spooled) -> None:
        """Into the database; a chat deleted since, or never the patient's own, must not make the case disappear."""
        try:
            self._store.escalate(item.patient_id, item.conversation_id, item.findings, item.key, item.at, crowd=item.crowd)
        except PermissionError:
            self._store.escalate(item.patient_id, new_id(), item.findings, item.key, item.at, crowd=item.crowd)


def staffing(staff: StaffStore, rota: Rota, minutes: int) -> Callable[[], Staffing]:
    """Who is there now: staffed only while a signed-in member of the care team was active within `minutes`, else as the rota says."""

    def state() -> Staffing:
        at = now()
        return "staffed" if staff.active_since(at - timedelta(minutes=minutes), role="care") else rota.state(at)

    return state
