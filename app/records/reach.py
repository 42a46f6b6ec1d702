"""How an escalated patient can be reached, as they left it (rule of care 12): sealed, on their case alone, and not for ever."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from cryptography.fernet import Fernet, InvalidToken

from app.errors import RecordsError
from app.records.care_tables import ReachRow
from app.records.case_rows import add_event, open_case
from app.records.database import Database
from app.records.models import now
from app.records.sealed import DELETED


@dataclass(frozen=True, slots=True)
class Reach:
    """What the patient left; the words stay out of logs, so they are out of `repr` too."""

    phone: str = field(repr=False)
    place: str = field(repr=False)
    message_safe: bool | None
    """Whether it is safe to send a message there; None where they did not say, which is not yes."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to reach them by."""
        return not (self.phone or self.place)


class ReachStore:
    """Keeps and forgets ways to reach patients; RecordsError where the database fails."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._cipher = database, Fernet(key)

    def leave(self, patient_id: str, reach: Reach) -> bool:
        """Keep it on the patient's open case in place of what was there; False where no case is open."""
        sealed = self._cipher.encrypt(json.dumps(asdict(reach)).encode()).decode()
        with self._database.transaction() as session:
            case = open_case(session, patient_id)
            if case is None:
                return False
            session.merge(ReachRow(case_id=case.id, sealed=sealed, created=now()))
            add_event(session, case.id, "reach", actor="patient")
            return True

    def of(self, case_id: str) -> Reach | None:
        """What the patient of that case left; RecordsError where it was sealed with another key."""
        with self._database.reading() as session:
            row = session.get(ReachRow, case_id)
        if row is None or row.sealed == DELETED:
            return None
        try:
            held: Mapping[str, object] = json.loads(self._cipher.decrypt(row.sealed))
        except (InvalidToken, ValueError):
            raise RecordsError("how to reach this patient cannot be opened; put back the file secrets/records it was sealed with") from None
        safe = held["message_safe"]
        return Reach(str(held["phone"]), str(held["place"]), None if safe is None else bool(safe))
