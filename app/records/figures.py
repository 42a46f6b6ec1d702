"""Cases as facts for the page of figures: times, rules and verdicts, no words of anybody."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import select

from app.escalation.case_state import FalseAlarm, Verdict
from app.escalation.figures import CaseFacts
from app.records.case_rows import as_level
from app.records.database import Database
from app.records.models import Case, FindingRow, Patient
from app.records.owners import MADE_UP, patients


class FigureStore:
    """Reads what figures are made of; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cases(self, since: datetime | None = None, *, demo: bool = False) -> Sequence[CaseFacts]:
        """Cases opened since a moment (all, where none is given): of patients, or those made up for the demo."""
        with self._database.reading() as session:
            chosen = [patients(demo=demo)]
            if since is not None:
                chosen.append(Case.opened >= since)
            rows = list(session.scalars(select(Case).join(Patient, Patient.id == Case.patient_id).where(*chosen).order_by(Case.opened)))
            fired: dict[str, dict[str, None]] = defaultdict(dict)
            of_these = select(FindingRow.case_id, FindingRow.rule).join(Case, Case.id == FindingRow.case_id)
            for case_id, rule in session.execute(
                of_these.join(Patient, Patient.id == Case.patient_id).where(*chosen).order_by(FindingRow.id)
            ):
                fired[case_id][rule] = None
            return [_facts(row, tuple(fired[row.id])) for row in rows]

    def only_demo(self) -> bool:
        """Whether there are cases and all of them were made up."""
        with self._database.reading() as session:
            kinds = select(MADE_UP).join(Case, Case.patient_id == Patient.id).distinct()
            return set(session.scalars(kinds)) == {True}


def _facts(row: Case, rules: tuple[str, ...]) -> CaseFacts:
    return CaseFacts(
        as_level(row.level),
        row.opened,
        row.first_claimed,
        row.first_answered,
        row.closed,
        cast("Verdict | None", row.verdict),
        cast("FalseAlarm | None", row.false_alarm),
        rules,
    )
