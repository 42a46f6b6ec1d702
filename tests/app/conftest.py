"""What the tests of `app` share: a small world, a database that fails, and the real rules read once."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from app import cli, offline
from app.records.database import Database
from app.settings import Settings
from app.wiring import Application
from guardrails import red_flags
from guardrails.red_flags import RedFlagRules
from tests.app.turns import GOUT, MemoryFinder, WordSearch, World
from tests.fakes import HashingEmbedder
from tests.keys import records

_SET_BY_PREPARE = (
    "CHAINLIT_APP_ROOT",
    "TIKTOKEN_CACHE_DIR",
    "NICEGUI_STORAGE_PATH",
    "HF_HUB_OFFLINE",
    "TOKENIZERS_PARALLELISM",
    "LITERAL_API_KEY",
    "LANGSMITH_TRACING",
    "LANGCHAIN_TRACING_V2",
)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied: migrating one for each of some hundred tests takes long."""
    file = tmp_path_factory.mktemp("migrated") / "records.db"
    made = records(file)
    made.migrate()
    made.close()
    return file


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with all tables."""
    made = records(shutil.copy(migrated, tmp_path / "test.db"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 with the least work: it is slow on purpose, and these tests hash a lot."""
    monkeypatch.setattr("app.records.staff.PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Database]:
    """A database that nothing can be read from or written to: its folder does not exist."""
    made = records(tmp_path / "gone" / "records.db")
    yield made
    made.close()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """A clinic with one article on gout."""
    made = World(database, tmp_path)
    yield made
    made.screener.close()


@pytest.fixture(scope="session")
def rule_layer() -> RedFlagRules:
    """The rules that ship; compiling them costs a second."""
    return red_flags.load()


@pytest.fixture
def kept_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back after the test what `offline.prepare` sets or removes."""
    for name in _SET_BY_PREPARE:
        monkeypatch.setenv(name, os.environ.get(name, ""))


@pytest.fixture
def small(tmp_path: Path, migrated: Path, rule_layer: RedFlagRules) -> Iterator[Application]:
    """An application with one article, on a search in memory, with rules and numbers that are read already."""
    settings = Settings(data_dir=tmp_path / "data", region="US", clinic="Elm Street")
    app = Application(settings, make_embedder=lambda _model: HashingEmbedder())
    settings.data_dir.mkdir()
    shutil.copy(migrated, settings.data_dir / "carelight.db")
    app.__dict__["database"] = Database(settings.database, keyring=app.keyring)
    app.add_articles([GOUT], "test")
    app.__dict__.update(red_flags=rule_layer)
    app._search = WordSearch(MemoryFinder(app.library.snapshot()))
    yield app
    app.close()


@pytest.fixture
def site(small: Application) -> FastAPI:
    """Our own pages and routes, without the desk and the chat."""
    from app.main import _own_routes
    from app.pages import account, guest, library, my_data, portal, privacy, sign_in, staff_portal, watched

    web = FastAPI()
    for router in (each.routes(small) for each in (watched, library, guest, my_data, privacy, portal, sign_in, staff_portal, account)):
        web.include_router(router)
    _own_routes(web, small)
    return web


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that serves one article and holds its secrets already."""
    data = tmp_path / "data"
    data.mkdir()
    app = Application(Settings(data_dir=data))
    _ = app.secrets
    app.masters.current(may_make=True)
    app.add_articles([GOUT], "test")
    app.close()
    return data


@pytest.fixture
def run(folder: Path, kept_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Runs a command on the data folder; page assets are not what is tested here."""
    monkeypatch.setattr(offline, "prepare", lambda _folder: None)
    handlers = logging.getLogger().handlers[:]

    def command(*arguments: str, text: str = "") -> Result:
        return CliRunner().invoke(cli.cli, [*arguments, "--data-dir", str(folder)], input=text)

    yield command
    logging.getLogger().handlers[:] = handlers
