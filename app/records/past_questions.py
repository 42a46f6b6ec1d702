"""What patients have asked before: messages whose answer cited an article, or that were not covered.

They are patients' words with everything that may name somebody: only `app.content.stored_questions` reads them, and masks them first.
Made-up patients' messages are never among them, nor those of a chat that its patient deleted.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.records.database import Database
from app.records.models import CitationRow, Conversation, Patient, Reply, Turn

_EARLIER = 4
"""Messages before the one that was answered, of which the newest are read with it."""
Messages = tuple[str, ...]


class PastQuestions:
    """Reads messages, newest first, each with those before it; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def citing(self, slugs: Collection[str], most: int) -> Sequence[Messages]:
        """Messages whose answer cited one of these articles."""
        cited = select(CitationRow.reply_id).where(CitationRow.article.in_(slugs))
        return self._read(_answered().where(Reply.kind == "answer", Reply.id.in_(cited)), most)

    def not_covered(self, most: int) -> Sequence[Messages]:
        """Messages that the library did not cover."""
        return self._read(_answered().where(Reply.kind == "not_covered"), most)

    def _read(self, wanted: Select[str, int], most: int) -> Sequence[Messages]:
        with self._database.reading() as session:
            return [_messages(session, chat, number) for chat, number in session.execute(wanted.limit(most))]


def _answered() -> Select[str, int]:
    """Chat and number of messages that were replied to."""
    found = select(Turn.conversation_id, Turn.number).join(Reply, Reply.turn_id == Turn.id)
    found = found.join(Conversation, Conversation.id == Turn.conversation_id).join(Patient, Patient.id == Conversation.patient_id)
    return found.where(Patient.kind != "demo", Conversation.deleted.is_(None)).order_by(Turn.created.desc(), Turn.id).distinct()


def _messages(session: Session, chat: str, number: int) -> Messages:
    wanted = select(Turn.text).where(Turn.conversation_id == chat, Turn.number.between(number - _EARLIER, number))
    return tuple(session.scalars(wanted.order_by(Turn.number)))
