"""Which cases must be told to whom now: each step of the ladder is one transaction with the notices that it queues.

Derived from the case itself every second, not from the step that opened it: whoever opened, raised or returned a case, in
whichever process, and however it died afterwards, the next look finds what was not told yet.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.escalation import case_state
from app.escalation.case_state import Standing, Targets
from app.journal import Reply
from app.records.care_tables import AuditRow
from app.records.case_rows import TARGETS, as_level, locked, standing
from app.records.database import Database
from app.records.models import Case, CaseEvent, Conversation, FindingRow, Patient, Turn
from app.records.notifications import Notice, NoticeKind, enqueue
from app.records.outgoing import send
from app.records.owners import MADE_UP
from guardrails.care_cards import Staffing
from guardrails.level import SEVERITY, Level

_TELLS: tuple[NoticeKind, ...] = ("opened", "raised", "joined", "person_requested", "returned", "attended")
_UNANSWERED = "told_unanswered"
_SKEW = timedelta(minutes=1)
"""By how much the clocks of two servers may differ."""
LATE = 2
"""The stage at which the target is past."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A chat whose patient must be told that nobody acted in time."""

    level: Level
    texts: tuple[str, ...]
    """The patient's messages there, newest last."""
    region: str | None
    read: bool
    """Whether a person has opened or claimed the case in this waiting."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is told at which stage, and what the patient is told once the target is past."""

    channels: Callable[[int, int], Collection[str]]
    """Fingerprints of the channels for the stages after the first number, up to the second."""
    unanswered: Callable[[Unanswered], Reply]


class AlarmStore:
    """Moves every waiting case to the stage that its waiting asks for; RecordsError where the database fails."""

    def __init__(self, database: Database, targets: Targets = TARGETS) -> None:
        self._database, self._targets = database, targets

    def step(self, ladder: Ladder, at: datetime, staffing: Staffing) -> Sequence[str]:
        """Queue what is due at `at`; ids of the cases that moved.

        While unattended a case is told once; its alarms begin to count when somebody is at the desk or on call again. A made-up
        patient calls nobody.
        """
        with self._database.reading() as session:
            here = (Case.state == "open", Case.waiting_since.is_not(None), Case.patient_id.not_in(select(Patient.id).where(MADE_UP)))
            waiting = session.scalars(select(Case).where(*here).order_by(Case.waiting_since))
            due = [case.id for case in waiting if self._moves(case, at, staffing)]
        return [case_id for case_id in due if self._move(case_id, ladder, at, staffing)]

    def unchecked_since(self, moment: datetime) -> bool:
        """Whether a message could not be checked for red flags since then."""
        with self._database.reading() as session:
            unchecked = (FindingRow.rule == "screening-incomplete", FindingRow.created >= moment)
            return session.scalar(select(FindingRow.id).where(*unchecked).limit(1)) is not None

    def _moves(self, case: Case, at: datetime, staffing: Staffing) -> bool:
        turned = (case.alarms_from is None) != (staffing == "unattended")
        return turned or _set_back(case, at) or self._stage(case, at, staffing) > case.alarm_stage

    def _stage(self, case: Case, at: datetime, staffing: Staffing) -> int:
        now = standing(case)
        if staffing == "unattended":
            return min(1, case_state.stage(now, at, self._targets))
        return case_state.stage(replace(now, waiting_since=case.alarms_from or now.waiting_since), at, self._targets)

    def _move(self, case_id: str, ladder: Ladder, at: datetime, staffing: Staffing) -> bool:
        with self._database.transaction() as session:
            case = locked(session, case_id)
            if not self._moves(case, at, staffing) or standing(case).waiting_since is None:
                return False
            _count_from(session, case, at, staffing)
            was, becomes = case.alarm_stage, self._stage(case, at, staffing)
            if becomes <= was:
                return False
            case.alarm_stage = becomes
            self._tell(session, case, ladder, was, at)
            return True

    def _tell(self, session: Session, case: Case, ladder: Ladder, was: int, at: datetime) -> None:
        now, becomes = standing(case), case.alarm_stage
        since, newest = now.waiting_since, _newest(session, case.id)
        kind: NoticeKind = "late" if becomes >= LATE else newest[1]
        about = f"{case.id}:{newest[0]}:{int(since.timestamp() * 1000) if since else 0}:{becomes}"
        if _speaks(session, case):
            enqueue(session, about, ladder.channels(was, becomes), Notice(kind, now.level, since, case.id), at)
        if becomes >= LATE and not _happened(session, case, (_UNANSWERED,), now):
            session.add(CaseEvent(case_id=case.id, kind=_UNANSWERED, created=at))
            for chat, told in _chats(session, case, now):
                send(session, chat, ladder.unanswered(told))


