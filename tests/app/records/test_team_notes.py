"""What the team writes for itself: kept with its writer, recorded by ids, never empty."""

from datetime import timedelta

import pytest

from app.errors import RecordsError
from app.records.audit import AuditLog
from app.records.case_board import CaseBoard
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.models import now
from app.records.staff import StaffMember, StaffStore
from app.records.team_notes import ClinicTexts, TeamNotes, Template, latest_handover, notes_of, reminders
from tests.fakes import finding


@pytest.fixture
def nora(database: Database) -> StaffMember:
    """A nurse."""
    staff = StaffStore(database)
    staff.add("nora", "Nora", "care", "correct horse battery")
    return staff.team("care")[0]


@pytest.fixture
def case(database: Database) -> str:
    """An open case."""
    return CaseStore(database).escalate("p1", "c1", [finding()])


def test_a_note_stands_on_its_case_with_its_writer(database: Database, nora: StaffMember, case: str) -> None:
    """Colleagues must know whom to ask."""
    TeamNotes(database).note(case, nora.id, " Called twice. ")
    with database.reading() as session:
        assert [(note.by, note.text) for note in notes_of(session, case)] == [("Nora", "Called twice.")]
    assert [entry.verb for entry in AuditLog(database).of(case)] == ["case.noted"]


@pytest.mark.parametrize("empty", ["", "  \n"])
def test_nothing_is_not_saved(empty: str, database: Database, nora: StaffMember, case: str) -> None:
    """An empty hand-over would hide the one before it."""
    with pytest.raises(ValueError, match="nothing to save"):
        TeamNotes(database).note(case, nora.id, empty)
    with pytest.raises(ValueError, match="nothing to save"):
        TeamNotes(database).hand_over(nora.id, empty)


def test_a_follow_up_is_due_when_its_time_has_come_and_not_before(database: Database, nora: StaffMember, case: str) -> None:
    """And it leaves the queue once somebody did it."""
    notes = TeamNotes(database)
    notes.remind(case, nora.id, now() + timedelta(hours=2), "Call back")
    assert CaseBoard(database).read().due == ()
    with database.reading() as session:
        (reminder,) = reminders(session, due_by=now() + timedelta(hours=3))
        assert (reminder.by, reminder.text, reminder.case_id) == ("Nora", "Call back", case)
    notes.done(reminder.id, nora.id)
    notes.done(reminder.id, nora.id)
    with database.reading() as session:
        assert reminders(session, case) == ()
    assert [entry.verb for entry in AuditLog(database).of(case)] == ["case.reminder_set", "case.reminder_done"]


def test_a_follow_up_in_the_past_is_refused(database: Database, nora: StaffMember, case: str) -> None:
    """A slip of the year would otherwise be due at once, or look done."""
    with pytest.raises(ValueError, match="future"):
        TeamNotes(database).remind(case, nora.id, now() - timedelta(minutes=1), "Call back")


def test_the_newest_hand_over_is_the_one_shown(database: Database, nora: StaffMember) -> None:
    """The next shift reads one text."""
    for text in ("Quiet night.", "Two open cases."):
        TeamNotes(database).hand_over(nora.id, text)
    with database.reading() as session:
        latest = latest_handover(session)
    assert latest is not None
    assert (latest.by, latest.text) == ("Nora", "Two open cases.")


def test_a_template_is_written_changed_and_taken_away(database: Database, nora: StaffMember) -> None:
    """One template stays one, however often it is saved."""
    texts = ClinicTexts(database)
    texts.save_template(Template(0, "Greeting", "Hello", "en", ""), nora.id)
    (made,) = texts.templates()
    texts.save_template(Template(made.id, "Greeting", "Good day", "es", "medical"), nora.id)
    assert texts.templates() == [Template(made.id, "Greeting", "Good day", "es", "medical")]
    texts.delete_template(made.id, nora.id)
    assert texts.templates() == []


def test_a_procedure_is_kept_by_pathway_and_an_empty_one_is_none(database: Database, nora: StaffMember) -> None:
    """The case then says that nobody has written one."""
    texts = ClinicTexts(database)
    texts.save_procedure("medical", "Call 911.", nora.id)
    texts.save_procedure("medical", "Call 911 first.", nora.id)
    assert [(p.text, p.by) for p in texts.procedures().values()] == [("Call 911 first.", "Nora")]
    texts.save_procedure("medical", " ", nora.id)
    assert texts.procedures() == {}


def test_a_failing_database_is_told(broken: Database) -> None:
    """The desk then says so, and keeps what was typed."""
    with pytest.raises(RecordsError):
        TeamNotes(broken).hand_over("nora", "Two open cases.")
