"""What the records hold of a case, gathered for its summary: the chat's messages, findings, questions, cards, earlier cases."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.sbar import Advice, Asked, Earlier, Fired, Story
from app.records.care_tables import ProcedureRow, ReachRow
from app.records.case_reads import connected_patients
from app.records.case_rows import as_finding, as_level
from app.records.database import Database
from app.records.models import Case, CaseEvent, Conversation, FindingRow, Patient, QuestionRow, Turn
from app.records.models import Reply as ReplyRow
from app.records.owners import profile_in
from app.records.sealed import DELETED
from guardrails.level import UNANSWERED, Pathway


class StoryStore:
    """Reads stories; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, case_id: str, chat: str = "") -> Story | None:
        """The story of a case in one of its chats (the one it was opened in, where none is named); None where there is none."""
        with self._database.reading() as session:
            case = session.get(Case, case_id)
            conversation = session.get(Conversation, chat or case.conversation_id) if case else None
            if case is None or conversation is None or conversation.patient_id != case.patient_id:
                return None
            return _story(session, case, conversation)


def _story(session: Session, case: Case, chat: Conversation) -> Story:
    turns = list(session.scalars(select(Turn).where(Turn.conversation_id == chat.id).order_by(Turn.number)))
    numbers = {turn.id: turn.number for turn in turns}
    patient = session.get_one(Patient, case.patient_id)
    findings = session.scalars(select(FindingRow).where(FindingRow.case_id == case.id).order_by(FindingRow.id))
    taps = session.scalars(select(CaseEvent.detail).where(CaseEvent.case_id == case.id, CaseEvent.kind == "tap").order_by(CaseEvent.id))
    return Story(
        level=as_level(case.level),
        opened=case.opened,
        waiting_since=case.waiting_since,
        connected=patient.id in connected_patients(session),
        turns=tuple(turn.text or DELETED for turn in turns),
        profile=profile_in(patient, chat),
        about_other=chat.about_other,
        fired=tuple(Fired(as_finding(row), row.state == "disputed", row.why, row.conversation_id == chat.id) for row in findings),
        asked=tuple(_asked(session, chat, numbers)),
        taps=tuple(dict.fromkeys(taps)),
        advice=tuple(_advice(session, chat, numbers)),
        earlier=tuple(_earlier(session, case)),
        reach_left=session.get(ReachRow, case.id) is not None,
        procedures={cast("Pathway", row.pathway): row.text for row in session.scalars(select(ProcedureRow))},
        rules=case.rules,
        rules_signed_by=tuple(map(str, case.rules_signed_by)),
    )


def _asked(session: Session, chat: Conversation, numbers: Mapping[str, int]) -> Sequence[Asked]:
    """Questions with the words and the choice that the patient saw."""
    joined = select(QuestionRow, ReplyRow).join(ReplyRow, ReplyRow.id == QuestionRow.reply_id)
    found: list[Asked] = []
    for row, reply in session.execute(joined.where(QuestionRow.conversation_id == chat.id).order_by(QuestionRow.id)):
        nothing: dict[str, Any] = {"text": row.key, "choices": []}
        shown = next((item for item in reply.body.get("questions", []) if item["key"] == row.key), nothing)
        labels = {choice["id"]: choice["label"] for choice in shown["choices"]}
        answer = labels.get(row.answer or "", "") if row.answer != UNANSWERED else ""
        found.append(Asked(row.key, shown["text"], answer, row.answer or "", numbers.get(reply.turn_id or "")))
    return found


def _advice(session: Session, chat: Conversation, numbers: Mapping[str, int]) -> Sequence[Advice]:
    cards = (ReplyRow.conversation_id == chat.id, ReplyRow.kind == "care_card")
    return [
        Advice(
            str(row.body.get("lead", "")) or row.text.partition("\n")[0],
            tuple(str(contact["action"]) for contact in row.body.get("contacts", [])),
            numbers.get(row.turn_id or ""),
        )
        for row in session.scalars(select(ReplyRow).where(*cards).order_by(ReplyRow.created))
    ]


def _earlier(session: Session, case: Case) -> Sequence[Earlier]:
    """The patient's closed cases before this one, newest first."""
    before = (Case.patient_id == case.patient_id, Case.id != case.id, Case.state == "closed", Case.opened < case.opened)
    rows = session.scalars(select(Case).where(*before).order_by(Case.opened.desc()))
    return [Earlier(row.opened, as_level(row.level), row.verdict or "") for row in rows]
