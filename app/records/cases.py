"""Cases in the database: one open escalation a patient, joined by every further finding, settled only by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.journal import Tap
from app.records.database import Database
from app.records.models import Case, CaseEvent, Conversation, FindingRow, Patient, Turn, now
from app.records.owners import ensure_conversation
from app.records.sign_offs import signed_by
from guardrails.explain import Explanation
from guardrails.level import SEVERITY, Evidence, Finding, FoundBy, Level, Pathway, worst

_LEVEL_EVENT = "raised"


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A line of the queue: how fast, since when, why. No words of the patient."""

    id: str
    conversation_id: str
    level: Level
    opened: datetime
    reasons: tuple[str, ...]
    age_years: int | None
    sex: str | None


@dataclass(frozen=True, slots=True)
class Why:
    """A finding as the care team reads it; `told` is the explanation in JSON form, empty until it was worked out."""

    finding: Finding
    disputed: bool
    told: Mapping[str, Any]


class CaseStore:
    """Opens, joins, taps and closes cases; RecordsError where the database fails."""

    def __init__(self, database: Database, rules: str = "") -> None:
        self._database, self._rules = database, rules

    def escalate(self, patient_id: str, conversation_id: str, findings: Sequence[Finding]) -> str:
        """Store `findings` on the patient's one open case, opening it if needed; the case's id. Same input twice adds nothing."""
        with self._database.transaction() as session:
            conversation = ensure_conversation(session, patient_id, conversation_id)
            case = session.scalar(select(Case).where(Case.patient_id == patient_id, Case.state == "open"))
            level = worst(finding.level for finding in findings)
            if case is None:
                signed = signed_by(session, self._rules)
                case = Case(patient_id=patient_id, conversation_id=conversation_id, level=level, rules=self._rules, rules_signed_by=signed)
                session.add(case)
                session.flush()
                _event(session, case.id, "opened", level)
            new = [finding for finding in findings if _add_finding(session, case.id, conversation, finding)]
            if new and SEVERITY[level] > SEVERITY[_as_level(case.level)]:
                case.level = level
                _event(session, case.id, _LEVEL_EVENT, level)
            elif new:
                _event(session, case.id, "person_requested" if level == "routine" else "joined", level)
            return case.id

    def explain(self, conversation_id: str, explanations: Mapping[str, Explanation]) -> None:
        """Keep beside each open finding of a chat why it fired."""
        with self._database.transaction() as session:
            for rule, explanation in explanations.items():
                here = (FindingRow.conversation_id == conversation_id, FindingRow.rule == rule, FindingRow.state != "settled")
                session.execute(update(FindingRow).where(*here).values(why=explanation.as_dict()))

    def why(self, case_id: str) -> Sequence[Why]:
        """Why each finding of a case fired, newest last."""
        with self._database.reading() as session:
            rows = session.scalars(select(FindingRow).where(FindingRow.case_id == case_id).order_by(FindingRow.id))
            return [Why(as_finding(row), row.state == "disputed", row.why) for row in rows]

    def tap(self, patient_id: str, conversation_id: str, tap: Tap) -> bool:
        """Record what the patient tapped on a card; False where no case is open. Lowers and closes nothing."""
        with self._database.transaction() as session:
            case = session.scalar(select(Case).where(Case.patient_id == patient_id, Case.state == "open"))
            if case is None:
                return False
            _event(session, case.id, "tap", tap, actor="patient")
            if tap == "not_right":
                here = (FindingRow.case_id == case.id, FindingRow.conversation_id == conversation_id, FindingRow.state == "open")
                session.execute(update(FindingRow).where(*here).values(state="disputed"))
            return True

    def open_findings(self, patient_id: str) -> tuple[Finding, ...]:
        """Red flags of the patient's open case, from all their chats; a wish to talk to a person is none."""
        with self._database.reading() as session:
            mine = (Case.patient_id == patient_id, Case.state == "open", FindingRow.level != "routine")
            rows = session.scalars(select(FindingRow).join(Case, Case.id == FindingRow.case_id).where(*mine))
            return tuple(as_finding(row) for row in rows)

    def queue(self) -> Sequence[OpenCase]:
        """Open cases, most severe first, then longest waiting."""
        with self._database.reading() as session:
            rows = session.execute(select(Case, Patient).join(Patient, Patient.id == Case.patient_id).where(Case.state == "open"))
            cases = [_open_case(session, case, patient) for case, patient in rows]
        return sorted(cases, key=lambda case: (-SEVERITY[case.level], case.opened))

    def close(self, case_id: str, verdict: str, actor: str) -> None:
        """Close a case with a verdict: its findings are settled up to the newest turn of each of its chats."""
        with self._database.transaction() as session:
            case = session.get_one(Case, case_id)
            case.state, case.closed, case.verdict = "closed", now(), verdict
            session.execute(update(FindingRow).where(FindingRow.case_id == case_id).values(state="settled"))
            for conversation in session.scalars(select(Conversation).where(Conversation.patient_id == case.patient_id)):
                newest = session.scalar(select(func.max(Turn.number)).where(Turn.conversation_id == conversation.id))
                conversation.settled_through = -1 if newest is None else newest
            _event(session, case_id, "closed", verdict, actor=actor)


