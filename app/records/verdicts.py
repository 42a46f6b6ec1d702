"""Settled cases and reviews with their messages, for labelled data. Made-up patients are never among them."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.case_state import Verdict
from app.evals.verdicts import SettledCase, SettledReview
from app.records.care_tables import ReviewRow
from app.records.case_rows import as_level
from app.records.database import Database
from app.records.models import Case, Conversation, FindingRow, Patient, Turn
from app.records.owners import MADE_UP
from app.records.review_list import ReviewVerdict
from guardrails.level import SEVERITY


class VerdictStore:
    """Reads what the care team has settled; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cases(self) -> Sequence[SettledCase]:
        """Closed cases of patients, oldest first; a chat that its patient deleted is not read again."""
        with self._database.reading() as session:
            settled = (Case.state == "closed", Case.verdict.is_not(None), ~MADE_UP)
            rows = session.scalars(select(Case).join(Patient, Patient.id == Case.patient_id).where(*settled).order_by(Case.opened, Case.id))
            made = (_case(session, row) for row in rows)
            return [case for case in made if case is not None]

    def reviews(self) -> Sequence[SettledReview]:
        """Reviews with a verdict, oldest first."""
        with self._database.reading() as session:
            found = select(ReviewRow).join(Conversation, Conversation.id == ReviewRow.conversation_id)
            found = found.join(Patient, Patient.id == Conversation.patient_id)
            settled = (ReviewRow.verdict.is_not(None), Conversation.deleted.is_(None), ~MADE_UP)
            return [_review(session, row) for row in session.scalars(found.where(*settled).order_by(ReviewRow.id))]


def _case(session: Session, case: Case) -> SettledCase | None:
    """The case in the chat of its most severe finding, from where an earlier case of that chat ended."""
    findings = list(session.scalars(select(FindingRow).where(FindingRow.case_id == case.id).order_by(FindingRow.id)))
    if not findings:
        return None
    gravest = max(findings, key=lambda row: SEVERITY[as_level(row.level)])
    chat = session.get_one(Conversation, gravest.conversation_id)
    if chat.deleted:
        return None
    start = _ended_before(session, case, chat.id)
    here = [row.last_turn - start for row in findings if row.conversation_id == chat.id]
    messages = tuple(text for number, text in _turns(session, chat.id) if number >= start)
    verdict = cast("Verdict", case.verdict)
    return SettledCase(case.id, as_level(case.level), verdict, gravest.rule, messages, max(1, min(here) + 1), max(here) + 1)


def _ended_before(session: Session, case: Case, chat: str) -> int:
    """The first turn of a chat that no earlier case rested on."""
    earlier = select(func.max(FindingRow.last_turn)).join(Case, Case.id == FindingRow.case_id)
    newest = session.scalar(earlier.where(FindingRow.conversation_id == chat, Case.id != case.id, Case.opened < case.opened))
    return 0 if newest is None else newest + 1


def _turns(session: Session, chat: str) -> list[tuple[int, str]]:
    return [(turn.number, turn.text) for turn in session.scalars(select(Turn).where(Turn.conversation_id == chat).order_by(Turn.number))]


def _review(session: Session, row: ReviewRow) -> SettledReview:
    """Of a message called urgent, the chat up to it: what came after, the screen could not know."""
    marked = session.scalar(select(Turn.number).where(Turn.id == row.turn_id)) if row.turn_id else None
    messages = tuple(text for number, text in _turns(session, row.conversation_id) if marked is None or number <= marked)
    return SettledReview(f"{row.id} {row.conversation_id}", cast("ReviewVerdict", row.verdict), messages)
