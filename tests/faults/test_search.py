"""Index or embedding model gone: cards and library pages work, answers say what failed, and the index can be made again."""

import shutil
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import cli
from app.records.database import Database
from app.server.health import FRESH_S
from app.wiring import Application
from tests.app.turns import World
from tests.fakes import HashingEmbedder


class _BrokenEmbedder(HashingEmbedder):
    """A model whose weights cannot be used."""

    def embed(self, texts: object) -> object:  # type: ignore[override]
        raise MemoryError("no room for my chest hurts")


def _say(app: Application, text: str) -> list[str]:
    return [event.reply.kind for event in app.conversation.reply("p1", "c1", text) if hasattr(event, "reply")]


def _indexed(app: Application) -> Path:
    app._search = None
    app.sync_index()
    return app.settings.data_dir / "index"


def _broken_start(app: Application, capsys: pytest.CaptureFixture[str]) -> str:
    """Start as a server does, on what now lies in the folder."""
    app.indexed_version = app._index = app._search = None
    cli._start_index(app)
    return capsys.readouterr().err


def _damage(index: Path) -> None:
    for file in [file for file in index.rglob("*") if file.is_file()]:
        file.write_bytes(b"\x00garbage" * 40)


def test_a_corrupt_index_leaves_cards_and_pages_and_is_made_again(
    small: Application, site: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server is up and says which command mends it; /readyz names the part."""
    _damage(_indexed(small))
    assert "rebuild" in _broken_start(small, capsys)
    assert _say(small, "crushing chest pain down my left arm, sweating") == ["care_card"]
    client = TestClient(site)
    assert client.get("/library/gout").status_code == 200
    assert "1 article for" in client.post("/library/search", data={"q": "gout"}).text
    assert client.get("/readyz").json()["parts"]["index"] != "ok"
    small.rebuild_index()
    time.sleep(FRESH_S + 0.1)
    assert client.get("/readyz").json()["parts"]["index"] == "ok"


def test_an_index_of_another_model_is_refused_with_the_way_out(small: Application, capsys: pytest.CaptureFixture[str]) -> None:
    """Its distances would mean nothing."""
    _indexed(small)
    small.make_embedder = lambda _model: HashingEmbedder("another")
    small.__dict__.pop("embedder")
    assert "carelight index rebuild" in _broken_start(small, capsys)


def test_a_deleted_index_is_made_at_the_next_start(small: Application, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing stands in it that is not in the database."""
    shutil.rmtree(_indexed(small))
    _broken_start(small, capsys)
    assert small.indexed_version == small.library.snapshot().version
    assert small.index.size > 0


def test_an_embedding_model_that_fails_ends_in_words_and_a_closed_turn(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it raises; its message stays out of the log."""

    def fail() -> object:
        return _BrokenEmbedder().embed([])

    parts = world.parts
    object.__setattr__(parts, "search", fail)
    assert world.turn("what is gout").kinds == ["notice"]
    assert world.turn("crushing chest pain").kinds == ["care_card"]
    assert "MemoryError" in caplog.text
    assert "my chest" not in caplog.text
    with world.database.reading() as session:
        states = session.connection().exec_driver_sql("select state from turns").scalars().all()
    assert states == ["done", "done"]


def test_the_librarys_search_goes_by_names_then(small: Application, site: FastAPI) -> None:
    """A reader finds the article they name."""

    class Fails:
        def search(self, *_: object, **__: object) -> object:
            raise MemoryError("gout")

    small._search = Fails()  # type: ignore[assignment]
    assert "1 article for" in TestClient(site).post("/library/search", data={"q": "gout"}).text


def test_a_database_that_another_program_locks_gets_the_card_within_its_time(database: Database, world: World) -> None:
    """Three tenths of a second, then the spool; when the lock is gone the case is stored."""
    import sqlite3
    import time

    path = str(database.engine.url.database)
    world.turn("what is gout")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    outcome = world.turn("crushing chest pain", chat="c2")
    took = time.monotonic() - began
    other.execute("ROLLBACK")
    other.close()
    assert outcome.kinds == ["care_card"]
    assert took < 5
    assert world.desk.replay() == 1
    assert [case.level for case in world.cases.queue()] == ["emergency"]
