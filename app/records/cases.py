"""Cases in the database: one open escalation a patient, joined by every further finding, settled only by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.escalation.case_state import Targets, found
from app.journal import Tap
from app.records.case_reads import OpenCase, queue
from app.records.case_rows import TARGETS, add_event, as_finding, as_level, keep, open_case, standing
from app.records.database import Database
from app.records.models import Case, CaseEvent, Conversation, FindingRow, now
from app.records.owners import ensure_conversation
from app.records.sealed import of_chat, under
from app.records.sign_offs import signed_by
from guardrails.explain import Explanation
from guardrails.level import SEVERITY, Finding, Level, worst

_ASKS_EACH_TIME = frozenset({"asked-for-a-person", "screening-incomplete"})
"""Findings that ask for a person whenever they come: one who acted on the first has not acted on the next."""
_Told = Literal["new", "again", ""]
"""What a finding is to its case: new or graver, an open one in newer words, or nothing that was not known."""


@dataclass(frozen=True, slots=True)
class Why:
    """A finding as the care team reads it; `told` is the explanation in JSON form, empty until it was worked out."""

    finding: Finding
    disputed: bool
    told: Mapping[str, Any]


class CaseStore:
    """Opens, joins and taps cases (`case_work` closes them); RecordsError where the database fails."""

    def __init__(self, database: Database, rules: str = "", targets: Targets = TARGETS) -> None:
        self._database, self._rules, self._targets = database, rules, targets

    def escalate(
        self,
        patient_id: str,
        conversation_id: str,
        findings: Sequence[Finding],
        key: str | None = None,
        at: datetime | None = None,
        *,
        crowd: str = "",
    ) -> str:
        """Store `findings` on the patient's one open case, opening it if needed; the case's id. Same input twice adds nothing.

        `key` names one escalation: it is stored once, also where the case was closed since. The patient waits from `at`, when
        they wrote (now, where it is not told). `crowd` names the crowd that a case which it opens belongs to.
        """
        at = at or now()
        with self._database.transaction() as session:
            stored = session.scalar(select(CaseEvent.case_id).where(CaseEvent.key == key)) if key else None
            if stored is not None:
                return stored
            conversation = ensure_conversation(session, patient_id, conversation_id)
            level = worst(finding.level for finding in findings)
            case = open_case(session, patient_id, held=True)
            happened = "" if case else "opened"
            case = case or self._opened(session, conversation, level, at, crowd)
            before = as_level(case.level)
            told = [_add_finding(session, case.id, conversation, finding) for finding in findings]
            if any(told) or any(finding.rule in _ASKS_EACH_TIME for finding in findings):
                keep(case, found(standing(case), level, at, self._targets))
            if "new" in told or level == "routine":
                happened = happened or _joining(before, level)
            if happened or "again" in told or key:
                add_event(session, case.id, happened or "repeated", level, key=key)
            return case.id

    def _opened(self, session: Session, conversation: Conversation, level: Level, at: datetime, crowd: str) -> Case:
        case = Case(
            patient_id=conversation.patient_id,
            conversation_id=conversation.id,
            level=level,
            opened=at,
            waiting_since=at,
            crowd=crowd,
            rules=self._rules,
            rules_signed_by=signed_by(session, self._rules),
        )
        session.add(case)
        session.flush()
        return case

    def explain(self, conversation_id: str, explanations: Mapping[str, Explanation]) -> None:
        """Keep beside each open finding of a chat why it fired."""
        with self._database.transaction() as session:
            for rule, explanation in explanations.items():
                here = (FindingRow.conversation_id == conversation_id, FindingRow.rule == rule, FindingRow.state != "settled")
                session.execute(update(FindingRow).where(*here).values(why=under(of_chat(conversation_id), explanation.as_dict())))

    def why(self, case_id: str) -> Sequence[Why]:
        """Why each finding of a case fired, newest last."""
        with self._database.reading() as session:
            rows = session.scalars(select(FindingRow).where(FindingRow.case_id == case_id).order_by(FindingRow.id))
            return [Why(as_finding(row), row.state == "disputed", row.why) for row in rows]

    def tap(self, patient_id: str, conversation_id: str, tap: Tap) -> bool:
        """Record what the patient tapped on a card; False where no case is open. Lowers and closes nothing."""
        with self._database.transaction() as session:
            case = open_case(session, patient_id)
            if case is None:
                return False
            add_event(session, case.id, "tap", tap, actor="patient")
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
        """Open cases as the desk lists them."""
        with self._database.reading() as session:
            return queue(session)


def _joining(before: Level, level: Level) -> str:
    """What a finding that joins an open case is called in its history."""
    if SEVERITY[level] > SEVERITY[before]:
        return "raised"
    return "person_requested" if level == "routine" else "joined"


def _add_finding(session: Session, case_id: str, conversation: Conversation, finding: Finding) -> _Told:
    """Store a finding, or tell again the one of the same rule that is open in that conversation already.

    What is found now is newer than what was settled, even where it rests on no words or its turn could not be stored.
    """
    here = (FindingRow.conversation_id == conversation.id, FindingRow.rule == finding.rule)
    row = session.scalar(select(FindingRow).where(*here, FindingRow.state != "settled"))
    if row is not None:
        return _tell_again(row, finding)
    newest = session.scalar(select(func.max(FindingRow.last_turn)).where(*here))
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
    return "new"


def _tell_again(row: FindingRow, finding: Finding) -> _Told:
    """Raise an open finding to a graver level, else add what newer words say it; the same words again are nothing."""
    if SEVERITY[finding.level] > SEVERITY[as_level(row.level)]:
        row.level, row.state, row.evidence = finding.level, "open", [asdict(item) for item in finding.evidence]
        return "new"
    newest = max((item["turn"] for item in row.evidence), default=-1)
    fresh = [asdict(item) for item in finding.evidence if item.turn > newest]
    row.evidence = [*row.evidence, *fresh]
    return "again" if fresh else ""
