"""The database takes all of a piece of work or nothing, and its errors never hold what was in it."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from app.errors import RecordsError
from app.records.database import Database
from app.records.models import Patient
from tests.keys import records


def test_a_failed_piece_of_work_leaves_nothing_behind(database: Database) -> None:
    """Half a case would be worse than none, which goes to the spool."""
    with pytest.raises(RecordsError):
        _half_a_piece_of_work(database)
    with database.transaction() as session:
        assert session.get(Patient, "p1") is None


def _half_a_piece_of_work(database: Database) -> None:
    with database.transaction() as session:
        session.add(Patient(id="p1"))
        session.flush()
        session.execute(text("insert into nowhere values (1)"))


def test_an_error_never_repeats_a_patients_words(database: Database) -> None:
    """SQLAlchemy prints statement and parameters unless it is told not to; the error goes to the log."""
    with pytest.raises(RecordsError) as caught, database.transaction() as session:
        session.execute(text("insert into nowhere values (:words)"), {"words": "I want to die"})
    assert "die" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_held_database_gives_up_within_its_limit(tmp_path: Path) -> None:
    """A card waits for its case 300 ms at most; then the spool takes it."""
    made = records(tmp_path / "held.db", lock_wait_s=0.05)
    made.migrate()
    other = sqlite3.connect(tmp_path / "held.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordsError), made.transaction() as session:
        session.get(Patient, "p1")
    other.close()
    made.close()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    """The chat page, the library and the queue are read while a long import writes."""
    made = records(tmp_path / "held.db", lock_wait_s=0.05)
    made.migrate()
    other = sqlite3.connect(tmp_path / "held.db")
    other.execute("BEGIN IMMEDIATE")
    with made.reading() as session:
        assert session.get(Patient, "p1") is None
    other.close()
    made.close()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    """Every start migrates."""
    with database.transaction() as session:
        session.add(Patient(id="p1"))
    database.migrate()
    with database.transaction() as session:
        assert session.get(Patient, "p1") is not None


def test_a_database_that_cannot_be_opened_is_a_clear_error(broken: Database) -> None:
    """The start must say what is wrong, not print a traceback."""
    with pytest.raises(RecordsError, match="OperationalError"):
        broken.migrate()
