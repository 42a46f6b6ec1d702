"""Steps on a recall, each as one transaction: may this person, the change, what the patient is told, the trail.

Every method raises NotAllowedError, and RecordsError where the database fails; either way nothing was changed.
"""

from collections.abc import Sequence

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.content.editorial import WRITERS
from app.content.recall import Note, may_tell
from app.errors import NotAllowedError, must
from app.records.article_rows import happened, person, revision_row, writer
from app.records.audit import record
from app.records.case_files import Line, lines_of
from app.records.database import Database
from app.records.editor_tables import RecallChatRow, RecallRow
from app.records.models import Case, Conversation, FindingRow, Served, Turn, now
from app.records.models import Reply as ReplyRow
from app.records.outgoing import send
from app.records.recall_files import citing

CARE = ("care", "administrator")
"""Who may read a patient's chat."""
_STILL = "patients still get this revision"


class RecallStore:
    """Opens a recall, opens its chats, tells patients, closes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, slug: str, revision: int, reason: str, who: str) -> int:
        """Begin a recall, or find the one that is under way; its id."""
        must(bool(reason.strip()), "say why this revision is recalled")
        with self._database.transaction() as session:
            by = writer(session, who)
            revision_row(session, slug, revision)
            must(_served(session, slug) != revision, _STILL)
            under_way = (RecallRow.slug == slug, RecallRow.revision == revision, RecallRow.closed.is_(None))
            row = session.scalar(select(RecallRow).where(*under_way))
            if row is None:
                row = RecallRow(slug=slug, revision=revision, reason=reason.strip(), opened_by=by.id)
                session.add(row)
                session.flush()
                happened(session, (slug, revision), "recalled", by.id, reason)
            return row.id

    def look(self, recall_id: int, chat: str, who: str) -> Sequence[Line]:
        """The conversation, for the care team, once its opening stands on the trail; only a chat that the recall is about."""
        with self._database.transaction() as session:
            must(person(session, who).role in CARE, "only the care team opens patients' chats")
            row, conversation = _of(session, recall_id, chat)
            must(conversation.deleted is None, "the patient has deleted this chat")
            record(session, who, "chat.read", chat)
            if row.closed is None and session.get(RecallChatRow, (recall_id, chat)) is None:
                session.add(RecallChatRow(recall_id=recall_id, conversation_id=chat, state="looked_at", staff_id=who))
                record(session, who, "recall.looked_at", str(recall_id))
            return lines_of(session, chat, ())

    def tell(self, recall_id: int, chat: str, note: Note, who: str) -> None:
        """Leave the patient a note in that chat, once: whoever comes second is told so, and sends nothing."""
        with self._database.transaction() as session:
            must(person(session, who).role in {*WRITERS, *CARE}, "only editors and the care team tell patients")
            row, conversation = _of(session, recall_id, chat)
            must(_served(session, row.slug) != row.revision, _STILL)
            done = session.get(RecallChatRow, (recall_id, chat), with_for_update=True)
            may_tell(
                closed=row.closed is not None,
                told=done is not None and done.state == "told",
                deleted=conversation.deleted is not None,
                crisis=_in_crisis(session, conversation.patient_id),
            )
            messages = session.scalars(select(Turn.text).where(Turn.conversation_id == chat).order_by(Turn.number)).all()
            reply = note.reply(messages)
            if done is None:
                session.add(RecallChatRow(recall_id=recall_id, conversation_id=chat, state="told", staff_id=who))
                session.flush()  # the key stands once: of two at the same moment the second fails here, before anything is sent
            send(session, chat, reply)
            mine = (RecallChatRow.recall_id == recall_id, RecallChatRow.conversation_id == chat)
            session.execute(update(RecallChatRow).where(*mine).values(state="told", staff_id=who, reply_id=reply.id, at=now()))
            record(session, who, "recall.told", chat)

    def close(self, recall_id: int, who: str) -> None:
        """It is done; closing twice is closing once."""
        with self._database.transaction() as session:
            by = writer(session, who)
            row = session.get(RecallRow, recall_id, with_for_update=True)
            if row is None:
                raise NotAllowedError("there is no such recall")
            if row.closed is None:
                row.closed, row.closed_by = now(), by.id
                happened(session, (row.slug, row.revision), "recall_closed", by.id)


def _of(session: Session, recall_id: int, chat: str) -> tuple[RecallRow, Conversation]:
    """The recall and one of its conversations, held for this transaction."""
    row = session.get(RecallRow, recall_id, with_for_update=True)
    conversation = session.get(Conversation, chat)
    if row is None or conversation is None or not session.execute(citing(row).where(ReplyRow.conversation_id == chat).limit(1)).first():
        raise NotAllowedError("this conversation is not part of that recall")
    return row, conversation


def _served(session: Session, slug: str) -> int | None:
    """The revision that patients get now; None where they get none."""
    return session.scalar(select(Served.revision).where(Served.slug == slug))


def _in_crisis(session: Session, patient: str) -> bool:
    open_case = select(FindingRow.id).join(Case, Case.id == FindingRow.case_id).where(Case.patient_id == patient, Case.state == "open")
    crisis = (FindingRow.level == "crisis") | FindingRow.pathway.in_(("suicide_self_harm", "harm_to_others"))
    return bool(session.scalar(select(exists(open_case.where(crisis, FindingRow.state != "settled")))))
