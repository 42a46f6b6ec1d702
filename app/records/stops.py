"""When the stop switch was turned, by whom and why; the newest row holds for every server on the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.records.audit import record
from app.records.care_tables import StopRow
from app.records.database import Database


@dataclass(frozen=True, slots=True)
class Turned:
    """One turn of the switch."""

    on: bool
    why: str
    by: str
    """The id of a member of staff, or operator."""
    at: datetime


class StopStore:
    """Turns the switch; RecordsError where the database fails, and then nothing was turned."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> Turned | None:
        """How it stands; None where it was never touched."""
        with self._database.reading() as session:
            row = session.scalar(select(StopRow).order_by(StopRow.id.desc()).limit(1))
            return Turned(row.on, row.why, row.by, row.at) if row is not None else None

    def turn(self, *, on: bool, why: str, by: str) -> None:
        """Turn it, with a reason that colleagues read. ValueError where a stop has none."""
        if on and not why.strip():
            raise ValueError("say why, for whoever finds the assistant stopped")
        with self._database.transaction() as session:
            session.add(StopRow(on=on, why=why.strip()[:500], by=by))
            record(session, by, "assistant.stopped" if on else "assistant.started", "stop switch")
