"""What is kept about one patient, as they may read it: their chats, what they told of themselves, their cases as facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.records.database import Database
from app.records.erasing import held
from app.records.models import Case, Conversation, Patient, Turn
from app.records.owners import own_profile
from guardrails.level import Profile


@dataclass(frozen=True, slots=True)
class OwnChat:
    """A chat without its words. `held`: an open case rests on it, so that deleting it waits for the case."""

    id: str
    begun: datetime
    messages: int
    about_other: bool
    held: bool


@dataclass(frozen=True, slots=True)
class OwnCase:
    """That something was passed to the care team, and until when it was worked on."""

    id: str
    opened: datetime
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class OwnData:
    """Everything about a patient but the words of their chats. `waiting` are chats they deleted that an open case still holds."""

    profile: Profile
    may_review: bool
    chats: tuple[OwnChat, ...]
    waiting: int
    cases: tuple[OwnCase, ...]
    agreed: datetime | None = None
    """When they agreed that their chats are kept."""
    paused: bool = False

    @property
    def case_open(self) -> bool:
        """Whether the care team works on something of theirs."""
        return any(case.closed is None for case in self.cases)


class OwnDataStore:
    """Reads it; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, patient_id: str) -> OwnData | None:
        """What is kept about a patient; None where nothing is."""
        with self._database.reading() as session:
            patient = session.get(Patient, patient_id)
            if patient is None:
                return None
            hidden = (Conversation.patient_id == patient_id, Conversation.deleted.is_not(None), Conversation.erased.is_(None))
            waiting = session.scalar(select(func.count()).select_from(Conversation).where(*hidden)) or 0
            cases = session.scalars(select(Case).where(Case.patient_id == patient_id).order_by(Case.opened.desc()))
            told = tuple(OwnCase(case.id, case.opened, case.closed) for case in cases)
            return OwnData(
                own_profile(patient), patient.may_review, tuple(_chats(session, patient_id)), waiting, told, patient.agreed, patient.paused
            )


def _chats(session: Session, patient_id: str) -> Sequence[OwnChat]:
    """Newest first; those never written in are no chats to anybody."""
    counted = select(Turn.conversation_id, func.count().label("n")).group_by(Turn.conversation_id).subquery()
    found = select(Conversation, counted.c.n).join(counted, counted.c.conversation_id == Conversation.id)
    mine = found.where(Conversation.patient_id == patient_id, Conversation.deleted.is_(None)).order_by(Conversation.created.desc())
    return [OwnChat(row.id, row.created, n, row.about_other, held(session, row.id)) for row, n in session.execute(mine)]
