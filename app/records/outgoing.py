"""What a person (or the clock) sends to a patient: stored as a reply, then carried to every open page until one has drawn it.

Any process may write; each process carries to the pages that are open at it, and a page that was offline gets it with the
transcript when it returns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.journal import Reply, ReplyKind
from app.records.care_tables import OutgoingRow, PresenceRow
from app.records.conversations import add_reply
from app.records.database import Database
from app.records.models import Case, Conversation, Staff, now
from app.records.models import Reply as ReplyRow


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply that no page has acknowledged yet."""

    patient_id: str
    conversation_id: str
    reply: Reply
    created: datetime


@dataclass(frozen=True, slots=True)
class Speaker:
    """The person who speaks in a patient's chat, as the clinic set their name and title."""

    patient_id: str
    name: str
    title: str


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
            found = select(OutgoingRow, ReplyRow, Conversation.patient_id).join(ReplyRow, ReplyRow.id == OutgoingRow.reply_id)
            theirs = found.join(Conversation, Conversation.id == OutgoingRow.conversation_id).where(Conversation.deleted.is_(None))
            rows = session.execute(
                theirs.where(OutgoingRow.delivered.is_(None), OutgoingRow.conversation_id.in_(conversations)).order_by(ReplyRow.created)
            )
            return [
                Outgoing(patient, out.conversation_id, Reply(r.id, cast("ReplyKind", r.kind), r.text, r.body), out.created)
                for out, r, patient in rows
            ]

    def speaking(self, conversations: Collection[str]) -> Mapping[str, Speaker]:
        """Who of the care team speaks in those chats now, by chat; the assistant answers in the others."""
        if not conversations:
            return {}
        with self._database.reading() as session:
            live = select(Case.live_in, Case.patient_id, Staff.name, Staff.title).outerjoin(Staff, Staff.id == Case.owner_id)
            rows = session.execute(live.where(Case.state == "open", Case.live_in.in_(conversations)))
            return {str(chat): Speaker(patient, name or "", title or "") for chat, patient, name, title in rows}

    def delivered(self, patient_id: str, reply_id: str) -> None:
        """A page of that patient drew the reply; of anyone else's, nothing is taken."""
        with self._database.transaction() as session:
            mine = select(Conversation.id).where(Conversation.patient_id == patient_id)
            here = (OutgoingRow.reply_id == reply_id, OutgoingRow.delivered.is_(None), OutgoingRow.conversation_id.in_(mine))
            session.execute(update(OutgoingRow).where(*here).values(delivered=now()))

    def seen(self, conversations: Collection[str]) -> None:
        """Those chats are open in a browser now."""
        if not conversations:
            return
        at = now()
        with self._database.transaction() as session:
            session.execute(update(PresenceRow).where(PresenceRow.conversation_id.in_(conversations)).values(seen=at))
            known = set(session.scalars(select(PresenceRow.conversation_id).where(PresenceRow.conversation_id.in_(conversations))))
            new = [{"conversation_id": conversation, "seen": at} for conversation in sorted(set(conversations) - known)]
            if new:
                session.execute(insert(PresenceRow), new)
