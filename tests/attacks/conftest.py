"""One server for all attacks, with the finest log, so that what they make it write can be read afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from app.wiring import Application
from tests.app.turns import GOUT
from tests.server_process import Server, running

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product on one article."""
    data_dir = tmp_path_factory.mktemp("target") / "data"
    _fill(data_dir)
    with running(data_dir, CARELIGHT_LOG_LEVEL="DEBUG", CARELIGHT_LOG_FORMAT="json") as made:
        yield made


def _fill(data_dir: Path) -> None:
    """A data folder with one article, and Nora and Edna who work there."""
    data_dir.mkdir(parents=True)
    app = Application(Settings(data_dir=data_dir))
    app.add_articles([GOUT], "test")
    for login, role in (("nora", "care"), ("edna", "editor")):
        app.staff.add(login, login.capitalize(), role, PASSWORD)
    app.close()
