"""Patients' words at rest: never plain in any file, opened where they are read, refused where they would be stored plain."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, text, update

from app.errors import DataFolderError, RecordsError
from app.journal import Reply
from app.records import sealing
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import FindingRow, SealingRow, Turn
from app.records.sealed import DELETED, Sealed, UnsealedError, of_chat, under
from app.records.team_notes import TeamNotes
from guardrails.explain import Explanation
from guardrails.level import Evidence, Profile
from tests.fakes import finding
from tests.keys import keyring, records

CANARY = "zanahoria-canary"


def write(database: Database) -> None:
    """Everything that a patient's words go into, and what a nurse writes about them."""
    chats, cases = ConversationStore(database), CaseStore(database)
    turn = chats.receive("p1", "c1", f"my {CANARY} hurts")
    chats.record(turn, Reply("r1", "answer", f"about {CANARY}", {"text": CANARY}))
    chats.ask(turn, Reply("r2", "question", CANARY, {"questions": [], "answers": {}}), ["k"], held_back=False)
    chats.answered("p1", "c1", {"k": CANARY})
    chats.set_profile("p1", Profile(region=CANARY))
    case = cases.escalate("p1", "c1", [replace(finding(), evidence=(Evidence(0, 3, 9, CANARY),))])
    cases.explain("c1", {"heart-attack": told(CANARY)})
    TeamNotes(database).note(case, "nora", CANARY)
    TeamNotes(database).hand_over("nora", CANARY)


def told(words: str) -> Explanation:
    """Why a rule fired, with words in it."""
    return Explanation("", "heart-attack", 1, (words,), (), {}, ())


def files_with(folder: Path, words: str) -> list[str]:
    """Every file below a folder that holds those words."""
    return [file.name for file in sorted(folder.rglob("*")) if file.is_file() and words.encode() in file.read_bytes()]


@pytest.fixture(autouse=True)
def _nora(request: pytest.FixtureRequest) -> None:
    """A nurse who may write."""
    if "database" in request.fixturenames:
        hire(request.getfixturevalue("database"))


def hire(database: Database) -> None:
    """Nora, by her id."""
    with database.engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO staff (id, login, name, title, lead, role, password_hash, disabled, created) "
                "VALUES ('nora', 'nora', 'Nora', '', 0, 'care', '!', 0, '2026-01-01')"
            )
        )


def test_no_file_of_the_data_folder_holds_a_patients_words(database: Database, tmp_path: Path) -> None:
    """Database, its log, and whatever else stands beside it."""
    write(database)
    assert files_with(tmp_path, "p1")  # the files are read, and hold what is not words
    assert files_with(tmp_path, CANARY) == []


def test_what_was_sealed_reads_as_it_was_written(database: Database) -> None:
    """Nobody above the tables knows of it."""
    write(database)
    chat = ConversationStore(database).chat("c1")
    assert chat is not None
    assert [entry.text for entry in chat.entries] == [f"my {CANARY} hurts", f"about {CANARY}", CANARY]
    assert chat.entries[1].body == {"text": CANARY}
    assert ConversationStore(database).profile("p1").region == CANARY
    [why] = CaseStore(database).why(CaseStore(database).queue()[0].id)
    assert why.finding.evidence[0].text == CANARY
    assert why.told["words"] == [CANARY]


def test_a_plain_value_from_a_bulk_update_is_refused(database: Database) -> None:
    """Loudly: it is a mistake in our code, and never stored plain."""
    write(database)
    with pytest.raises(UnsealedError, match="plain value"), database.transaction() as session:
        session.execute(update(Turn).values(text="plain"))
    with database.transaction() as session:
        session.execute(update(FindingRow).values(why=under(of_chat("c1"), {"a": "b"})))
        assert session.scalars(select(FindingRow.why)).all() == [{"a": "b"}]


def test_a_plain_value_that_stands_there_is_refused(database: Database) -> None:
    """There is no way back to plain words."""
    write(database)
    with database.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE turns SET text = 'plain'"))
    with pytest.raises(RecordsError, match="is not sealed"):
        ConversationStore(database).chat("c1")


