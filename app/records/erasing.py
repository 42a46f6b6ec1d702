"""Deletion that is real: the key of a chat is destroyed, then its rows are emptied, and what was derived from it goes too.

First it is hidden from its patient, with the fact on the trail. A chat that an open case rests on keeps its words until the
care team has closed the case; whatever a crash or a restored backup left undone is done by `finish`. What stays are ids and
facts: that a case was opened, its level, its rules and its verdict.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from app.records.audit import record
from app.records.care_tables import NoteRow, OutgoingRow, PresenceRow, ReachRow, ReminderRow
from app.records.database import Database
from app.records.editor_tables import GateRow, RecallChatRow
from app.records.keyring import Keyring
from app.records.models import Case, CitationRow, Conversation, FindingRow, Patient, QuestionRow, Turn, now
from app.records.models import Reply as ReplyRow
from app.records.sealed import DELETED, of_case, of_chat

Mask = Callable[[str], str]
_CHAT = of_chat("")
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of a wish to delete: chats whose words are gone, and chats that wait for a case to be closed."""

    erased: tuple[str, ...]
    waiting: tuple[str, ...]


class Eraser:
    """Deletes chats; RecordsError where a database fails, and then `finish` does the rest later."""

    def __init__(self, database: Database, keyring: Keyring, mask: Mask, erased: Callable[[], None] = lambda: None) -> None:
        self._database, self._keyring, self._mask, self._erased = database, keyring, mask, erased
        self._looked_back = False

    def delete(self, patient_id: str, conversation_id: str) -> Deleted:
        """Delete one chat of that patient; PermissionError where it is not theirs."""
        with self._database.transaction() as session:
            chat = session.get(Conversation, conversation_id)
            if chat is None or chat.patient_id != patient_id:
                raise PermissionError("that conversation belongs to someone else")
            _hide(session, patient_id, [chat])
        return self._erase([conversation_id])

    def delete_all(self, patient_id: str) -> Deleted:
        """Delete everything of that patient: every chat, what they told about themselves, and their choices."""
        with self._database.transaction() as session:
            chats = list(session.scalars(select(Conversation).where(Conversation.patient_id == patient_id, Conversation.erased.is_(None))))
            _hide(session, patient_id, chats)
            patient = session.get(Patient, patient_id)
            if patient is not None:
                patient.may_review, patient.leaving = False, now()
                record(session, patient_id, "patient.deletes_all", patient_id)
        done = self._erase([chat.id for chat in chats])
        self._forget_profiles(Patient.id == patient_id)
        return done

    def finish(self) -> int:
        """Erase what was deleted and may go by now, and what a restored backup brought back; how many chats."""
        if not self._looked_back:
            self.bury()
            self._looked_back = True
        with self._database.reading() as session:
            due = select(Conversation.id).where(Conversation.deleted.is_not(None), Conversation.erased.is_(None))
            ids = list(session.scalars(due))
        done = self._erase(ids)
        self._forget_profiles(Patient.leaving.is_not(None))
        return len(done.erased)

    def bury(self) -> None:
        """Hide again what a restored backup brought back: chats whose key was destroyed since that backup was made."""
        gone = [subject.removeprefix(_CHAT) for subject in self._keyring.destroyed(_CHAT)]
        with self._database.transaction() as session:
            _hide(session, "system", [chat for part in _parts(gone) for chat in session.scalars(_standing(part))])

    def expire(self, conversations: Sequence[str]) -> int:
        """Erase chats whose time is over, and with a patient's last one what they told of themselves; how many chats.

        One that an open case rests on stays.
        """
        with self._database.transaction() as session:
            chats = [chat for part in _parts(conversations) for chat in session.scalars(_standing(part)) if not held(session, chat.id)]
            _hide(session, "system", chats)
        done = self._erase([chat.id for chat in chats])
        with self._database.transaction() as session:
            left = exists().where(Conversation.patient_id == Patient.id, Conversation.erased.is_(None))
            for part in _parts(sorted({chat.patient_id for chat in chats})):
                for patient in session.scalars(select(Patient).where(Patient.id.in_(part), ~left)):
                    patient.leaving = now()
        self._forget_profiles(Patient.leaving.is_not(None))
        return len(done.erased)

    def _erase(self, conversations: Sequence[str]) -> Deleted:
        """Those that may go by now; a thousand chats are erased a few at a time."""
        done = [self._erase_few(part) for part in _parts(conversations)]
        erased, waiting = (tuple(chat for each in done for chat in getattr(each, name)) for name in ("erased", "waiting"))
        if erased:
            self._erased()
        return Deleted(erased, waiting)

    def _erase_few(self, conversations: Sequence[str]) -> Deleted:
        """Keys first: from here on the words are unreadable, wherever they stand."""
        with self._database.reading() as session:
            waiting = tuple(chat for chat in conversations if held(session, chat))
            going = tuple(chat for chat in conversations if chat not in waiting)
            cases = _ended_with(session, going)
        if going:
            self._forget_asked(going)
            self._keyring.destroy([*map(of_chat, going), *map(of_case, cases)])
            with self._database.transaction() as session:
                _empty(session, going)
                _empty_cases(session, cases)
        return Deleted(going, waiting)

    def _forget_asked(self, conversations: Collection[str]) -> None:
        """Take what these chats asked, masked, out of the editors' kept comparisons; where it cannot be told, every past question."""
        with self._database.reading() as session:
            since = session.scalar(select(Conversation.created).where(Conversation.id.in_(conversations)).order_by(Conversation.created))
            gates = list(session.scalars(select(GateRow.id).where(GateRow.created >= since))) if since else []
            texts = list(session.scalars(select(Turn.text).where(Turn.conversation_id.in_(conversations)))) if gates else []
        if not gates:
            return
        try:
            masked: frozenset[str] | None = frozenset(self._mask(text) for text in texts if text not in ("", DELETED))
        except Exception:  # a text that cannot be masked cannot be looked for
            masked = None
        for gate in gates:
            with self._database.transaction() as session:
                row = session.get_one(GateRow, gate)
                if (without := _without(row.result, masked)) is not None:
                    row.result = without

    def _forget_profiles(self, which: ColumnElement[bool]) -> None:
        """What patients told about themselves, once no case of theirs is open."""
        waits = exists().where(Case.patient_id == Patient.id, Case.state == "open")
        with self._database.reading() as session:
            keys = [row.key_name for row in session.scalars(select(Patient).where(which, Patient.leaving.is_not(None), ~waits))]
        if not keys:
            return
        self._keyring.destroy(keys)
        with self._database.transaction() as session:
            for row in session.scalars(select(Patient).where(which, Patient.leaving.is_not(None), ~waits)):
                if row.key_name in keys:
                    row.profile, row.leaving, row.erased = {}, None, now()
                    row.agreed_to, row.agreed, row.paused = "", None, False


