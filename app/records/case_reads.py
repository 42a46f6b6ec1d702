"""What the desk reads of cases: the queue, without any words of the patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.case_state import Standing
from app.records.care_tables import PresenceRow
from app.records.case_rows import as_level, standing
from app.records.models import Case, Conversation, FindingRow, Patient, Staff, now
from guardrails.level import SEVERITY, Level

SEEN_WITHIN = timedelta(seconds=30)
"""A chat whose page was heard of within this time counts as open."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A line of the queue: how fast, since when, why, whose. No words of the patient."""

    id: str
    conversation_id: str
    level: Level
    opened: datetime
    reasons: tuple[str, ...]
    pathways: tuple[str, ...]
    age_years: int | None
    sex: str | None
    standing: Standing
    owner: str
    """Name of who has it; empty in the queue."""
    connected: bool
    """Whether the patient has a chat open in their browser."""
    demo: bool
    """Made up to show the desk."""
    crowd: str = ""
    """Names the many cases of one address that this is one of; empty for one that stands for itself."""


def queue(session: Session) -> Sequence[OpenCase]:
    """Open cases: most severe first, then longest waiting, and those that wait for nobody last."""
    names = staff_names(session)
    here = connected_patients(session)
    rows = session.execute(select(Case, Patient).join(Patient, Patient.id == Case.patient_id).where(Case.state == "open"))
    findings = _findings_of_open(session)
    cases = [_open_case(case, patient, findings.get(case.id, ()), names, patient.id in here) for case, patient in rows]
    return sorted(cases, key=lambda case: (case.standing.waiting_since is None, -SEVERITY[case.level], _since(case)))


def staff_names(session: Session) -> dict[str, str]:
    """Names of all who ever worked the desk, by id."""
    return dict(session.execute(select(Staff.id, Staff.name)).tuples().all())


def connected_patients(session: Session) -> frozenset[str]:
    """Ids of patients with a chat open now."""
    seen = select(Conversation.patient_id).join(PresenceRow, PresenceRow.conversation_id == Conversation.id)
    return frozenset(session.scalars(seen.where(PresenceRow.seen >= now() - SEEN_WITHIN)))


def _since(case: OpenCase) -> datetime:
    return case.standing.waiting_since or case.opened


def _findings_of_open(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Reason and pathway of each finding, by open case, in one read for the whole queue, which the desks ask for each second.

    What a rule found stands first: it says what it saw, and the learned layer only what it is like.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    wanted = select(FindingRow.case_id, FindingRow.reason, FindingRow.pathway).join(Case, Case.id == FindingRow.case_id)
    for case_id, reason, pathway in session.execute(
        wanted.where(Case.state == "open").order_by(FindingRow.found_by != "rule", FindingRow.id)
    ):
        found.setdefault(case_id, []).append((reason, pathway))
    return found


def _open_case(case: Case, patient: Patient, findings: Sequence[tuple[str, str]], names: Mapping[str, str], connected: bool) -> OpenCase:
    months, sex = patient.profile.get("age_months"), patient.profile.get("sex")
    return OpenCase(
        case.id,
        case.conversation_id,
        as_level(case.level),
        case.opened,
        tuple(dict.fromkeys(reason for reason, _ in findings)),
        tuple(dict.fromkeys(pathway for _, pathway in findings)),
        months // 12 if months is not None else None,
        sex,
        standing(case),
        names.get(case.owner_id or "", ""),
        connected,
        patient.kind == "demo",
        case.crowd,
    )
