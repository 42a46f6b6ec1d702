"""What every test shares: no network but this machine, no settings from the environment, a data folder of its own."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from app.records.database import Database
from app.settings import Settings
from app.wiring import Application
from tests.fakes import HashingEmbedder
from tests.keys import records

_LOCAL = ("127.0.0.1", "::1", "localhost")
SHARED_DATA = Path(__file__).parent.parent.parent / "shared" / "data"

for _name in [name for name in os.environ if name.startswith("CARELIGHT_")]:
    del os.environ[_name]


_BROWSER = "tests/browser/"
_DESKS = ("test_care_desk", "test_editor_desk", "test_insight_pages", "test_person_in_chat", "test_rules_page")


class WholeFiles(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Each file goes whole to one worker; those in a browser make two shares, of the desks and the rest, each with one server."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if not file.startswith(_BROWSER):
            return file
        return f"{_BROWSER}desks" if Path(file).stem in _DESKS else f"{_BROWSER}chat"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> WholeFiles:
    """How `make test` shares the tests among its workers (the marks of xdist's own groups do not reach pytest 9.2)."""
    return WholeFiles(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's come last: Playwright leaves an event loop and its greenlets in the thread, which others stumble over."""
    items.sort(key=lambda item: item.nodeid.startswith(_BROWSER))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for another machine fails at once."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and address[0] not in _LOCAL:
            raise OSError(f"tests may not connect to {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", local_only)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh database with all tables."""
    made = records(tmp_path / "test.db")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a data folder of their own and a US clinic."""
    return Settings(data_dir=tmp_path / "data", region="US")


@pytest.fixture
def application(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """A whole application on the starter corpus, with a hashing embedder in the model's place."""
    for name in ("CHAINLIT_APP_ROOT", "TIKTOKEN_CACHE_DIR", "NICEGUI_STORAGE_PATH"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    app = Application(settings, make_embedder=lambda _model: HashingEmbedder())
    app.initialise()
    yield app
    app.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of labelled data; tests that need it skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the labelled data in {SHARED_DATA} is not here")
    return SHARED_DATA