def _hide(session: Session, who: str, chats: Iterable[Conversation]) -> None:
    """Out of the patient's sight at once; the fact stands on the trail, once."""
    for chat in chats:
        if chat.deleted is None:
            chat.deleted = now()
            record(session, who, "chat.deleted", chat.id)


def _standing(conversations: Collection[str]) -> Any:
    return select(Conversation).where(Conversation.id.in_(conversations), Conversation.erased.is_(None))


def held(session: Session, chat: str) -> bool:
    """Whether an open case rests on a chat, or a person speaks there."""
    found = select(FindingRow.case_id).where(FindingRow.conversation_id == chat)
    here = or_(Case.conversation_id == chat, Case.live_in == chat, Case.id.in_(found))
    return session.scalar(select(Case.id).where(Case.state == "open", here).limit(1)) is not None


def _ended_with(session: Session, going: Sequence[str]) -> list[str]:
    """Closed cases whose last chat with words this is: what was written about them goes with it."""
    cases = set(session.scalars(select(FindingRow.case_id).where(FindingRow.conversation_id.in_(going))))
    cases |= set(session.scalars(select(Case.id).where(Case.conversation_id.in_(going), Case.state == "closed")))
    ended = []
    for case in sorted(cases):
        found = select(FindingRow.conversation_id).where(FindingRow.case_id == case)
        first = select(Case.conversation_id).where(Case.id == case)
        rests_on = select(Conversation.id).where(or_(Conversation.id.in_(found), Conversation.id.in_(first)), Conversation.erased.is_(None))
        if not set(session.scalars(rests_on)) - set(going):
            ended.append(case)
    return ended


def _empty(session: Session, chats: Collection[str]) -> None:
    """Rows without their words: turns and findings stay as facts; replies, citations and questions, which tell the topic, go."""
    replies = select(ReplyRow.id).where(ReplyRow.conversation_id.in_(chats))
    session.execute(update(RecallChatRow).where(RecallChatRow.conversation_id.in_(chats)).values(reply_id=None))
    for model, column, ids in (
        (CitationRow, CitationRow.reply_id, replies),
        (OutgoingRow, OutgoingRow.conversation_id, chats),
        (QuestionRow, QuestionRow.conversation_id, chats),
        (ReplyRow, ReplyRow.conversation_id, chats),
        (PresenceRow, PresenceRow.conversation_id, chats),
    ):
        session.execute(delete(model).where(column.in_(ids)).execution_options(synchronize_session=False))
    session.execute(update(Turn).where(Turn.conversation_id.in_(chats)).values(text="", level=None, state="done"))
    session.execute(update(FindingRow).where(FindingRow.conversation_id.in_(chats)).values(evidence=[], why={}))
    session.execute(update(Conversation).where(Conversation.id.in_(chats)).values(erased=now(), linked_to=None))


def _empty_cases(session: Session, cases: Collection[str]) -> None:
    """A case without what was written about it."""
    for model in (NoteRow, ReminderRow, ReachRow):
        session.execute(delete(model).where(model.case_id.in_(cases)))
    session.execute(update(Case).where(Case.id.in_(cases)).values(advice=""))
    for case in sorted(cases):
        record(session, "system", "case.emptied", case)


def _without(result: dict[str, Any], masked: frozenset[str] | None) -> dict[str, Any] | None:
    """A comparison without those past questions (None: without any); None where it held none of them."""
    changes = [_unasked(change, masked) for change in result.get("changes", ())]
    return {**result, "changes": changes} if changes != result.get("changes", []) else None


def _unasked(change: dict[str, Any], masked: frozenset[str] | None) -> dict[str, Any]:
    asked = change["question"]
    theirs = asked["why"] == "past" and (masked is None or masked.intersection(asked["messages"]))
    return {**change, "question": {**asked, "messages": [DELETED]}} if theirs else change


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
