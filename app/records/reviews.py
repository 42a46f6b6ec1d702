"""Conversations that are read again for what was missed: those of which a patient said that it was urgent, with their consent others."""

from sqlalchemy import select

from app.escalation.figures import iso_week
from app.records.care_tables import ReviewRow
from app.records.database import Database
from app.records.models import Conversation, now
from app.records.models import Reply as ReplyRow
from app.records.owners import ensure_patient


class ReviewStore:
    """The review list; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def said_urgent(self, patient_id: str, conversation_id: str, reply_id: str) -> bool:
        """The patient says that what this reply answered was urgent: listed once; False where the reply is not theirs."""
        with self._database.transaction() as session:
            theirs = select(ReplyRow).join(Conversation, Conversation.id == ReplyRow.conversation_id)
            here = (ReplyRow.id == reply_id, Conversation.id == conversation_id, Conversation.patient_id == patient_id)
            reply = session.scalar(theirs.where(*here))
            if reply is None:
                return False
            same = (ReviewRow.conversation_id == conversation_id, ReviewRow.turn_id == reply.turn_id, ReviewRow.why == "said_urgent")
            if session.scalar(select(ReviewRow.id).where(*same)) is None:
                week = iso_week(now())
                session.add(ReviewRow(conversation_id=conversation_id, turn_id=reply.turn_id, why="said_urgent", week=week))
            return True

    def agreed(self, patient_id: str) -> bool:
        """Whether the patient lets the care team read chats that were not escalated."""
        with self._database.transaction() as session:
            return ensure_patient(session, patient_id).may_review

    def agree(self, patient_id: str, agrees: bool) -> None:
        """Keep that choice; it holds for every chat of theirs, and can be taken back."""
        with self._database.transaction() as session:
            ensure_patient(session, patient_id).may_review = agrees
