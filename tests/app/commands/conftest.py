"""What the tests of commands share: a look into the data folder that a command has worked on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.settings import Settings
from app.wiring import Application
from tests.app.commands.looks import Look


@pytest.fixture
def look(folder: Path) -> Look:
    """Opens the data folder as a server would, and closes it again."""

    @contextmanager
    def opened() -> Iterator[Application]:
        app = Application(Settings(data_dir=folder))
        try:
            yield app
        finally:
            app.close()

    return opened
