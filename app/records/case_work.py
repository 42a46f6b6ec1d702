"""What the care team does with cases, each as one transaction: may this person do it, the change, what the patient is told, the trail.

Every method raises NotAllowedError (TakenError where somebody else owns the case), and RecordsError where the database fails;
either way nothing was changed.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import NotAllowedError
from app.escalation import case_state
from app.escalation.case_state import Closing, Standing, Targets
from app.journal import Reply
from app.records.audit import record
from app.records.case_rows import TARGETS, add_event, keep, locked, open_case, standing
from app.records.database import Database
from app.records.models import Case, Conversation, FindingRow, Patient, Turn, now
from app.records.outgoing import send
from app.records.owners import MADE_UP


class CaseWork:
    """Claims, answers, hands back and closes cases."""

    def __init__(self, database: Database, targets: Targets = TARGETS) -> None:
        self._database, self._targets = database, targets

    # The team

    def claim(self, case_id: str, who: str) -> None:
        """Take a case; of two who click at once one wins."""
        at = now()
        self._take(case_id, _Taken(who, "claimed", lambda was: case_state.claim(was, who, at, self._targets)))

    def assign(self, case_id: str, who: str, to: str) -> None:
        """Give a case to a colleague."""
        at = now()
        self._take(case_id, _Taken(who, "assigned", lambda was: case_state.assign(was, who, to, at, self._targets), detail=to))

    def release(self, case_id: str, who: str, told: Reply | None = None) -> None:
        """Put a case back into the queue; `told` goes to the patient whom a person was talking to."""
        self._take(case_id, _Taken(who, "released", lambda was: case_state.release(was, who), told=told))

    def join(self, case_id: str, who: str, chat: str, told: Reply) -> None:
        """Speak in `chat` from here on; `told` says to the patient who is there now."""
        self._take(case_id, _Taken(who, "joined_chat", lambda was: case_state.join(was, who, chat), told=told, chat=chat))

    def reply(self, case_id: str, who: str, chat: str, reply: Reply) -> None:
        """Write to the patient in `chat`; the waiting is over."""
        self._take(case_id, _Taken(who, "replied", lambda was: case_state.replied(was, who, chat), told=reply, chat=chat))

    def called(self, case_id: str, who: str, *, reached: bool) -> None:
        """Record a call: one that reached the patient ends the waiting, one that did not is only kept."""
        step = case_state.called if reached else case_state.tried
        self._take(case_id, _Taken(who, "called", lambda was: step(was, who), detail="reached" if reached else "not reached"))

    def hand_back(self, case_id: str, who: str, told: Reply) -> None:
        """Let the assistant answer again; the case stays with its owner."""
        self._take(case_id, _Taken(who, "handed_back", lambda was: case_state.handed_back(was, who), told=told))

    def close(self, case_id: str, who: str, closing: Closing, told: Reply | None = None) -> None:
        """Settle a case with a verdict: its findings no longer set the level, up to the newest turn of each of its chats."""
        with self._database.transaction() as session:
            case = _taken(session, case_id, _Taken(who, "closed", lambda was: case_state.closed(was, who), closing.verdict, told))
            case.closed, case.closed_by, case.verdict = now(), who, closing.verdict
            case.false_alarm, case.outcome, case.advice = closing.why, closing.outcome, closing.advice
            session.execute(update(FindingRow).where(FindingRow.case_id == case_id).values(state="settled"))
            for conversation in session.scalars(select(Conversation).where(Conversation.patient_id == case.patient_id)):
                newest = session.scalar(select(func.max(Turn.number)).where(Turn.conversation_id == conversation.id))
                conversation.settled_through = -1 if newest is None else newest

    # The patient, and time

    def leave(self, patient_id: str, told: Reply) -> bool:
        """The patient asks for the assistant again; False where no person speaks with them."""
        with self._database.transaction() as session:
            case = open_case(session, patient_id, held=True)
            if case is None or not case.live_in:
                return False
            send(session, case.live_in, told)
            keep(case, case_state.left(standing(case)))
            add_event(session, case.id, "patient_left", actor="patient")
            return True

    def lapse(self, connected: Collection[str], told: Callable[[], Reply], at: datetime | None = None) -> Sequence[str]:
        """Put back every case whose owner is silent or not among `connected` (ids of staff); the ids of those cases.

        `told` makes what a patient reads who was talking to that person. Made-up cases stay as they were made.
        """
        at, returned = at or now(), []
        with self._database.reading() as session:
            held = (Case.state == "open", Case.owner_id.is_not(None), Case.waiting_since.is_not(None), ~MADE_UP)
            candidates = list(session.scalars(select(Case.id).join(Patient, Patient.id == Case.patient_id).where(*held)))
        for case_id in candidates:
            with self._database.transaction() as session:
                case = locked(session, case_id)
                was = standing(case)
                if not case_state.lapsed(was, at, connected=was.owner in connected):
                    continue
                if was.live_in:
                    send(session, was.live_in, told())
                keep(case, case_state.returned(was))
                case.alarm_stage = 0
                add_event(session, case_id, "returned", detail=was.owner)
                returned.append(case_id)
        return returned

    def _take(self, case_id: str, taken: "_Taken") -> None:
        with self._database.transaction() as session:
            _taken(session, case_id, taken)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step that `who` takes. `told` is sent to `chat`, else to the chat in which a person spoke until then."""

    who: str
    verb: str
    step: Callable[[Standing], Standing]
    detail: str = ""
    told: Reply | None = None
    chat: str = ""


def _taken(session: Session, case_id: str, taken: _Taken) -> Case:
    """May they, the change, what the patient is told, the trail."""
    case = locked(session, case_id)
    was = standing(case)
    becomes = taken.step(was)
    if taken.chat and _owner_of(session, taken.chat) != case.patient_id:
        raise NotAllowedError("that chat is not this patient's")
    if becomes == was and taken.verb == "claimed":
        return case
    if taken.told is not None and (where := taken.chat or was.live_in):
        send(session, where, taken.told)
    keep(case, becomes)
    if taken.verb == "claimed":
        case.first_claimed = case.first_claimed or now()
    if was.waiting_since is not None and becomes.waiting_since is None and not becomes.closed:
        case.first_answered = case.first_answered or now()
    add_event(session, case_id, taken.verb, taken.detail[:200], actor=taken.who)
    record(session, taken.who, f"case.{taken.verb}", case_id)
    return case


def _owner_of(session: Session, chat: str) -> str | None:
    return session.scalar(select(Conversation.patient_id).where(Conversation.id == chat, Conversation.deleted.is_(None)))