def test_words_whose_key_is_destroyed_read_as_deleted(database: Database, tmp_path: Path) -> None:
    """Every reader goes on: a page must not fall over what is gone."""
    write(database)
    keyring(tmp_path / "test.db").destroy([of_chat("c1")])
    database_again = records(tmp_path / "test.db")
    chat = ConversationStore(database_again).chat("c1")
    assert chat is not None
    assert chat.entries[0].text == DELETED
    [why] = CaseStore(database_again).why(CaseStore(database_again).queue()[0].id)
    assert why.finding.evidence == ()


def test_every_sealed_column_is_bound_to_its_own_place() -> None:
    """A copied name would let values be moved between columns."""
    places = [(cast("Sealed", column.type).place, f"{column.table.name}.{column.name}") for _, column in sealing.sealed_columns()]
    assert len(places) > 10
    assert [place for place, where in places if place != where] == []


def plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database as the version before wrote it: the same rows, with their words plain."""
    file = tmp_path / "old.db"
    made = records(file)
    made.migrate()
    hire(made)
    write(made)
    keys = keyring(file)
    opened = []
    for _, column in sealing.sealed_columns():
        table, key = column.table.name, next(iter(column.table.primary_key)).name
        with made.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"SELECT {key}, {column.name} FROM {table} WHERE {column.name} LIKE 's1|%'").all()  # noqa: S608
        opened += [(table, column.name, key, row[0], keys.open(row[1], cast("Sealed", column.type).place)) for row in rows]
    made.close()
    with closing(sqlite3.connect(file)) as old, old:
        for table, name, key, which, words in opened:
            old.execute(f"UPDATE {table} SET {name} = ? WHERE {key} = ?", (words, which))  # noqa: S608
    return file


def test_a_database_of_before_is_sealed_at_start_and_keeps_no_plain_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed half way it goes on; in the end no file holds a word, and everything reads as before."""
    file = plain_folder(tmp_path, monkeypatch)
    assert files_with(tmp_path, CANARY) == ["old.db"]
    database = records(file)
    monkeypatch.setattr(sealing, "_BATCH", 1)
    calls = []

    def killed(*arguments: Any) -> int:
        calls.append(1)
        if len(calls) > 4:
            raise KeyboardInterrupt
        return batch(*arguments)

    batch = sealing._seal_batch
    monkeypatch.setattr(sealing, "_seal_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        sealing.bring_in(database, keyring(file))
    monkeypatch.setattr(sealing, "_seal_batch", batch)
    assert sealing.bring_in(database, keyring(file)) > 0
    assert files_with(tmp_path, CANARY) == []
    assert sealing.bring_in(database, keyring(file)) == 0
    chat = ConversationStore(database).chat("c1")
    assert chat is not None
    assert chat.entries[0].text == f"my {CANARY} hurts"
    assert ConversationStore(database).profile("p1").region == CANARY
    database.close()


def test_records_are_not_served_with_another_key_store(tmp_path: Path) -> None:
    """Every word would read as deleted, and new ones be sealed with keys that go astray."""
    database = records(tmp_path / "a.db")
    database.migrate()
    sealing.bring_in(database, keyring(tmp_path / "a.db"))
    with pytest.raises(DataFolderError, match="not that of these records"):
        sealing.bring_in(database, keyring(tmp_path / "b.db"))
    with database.reading() as session:
        assert session.get_one(SealingRow, 1).sealed is not None


def test_a_form_of_sealed_value_that_forgets_the_deleted_cannot_be_made() -> None:
    """It would fail when the first chat is deleted, on the page of whoever reads it."""

    class Half(Sealed):
        """Says how a value is stored and read, and not what stands in the place of one whose key is gone."""

        def _plain(self, value: Any) -> str:
            return str(value)

        def _read(self, text: str) -> str:
            return text

    with pytest.raises(TypeError, match="_gone"):
        Half("turns.text")  # type: ignore[abstract]
