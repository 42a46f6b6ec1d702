"""A server is killed at each step of a publishing: `python -m benchmarks.publish_kills` does the same many times over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.publish_kills import STEPS, Worker


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Processes on one data folder."""
    folder: Path = tmp_path_factory.mktemp("publish_kills")
    made = Worker(folder / "data")
    yield made
    made.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_publishing_that_is_killed_leaves_the_old_text_or_the_new_one(step: str, worker: Worker) -> None:
    """Never a mix: after the start served set, history and index fit together, and what was not published can be."""
    assert worker.round(step).wrong == ""
