"""What a patient chose about their own words: the text they agreed to, and a pause in which nothing ordinary is kept."""

from dataclasses import dataclass
from datetime import datetime

from app.records.audit import record
from app.records.case_rows import open_case
from app.records.database import Database
from app.records.models import Patient, now
from app.records.owners import ensure_patient


@dataclass(frozen=True, slots=True)
class Choices:
    """How a patient stands. `agreed_to` names the text they agreed to, empty where they did not."""

    agreed_to: str = ""
    agreed: datetime | None = None
    paused: bool = False
    case_open: bool = False


class ChoiceStore:
    """Patients' choices; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, patient_id: str) -> Choices:
        """What that patient chose; of somebody unknown, nothing."""
        with self._database.reading() as session:
            patient = session.get(Patient, patient_id)
            if patient is None:
                return Choices()
            return Choices(patient.agreed_to, patient.agreed, patient.paused, open_case(session, patient_id) is not None)

    def agree(self, patient_id: str, text: str) -> None:
        """The patient agreed to the text of that name."""
        with self._database.transaction() as session:
            patient = ensure_patient(session, patient_id)
            patient.agreed_to, patient.agreed = text, now()
            record(session, patient_id, "consent.given", text)

    def withdraw(self, patient_id: str) -> None:
        """The patient agrees no longer; what was kept until then stays, for them to delete."""
        with self._database.transaction() as session:
            patient = ensure_patient(session, patient_id)
            if patient.agreed_to:
                record(session, patient_id, "consent.withdrawn", patient.agreed_to)
            patient.agreed_to, patient.agreed = "", None

    def pause(self, patient_id: str, on: bool) -> None:
        """From the next message on, nothing ordinary is kept, or all is again."""
        with self._database.transaction() as session:
            ensure_patient(session, patient_id).paused = on