def _speaks(session: Session, case: Case) -> bool:
    """Whether the team is told of this case itself: of a crowd that may be the work of a program, of its most severe one alone.

    Every patient of a crowd is told the truth as any other; only the channels are not called once for each.
    """
    if not case.crowd:
        return True
    others = session.scalars(select(Case).where(Case.crowd == case.crowd, Case.state == "open", Case.waiting_since.is_not(None)))
    first = min(others, key=lambda each: (-SEVERITY[as_level(each.level)], each.opened, each.id), default=case)
    return first.id == case.id


def _count_from(session: Session, case: Case, at: datetime, staffing: Staffing) -> None:
    """Alarms count from the patient's message; where they rested because nobody could be called, from the end of that."""
    if staffing == "unattended":
        case.alarms_from = None
    elif case.alarms_from is None and case.alarm_stage == 0:
        case.alarms_from = case.waiting_since
    elif case.alarms_from is None:
        case.alarms_from, case.alarm_stage = at, (1 if staffing == "staffed" else 0)  # who is at the desk sees it there
        session.add(CaseEvent(case_id=case.id, kind="attended", created=at))
    if _set_back(case, at):
        case.alarms_from = at
    session.flush()


def _set_back(case: Case, at: datetime) -> bool:
    """Whether the clock was set back since the alarms began to count: they would rest for as long as that."""
    return case.alarms_from is not None and case.alarms_from > at + _SKEW


def _newest(session: Session, case_id: str) -> tuple[int, NoticeKind]:
    """The newest event that the team must be told of, with its number."""
    told = select(CaseEvent.id, CaseEvent.kind).where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(_TELLS))
    row = session.execute(told.order_by(CaseEvent.id.desc()).limit(1)).first()
    return (row[0], cast("NoticeKind", row[1])) if row else (0, "opened")


def _happened(session: Session, case: Case, kinds: Collection[str], now: Standing) -> bool:
    """Whether one of those events came since the patient waits."""
    here = (CaseEvent.case_id == case.id, CaseEvent.kind.in_(kinds), CaseEvent.created >= now.waiting_since)
    return session.scalar(select(CaseEvent.id).where(*here).limit(1)) is not None


def _chats(session: Session, case: Case, now: Standing) -> Sequence[tuple[str, Unanswered]]:
    """The chats that brought the case, if they still stand."""
    found = select(FindingRow.conversation_id).where(FindingRow.case_id == case.id)
    here = or_(Conversation.id == case.conversation_id, Conversation.id.in_(found))
    chats = session.scalars(select(Conversation.id).where(here, Conversation.deleted.is_(None)))
    looked = (AuditRow.subject == case.id, AuditRow.actor != "system", AuditRow.created >= now.waiting_since)
    read = _happened(session, case, ("claimed",), now) or session.scalar(select(AuditRow.id).where(*looked).limit(1)) is not None
    region = session.get_one(Patient, case.patient_id).profile.get("region")
    return [(chat, Unanswered(as_level(case.level), _texts(session, chat), region, read)) for chat in list(chats)]


def _texts(session: Session, chat: str) -> tuple[str, ...]:
    return tuple(session.scalars(select(Turn.text).where(Turn.conversation_id == chat).order_by(Turn.number)))