def as_finding(row: FindingRow) -> Finding:
    """A stored finding as the value the guardrails know."""
    evidence = tuple(Evidence(**item) for item in row.evidence)
    level, pathway, by = cast("Level", row.level), cast("Pathway", row.pathway), cast("FoundBy", row.found_by)
    return Finding(row.rule, row.rule_version, level, pathway, row.reason, by, evidence)


def _as_level(value: str) -> Level:
    return next(level for level in SEVERITY if level == value)


def _event(session: Session, case_id: str, kind: str, detail: str, actor: str = "system") -> None:
    session.add(CaseEvent(case_id=case_id, kind=kind, detail=detail, actor=actor))
    session.flush()


def _add_finding(session: Session, case_id: str, conversation: Conversation, finding: Finding) -> bool:
    """Store a finding unless the same rule is open in that conversation already, at that level or above.

    What is found now is newer than what was settled, even where it rests on no words or its turn could not be stored.
    """
    same = select(FindingRow).where(
        FindingRow.conversation_id == conversation.id, FindingRow.rule == finding.rule, FindingRow.state != "settled"
    )
    if (row := session.scalar(same)) is not None:
        if SEVERITY[finding.level] <= SEVERITY[_as_level(row.level)]:
            return False
        row.level, row.state, row.evidence = finding.level, "open", [asdict(item) for item in finding.evidence]
        return True
    settled = select(func.max(FindingRow.last_turn)).where(FindingRow.conversation_id == conversation.id, FindingRow.rule == finding.rule)
    newest = session.scalar(settled)
    session.add(
        FindingRow(
            case_id=case_id,
            conversation_id=conversation.id,
            rule=finding.rule,
            rule_version=finding.version,
            level=finding.level,
            pathway=finding.pathway,
            reason=finding.reason,
            found_by=finding.by,
            evidence=[asdict(item) for item in finding.evidence],
            last_turn=max(finding.last_turn, conversation.settled_through + 1, -1 if newest is None else newest + 1),
        )
    )
    session.flush()
    return True


def _open_case(session: Session, case: Case, patient: Patient) -> OpenCase:
    reasons = session.scalars(select(FindingRow.reason).where(FindingRow.case_id == case.id).order_by(FindingRow.id))
    months, sex = patient.profile.get("age_months"), patient.profile.get("sex")
    age = months // 12 if months is not None else None
    return OpenCase(case.id, case.conversation_id, _as_level(case.level), case.opened, tuple(dict.fromkeys(reasons)), age, sex)
