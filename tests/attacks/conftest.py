"""One server for all attacks, with the finest log, so that what they make it write can be read afterwards."""

from collections.abc import Iterator

import pytest

from tests import served
from tests.served import Served


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product on one article."""
    data_dir = tmp_path_factory.mktemp("target") / "data"
    served.fill(data_dir)
    running = served.start(data_dir, CARELIGHT_LOG_LEVEL="DEBUG", CARELIGHT_LOG_FORMAT="json")
    yield running
    running.stop()
