"""The audit log: appended with what it stands for, found again, and whole, or it says where it is not."""

import shutil
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from app.errors import NotAllowedError
from app.records import database as database_module
from app.records.audit import AuditLog, Wanted, record
from app.records.audit_proof import AuditProof, checkpoint_in
from app.records.care_tables import AuditRow
from app.records.database import Database
from app.records.models import now

KEY = b"a key that is not in the database"
LENGTH = 7


@pytest.fixture
def log(database: Database) -> AuditLog:
    """A log with a few entries."""
    made = AuditLog(database)
    for number in range(LENGTH):
        made.record(f"staff {number % 2}", "case.read" if number % 3 else "staff.signed_in", f"case {number}")
    return made


@pytest.fixture
def proof(log: AuditLog, database: Database) -> AuditProof:
    """Who proves it."""
    return AuditProof(database, KEY)


def _broken(proof: AuditProof) -> int | None:
    found = proof.verify().broken
    return found.number if found else None


def test_a_log_that_nobody_touched_is_whole(proof: AuditProof) -> None:
    """Every entry, and how many."""
    verdict = proof.verify()
    assert (verdict.broken, verdict.entries, verdict.first, verdict.last) == (None, LENGTH, 1, LENGTH)


def test_what_fails_is_not_recorded_and_leaves_no_gap(log: AuditLog, proof: AuditProof, database: Database) -> None:
    """An entry belongs to its transaction: both or neither."""

    def fails() -> None:
        with database.transaction() as session:
            record(session, "nora", "case.closed", "case 1")
            raise ValueError("the change failed")

    with pytest.raises(ValueError, match="failed"):
        fails()
    log.record("nora", "case.read", "case 2")
    assert (_broken(proof), proof.verify().entries) == (None, LENGTH + 1)


def test_several_entries_of_one_transaction_stand_in_their_order(proof: AuditProof, log: AuditLog, database: Database) -> None:
    """A case that is claimed and answered in one step tells both."""
    with database.transaction() as session:
        record(session, "nora", "one", "x")
        record(session, "nora", "two", "x")
    assert [entry.verb for entry in log.of("x")] == ["one", "two"]
    assert _broken(proof) is None


