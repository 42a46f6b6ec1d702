"""What the care team writes for itself: notes, follow-ups, hand-overs, reply templates and the clinic's procedures.

Nothing here is ever shown to a patient by itself; a template reaches one only as part of a reply that a person sends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.records.audit import record
from app.records.care_tables import HandoverRow, NoteRow, ProcedureRow, ReminderRow, TemplateRow
from app.records.database import Database
from app.records.models import Staff, now


@dataclass(frozen=True, slots=True)
class Note:
    """A note for colleagues, with the name of who wrote it."""

    id: int
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """A follow-up that somebody set for a case."""

    id: int
    case_id: str
    staff_id: str
    by: str
    due: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What someone left for the next shift."""

    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Template:
    """A reply to begin from; `pathway` is empty where it suits all."""

    id: int
    title: str
    text: str
    language: str
    pathway: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """What the clinic's team does on a pathway, by whom it was written and when."""

    pathway: str
    text: str
    by: str
    updated: datetime


class TeamNotes:
    """Notes and follow-ups on cases, and hand-overs; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, case_id: str, who: str, text: str) -> None:
        """Add a note to a case; ValueError where it says nothing."""
        with self._database.transaction() as session:
            session.add(NoteRow(case_id=case_id, staff_id=who, text=_said(text)))
            record(session, who, "case.noted", case_id)

    def remind(self, case_id: str, who: str, due: datetime, text: str) -> None:
        """Set a follow-up for a case, open or closed; ValueError where it lies in the past or says nothing."""
        if due <= now():
            raise ValueError("a follow-up must lie in the future")
        with self._database.transaction() as session:
            session.add(ReminderRow(case_id=case_id, staff_id=who, due=due, text=_said(text)))
            record(session, who, "case.reminder_set", case_id)

    def done(self, reminder_id: int, who: str) -> None:
        """Tick a follow-up off; doing it twice is doing it once."""
        with self._database.transaction() as session:
            row = session.get(ReminderRow, reminder_id)
            if row is None or row.done:
                return
            row.done = now()
            record(session, who, "case.reminder_done", row.case_id)

    def hand_over(self, who: str, text: str) -> None:
        """Leave a text for the next shift; ValueError where it says nothing."""
        with self._database.transaction() as session:
            session.add(HandoverRow(staff_id=who, text=_said(text)))
            record(session, who, "handover.written", who)


class ClinicTexts:
    """Reply templates and procedures as the clinic wrote them; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def templates(self) -> Sequence[Template]:
        """Every template, by title."""
        with self._database.reading() as session:
            rows = session.scalars(select(TemplateRow).order_by(TemplateRow.title, TemplateRow.id))
            return [Template(row.id, row.title, row.text, row.language, row.pathway) for row in rows]

    def save_template(self, template: Template, who: str) -> None:
        """Write a template, a new one where its id is 0; ValueError where title or text say nothing."""
        title, text = _said(template.title)[:120], _said(template.text)
        with self._database.transaction() as session:
            row = session.get(TemplateRow, template.id) if template.id else None
            if row is None:
                row = TemplateRow(title=title, text=text, by=who)
                session.add(row)
            row.title, row.text, row.by, row.updated = title, text, who, now()
            row.language, row.pathway = template.language, template.pathway
            session.flush()
            record(session, who, "template.saved", str(row.id))

    def delete_template(self, template_id: int, who: str) -> None:
        """Take a template away; what was sent from it stays with the patient."""
        with self._database.transaction() as session:
            if (row := session.get(TemplateRow, template_id)) is not None:
                session.delete(row)
                record(session, who, "template.deleted", str(template_id))

    def procedures(self) -> dict[str, Procedure]:
        """The procedures by pathway; pathways that nobody wrote one for are missing."""
        with self._database.reading() as session:
            rows = session.execute(select(ProcedureRow, Staff.name).join(Staff, Staff.id == ProcedureRow.by))
            return {row.pathway: Procedure(row.pathway, row.text, name, row.updated) for row, name in rows}

    def save_procedure(self, pathway: str, text: str, who: str) -> None:
        """Write the procedure of a pathway; an empty text takes it away."""
        with self._database.transaction() as session:
            row = session.get(ProcedureRow, pathway)
            if row is not None and not text.strip():
                session.delete(row)
            elif row is not None:
                row.text, row.by, row.updated = text.strip(), who, now()
            elif text.strip():
                session.add(ProcedureRow(pathway=pathway, text=text.strip(), by=who))
            record(session, who, "procedure.saved", pathway)


def notes_of(session: Session, case_id: str) -> tuple[Note, ...]:
    """The notes of a case, oldest first."""
    found = select(NoteRow, Staff.name).join(Staff, Staff.id == NoteRow.staff_id).where(NoteRow.case_id == case_id).order_by(NoteRow.id)
    return tuple(Note(row.id, name, row.text, row.created) for row, name in session.execute(found))


def reminders(session: Session, case_id: str = "", due_by: datetime | None = None) -> tuple[Reminder, ...]:
    """Follow-ups that are not done, soonest first: of one case, or those due by a moment."""
    found = select(ReminderRow, Staff.name).join(Staff, Staff.id == ReminderRow.staff_id).where(ReminderRow.done.is_(None))
    found = found.where(ReminderRow.case_id == case_id) if case_id else found
    found = found.where(ReminderRow.due <= due_by) if due_by else found
    rows = session.execute(found.order_by(ReminderRow.due, ReminderRow.id))
    return tuple(Reminder(row.id, row.case_id, row.staff_id, name, row.due, row.text) for row, name in rows)


def latest_handover(session: Session) -> Handover | None:
    """The newest hand-over, or None before the first."""
    found = select(HandoverRow, Staff.name).join(Staff, Staff.id == HandoverRow.staff_id).order_by(HandoverRow.id.desc()).limit(1)
    row = session.execute(found).first()
    return Handover(row[1], row[0].text, row[0].created) if row else None


def _said(text: str) -> str:
    """The text without blank ends; ValueError where nothing is left."""
    if not text.strip():
        raise ValueError("there is nothing to save yet")
    return text.strip()
