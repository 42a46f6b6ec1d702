"""What a person (or the clock) sends to a patient: stored as a reply, then carried to every open page until one has drawn it.

Any process may write; each process carries to the pages that are open at it, and a page that was offline gets it with the
transcript when it returns.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.journal import Reply, ReplyKind
from app.records.care_tables import OutgoingRow, PresenceRow
from app.records.conversations import add_reply
from app.records.database import Database
from app.records.models import Conversation, now
from app.records.models import Reply as ReplyRow


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply that no page has acknowledged yet."""

    conversation_id: str
    reply: Reply
    created: datetime


def send(session: Session, conversation_id: str, reply: Reply) -> None:
    """Store a reply and put it on its way, within a transaction."""
    add_reply(session, conversation_id, None, reply)
    session.add(OutgoingRow(reply_id=reply.id, conversation_id=conversation_id))
    session.flush()


class OutgoingStore:
    """Replies on their way, and which chats are open; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def send(self, conversation_id: str, reply: Reply) -> None:
        """Store a reply and put it on its way."""
        with self._database.transaction() as session:
            send(session, conversation_id, reply)

    def waiting(self, conversations: Collection[str]) -> Sequence[Outgoing]:
        """Replies to those chats that no page has acknowledged, oldest first."""
        if not conversations:
            return []
        with self._database.reading() as session:
            found = select(OutgoingRow, ReplyRow).join(ReplyRow, ReplyRow.id == OutgoingRow.reply_id)
            rows = session.execute(
                found.where(OutgoingRow.delivered.is_(None), OutgoingRow.conversation_id.in_(conversations)).order_by(ReplyRow.created)
            )
            return [Outgoing(out.conversation_id, Reply(r.id, cast("ReplyKind", r.kind), r.text, r.body), out.created) for out, r in rows]

    def delivered(self, patient_id: str, reply_id: str) -> None:
        """A page of that patient drew the reply; of anyone else's, nothing is taken."""
        with self._database.transaction() as session:
            mine = select(Conversation.id).where(Conversation.patient_id == patient_id)
            here = (OutgoingRow.reply_id == reply_id, OutgoingRow.delivered.is_(None), OutgoingRow.conversation_id.in_(mine))
            session.execute(update(OutgoingRow).where(*here).values(delivered=now()))

    def seen(self, conversations: Collection[str]) -> None:
        """Those chats are open in a browser now."""
        with self._database.transaction() as session:
            for conversation in conversations:
                session.merge(PresenceRow(conversation_id=conversation, seen=now()))