def test_many_writers_at_once_make_one_chain(proof: AuditProof, database: Database) -> None:
    """Two servers and a command line write into one log."""
    patient = Database(str(database.engine.url), lock_wait_s=20)
    threads = [threading.Thread(target=AuditLog(patient).record, args=(f"actor {n}", "case.read", "case")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    patient.close()
    assert (_broken(proof), proof.verify().entries) == (None, LENGTH + 8)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A database file with a whole log and one checkpoint, to be copied and tampered with."""
    file = Path(shutil.copy(migrated, tmp_path_factory.mktemp("audit") / "whole.db"))
    made = Database(f"sqlite:///{file}")
    for number in range(LENGTH):
        AuditLog(made).record("nora", "case.read", f"case {number}")
    made.close()
    return file


_changes = st.one_of(
    st.tuples(st.just("change"), st.integers(1, LENGTH), st.sampled_from(["actor", "verb", "subject", "created", "hash"])),
    st.tuples(st.just("remove"), st.integers(1, LENGTH), st.just("")),
    st.tuples(st.just("swap"), st.integers(1, LENGTH - 1), st.integers(1, LENGTH)),
    st.tuples(st.just("insert"), st.integers(-1, LENGTH + 1), st.just("")),
)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(change=_changes)
def test_any_single_change_removal_swap_or_insertion_is_found(change: tuple[str, int, str | int], whole: Path, tmp_path: Path) -> None:
    """The law that the whole log stands on."""
    file = Path(shutil.copy(whole, tmp_path / "tampered.db"))
    _tamper(file, *change)
    made = Database(f"sqlite:///{file}")
    found = AuditProof(made, KEY).verify().broken
    made.close()
    assert found is not None


_CHANGES = {
    "actor": "UPDATE audit SET actor = 'x' WHERE id = ?",
    "verb": "UPDATE audit SET verb = 'x' WHERE id = ?",
    "subject": "UPDATE audit SET subject = 'x' WHERE id = ?",
    "created": "UPDATE audit SET created = '2020-01-01 00:00:00.000000' WHERE id = ?",
    "hash": "UPDATE audit SET hash = 'x' WHERE id = ?",
}
_MADE_UP = "INSERT INTO audit (id, actor, verb, subject, created, hash) VALUES (?, 'a', 'b', 'c', '2026-01-01 00:00:00.000000', 'x')"


def _tamper(file: Path, what: str, number: int, how: str | int) -> None:
    """What somebody with the database open in a tool may do."""
    held = sqlite3.connect(file)
    if what == "change":
        held.execute(_CHANGES[str(how)], (number,))
    elif what == "remove":
        held.execute("DELETE FROM audit WHERE id = ?", (number,))
    elif what == "swap":
        other = int(how) if int(how) != number else LENGTH
        held.executemany("UPDATE audit SET id = ? WHERE id = ?", [(1000, number), (number, other), (other, 1000)])
    else:
        held.execute("UPDATE audit SET id = id + 1000 WHERE id >= ?", (number,))
        held.execute("UPDATE audit SET id = id - 999 WHERE id >= 1000")
        held.execute(_MADE_UP, (number,))
    held.commit()
    held.close()


def test_the_first_broken_entry_is_named(proof: AuditProof, database: Database) -> None:
    """Whoever looks into it must know where to begin."""
    with database.transaction() as session:
        session.execute(update(AuditRow).where(AuditRow.id.in_([3, 5])).values(actor="somebody else"))
    assert _broken(proof) == 3


def _rewrite(database: Database, proof: AuditProof, keep: int) -> None:
    """Take away the newest entries as somebody would who knows how the chain is made, head and all."""
    with database.transaction() as session:
        session.execute(text("DELETE FROM audit WHERE id > :keep"), {"keep": keep})
        session.execute(text("UPDATE audit_head SET number = :keep, hash = (SELECT hash FROM audit WHERE id = :keep)"), {"keep": keep})
    assert proof.verify().last in (keep, 0)


def test_a_tail_that_was_taken_away_with_the_head_is_found_by_the_checkpoint(proof: AuditProof, database: Database) -> None:
    """The chain alone cannot know that it was longer once."""
    proof.checkpoint()
    _rewrite(database, proof, LENGTH - 2)
    assert _broken(proof) == LENGTH - 1


def test_a_log_written_anew_is_found_by_a_checkpoint_kept_elsewhere(proof: AuditProof, log: AuditLog, database: Database) -> None:
    """Even where every trace of the checkpoint was taken out of the database too."""
    held = checkpoint_in(f"Keep this.\n{proof.checkpoint()}\n")
    with database.transaction() as session:
        session.execute(text("DELETE FROM audit_checkpoints"))
    _rewrite(database, proof, LENGTH - 1)
    log.record("nora", "case.read", "another case")
    assert proof.verify().broken is None
    found = proof.verify(held).broken
    assert found is not None
    assert found.number == LENGTH


def test_a_forged_checkpoint_is_no_checkpoint(proof: AuditProof, database: Database) -> None:
    """It is signed with a key that is not in the database."""
    AuditProof(database, b"another key").checkpoint()
    assert "not signed by this installation" in str(proof.verify().broken)


def test_a_cut_log_is_whole_from_its_cut_on(proof: AuditProof, log: AuditLog, database: Database) -> None:
    """What was kept long enough may go, and the log says so."""
    with database.transaction() as session:
        session.execute(text("DELETE FROM audit"))
        session.execute(text("UPDATE audit_head SET number = 0, hash = :h"), {"h": "0" * 64})
    for _ in range(3):
        log.record("nora", "case.read", "old")
    border = now()
    log.record("nora", "case.read", "new")
    assert proof.older(border) == 3
    assert proof.cut(border) == 3
    verdict = proof.verify()
    assert (verdict.broken, verdict.first, verdict.last) == (None, 4, 5)
    assert [(entry.verb, entry.subject) for _, entry in log.find(Wanted()).entries] == [("audit.cut", "3"), ("case.read", "new")]


def test_a_checkpoint_kept_elsewhere_is_not_got_rid_of_by_a_cut(proof: AuditProof, log: AuditLog) -> None:
    """Whoever holds the key can sign a cut; the log is then whole by itself, and the checkpoint must not pass in silence."""
    before = proof.checkpoint()
    log.record("nora", "case.read", "case")
    at_the_cut = proof.checkpoint()
    assert proof.cut(now() + timedelta(days=1)) == LENGTH + 1
    assert proof.verify().broken is None
    assert proof.verify(at_the_cut).broken is None
    assert proof.verify(proof.checkpoint()).broken is None
    found = proof.verify(before).broken
    assert found is not None
    assert (found.number, "cut after this checkpoint" in found.problem) == (LENGTH, True)


def test_a_cut_at_a_checkpoints_number_with_another_hash_contradicts_it(proof: AuditProof, log: AuditLog, database: Database) -> None:
    """The log was written anew up to there, and cut."""
    held = proof.checkpoint()
    with database.transaction() as session:
        session.execute(text("DELETE FROM audit_checkpoints"))
    _rewrite(database, proof, LENGTH - 1)
    log.record("nora", "case.read", "another case")
    assert proof.cut(now() + timedelta(days=1)) == LENGTH
    assert proof.verify().broken is None
    found = proof.verify(held).broken
    assert found is not None
    assert (found.number, "something else was signed" in found.problem) == (LENGTH, True)


def test_a_broken_log_is_not_cut(proof: AuditProof, database: Database) -> None:
    """A cut would hide what was done to it."""
    with database.transaction() as session:
        session.execute(update(AuditRow).where(AuditRow.id == 2).values(actor="somebody else"))
    with pytest.raises(NotAllowedError, match="not whole"):
        proof.cut(now())


def test_a_checkpoint_is_due_once_a_day_and_only_after_something_happened(proof: AuditProof, log: AuditLog) -> None:
    """A quiet night sends nothing new."""
    day = timedelta(hours=24)
    assert proof.due(day)
    proof.checkpoint()
    assert not proof.due(timedelta(0))
    log.record("nora", "case.read", "case")
    assert not proof.due(day)
    assert proof.due(timedelta(0))


def test_entries_are_found_by_actor_verb_subject_and_time(log: AuditLog) -> None:
    """By the beginning of a verb and a subject, a page at a time, the newest first."""
    assert [number for number, _ in log.find(Wanted(actor="staff 1")).entries] == [6, 4, 2]
    assert [number for number, _ in log.find(Wanted(verb="staff.")).entries] == [7, 4, 1]
    assert [number for number, _ in log.find(Wanted(subject="case 4")).entries] == [5]
    assert log.find(Wanted(verb="%")).count == 0
    assert log.find(Wanted(since=now())).count == 0
    second = log.find(Wanted(), page=1, size=3)
    assert ([number for number, _ in second.entries], second.count) == ([4, 3, 2], LENGTH)


def test_entries_from_before_the_chain_are_chained_by_the_migration(tmp_path: Path) -> None:
    """Also where a number is missing among them."""
    made = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(database_module.__file__).parent / "migrations"))
    with made.engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for number in (1, 2, 4):
            values = {"n": number, "at": "2026-01-02 03:04:05.678901"}
            connection.execute(text("INSERT INTO audit (id, actor, verb, subject, created) VALUES (:n, 'nora', 'read', 'é', :at)"), values)
    made.migrate()
    AuditLog(made).record("nora", "case.read", "c")
    verdict = AuditProof(made, KEY).verify()
    assert (verdict.broken, verdict.entries) == (None, 4)
    made.close()
