"""The server is killed in the middle of an escalation, twice: `python -m benchmarks.kills` does the same a hundred times."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.kills import Nursery, one_round, webhook


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Servers on one data folder, and a webhook that they call."""
    folder: Path = tmp_path_factory.mktemp("kills")
    with webhook() as hook:
        made = Nursery(folder / "data", hook)
        yield made
        made.close()


@pytest.mark.parametrize("step", ["case stored", "case spooled"])
def test_a_server_killed_in_an_escalation_loses_nothing(step: str, nursery: Nursery) -> None:
    """After the restart: exactly one case, its notice, and the card on the patient's page."""
    assert one_round(nursery, step).wrong == ""
