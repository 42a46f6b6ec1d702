"""The database takes all of a piece of work or nothing, and its errors never hold what was in it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.errors import RecordsError
from app.records.database import Database
from app.records.engines import options
from app.records.models import Patient
from tests.keys import keyring, records


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


def _told(url: str, wait_s: float = 0.3) -> dict[str, Any]:
    """What PostgreSQL's client library is told at each connection."""
    told: dict[str, Any] = options(url, wait_s)["connect_args"]
    return told


def test_postgresql_is_never_waited_for_without_end() -> None:
    """To be reached, for a lock, in a statement, on a network that swallows everything: each by what a lock may take."""
    told = _told("postgresql+psycopg://u@h/db")
    assert told["connect_timeout"] == 2
    assert told["options"] == "-c lock_timeout=300 -c statement_timeout=9000"
    assert told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"] < 30
    assert told["tcp_user_timeout"] == 19_000
    assert _told("postgresql://h/db", 5)["connect_timeout"] == 5


def test_what_the_address_says_of_postgresqls_limits_goes_before_ours() -> None:
    """A clinic far from its database knows better; the last of two options counts."""
    told = _told("postgresql+psycopg://u@h/db?connect_timeout=10&options=-c%20lock_timeout%3D700")
    assert "connect_timeout" not in told
    assert told["options"].endswith("-c lock_timeout=700")


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql+psycopg://u@h/db"])
def test_a_thread_waits_for_a_free_connection_no_longer_than_a_card_may(url: str) -> None:
    """SQLAlchemy's own half a minute is a long time for a card."""
    assert options(url, 0.3)["pool_timeout"] == pytest.approx(3.0)


def test_both_databases_are_opened_with_their_limits(tmp_path: Path) -> None:
    """The records and the keys."""
    made = records(tmp_path / "limits.db", lock_wait_s=0.2)
    keys = keyring(tmp_path / "limits.db")
    waits = [engine.connect().exec_driver_sql("PRAGMA busy_timeout").scalar() for engine in (made.engine, keys.engine)]
    assert waits == [200, 1000]
    assert [getattr(engine.pool, "_timeout", None) for engine in (made.engine, keys.engine)] == [2.0, 10.0]
    made.close()
    keys.close()
