"""A case's row as the values that its steps know, and back; what happened to it as an event beside it."""

from datetime import timedelta
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotAllowedError
from app.escalation import case_state
from app.escalation.case_state import Standing, Targets
from app.records.models import Case, CaseEvent, FindingRow, now
from guardrails.level import SEVERITY, Evidence, Finding, FoundBy, Level, Pathway

TARGETS: Targets = {
    "emergency": timedelta(minutes=2),
    "crisis": timedelta(minutes=2),
    "urgent": timedelta(minutes=30),
    "routine": timedelta(minutes=60),
}
"""How long a patient may wait where the clinic sets nothing else."""


def as_level(value: str) -> Level:
    """A stored level."""
    return next(level for level in SEVERITY if level == value)


def as_finding(row: FindingRow) -> Finding:
    """A stored finding as the value the guardrails know."""
    evidence = tuple(Evidence(**item) for item in row.evidence)
    level, pathway, by = cast("Level", row.level), cast("Pathway", row.pathway), cast("FoundBy", row.found_by)
    return Finding(row.rule, row.rule_version, level, pathway, row.reason, by, evidence)


def standing(case: Case) -> Standing:
    """How a case stands."""
    return Standing(
        as_level(case.level), case.waiting_since, case.owner_id or "", case.paused_until, case.live_in or "", case.state == "closed"
    )


def keep(case: Case, becomes: Standing) -> None:
    """Write a standing into its row; a waiting that begins anew, or a rise, is notified from the first stage."""
    if becomes.waiting_since != case.waiting_since or becomes.level != case.level:
        case.alarm_stage = 0
    if becomes.waiting_since != case.waiting_since:
        case.alarms_from = None
    case.level, case.waiting_since, case.owner_id = becomes.level, becomes.waiting_since, becomes.owner or None
    case.paused_until, case.live_in = becomes.paused_until, becomes.live_in or None
    case.state = "closed" if becomes.closed else "open"


def patient_wrote(session: Session, patient_id: str, chat: str, targets: Targets) -> None:
    """The patient wrote in `chat`: where a person speaks there, they wait for that person from now on."""
    case = open_case(session, patient_id, held=True)
    if case is not None and case.live_in == chat:
        keep(case, case_state.wrote(standing(case), chat, now(), targets))


def add_event(session: Session, case_id: str, kind: str, detail: str = "", *, actor: str = "system", key: str | None = None) -> None:
    """Append what happened to a case."""
    session.add(CaseEvent(case_id=case_id, kind=kind, detail=detail, actor=actor, key=key))
    session.flush()


def open_case(session: Session, patient_id: str, *, held: bool = False) -> Case | None:
    """The patient's one open case (rule of care 4), or None; `held` for who changes it, as `locked` holds it."""
    mine = select(Case).where(Case.patient_id == patient_id, Case.state == "open")
    return session.scalar(mine.with_for_update() if held else mine)


def locked(session: Session, case_id: str) -> Case:
    """The case, held until the transaction ends, so that of two people who click at once one sees the other's step."""
    case = session.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None:
        raise NotAllowedError("there is no such case")
    return case
