"""What a running server does by itself: the index follows the served set, and a chore that breaks is tried again."""

import logging
import threading
from datetime import timedelta

import pytest

from app.errors import RecordsError
from app.records.models import now
from app.records.reach import Reach
from app.upkeep import Upkeep
from app.watch import Watch
from app.wiring import Application
from retrieval.index import IndexUnusableError, SyncReport
from tests.fakes import article, finding, settle


class _Indexed(Application):
    """An application that counts instead of writing an index; the vectors are not what is tested here."""

    synced = 0
    works = True

    def sync_index(self, progress: object = None) -> SyncReport:
        self.synced += 1
        if not self.works:
            raise IndexUnusableError("the index was made with another model")
        self.indexed_version = self.library.snapshot().version
        return SyncReport(0, 0, 0)


@pytest.fixture
def indexed(small: Application) -> _Indexed:
    """An application whose index held the served set at start."""
    app = _Indexed(small.settings)
    app.__dict__.update(database=small.database, red_flags=small.red_flags)
    app.indexed_version = app.library.snapshot().version
    return app


def test_the_index_follows_what_is_served_once_a_change(indexed: _Indexed) -> None:
    """`carelight corpus add` beside a running server must become searchable."""
    upkeep = Upkeep(indexed)
    upkeep.once()
    before = indexed.synced
    indexed.add_articles([article("## Overview\n\nNew.\n", slug="new")], "test")
    upkeep.once()
    upkeep.once()
    assert (before, indexed.synced) == (0, 1)


def test_an_index_that_could_not_be_used_at_start_is_left_alone(indexed: _Indexed) -> None:
    """It needs `carelight index rebuild`; writing into it would mix two models' vectors."""
    indexed.indexed_version = None
    upkeep = Upkeep(indexed)
    indexed.add_articles([article("## Overview\n\nNew.\n", slug="new")], "test")
    upkeep.once()
    assert indexed.synced == 0


def test_a_sync_that_fails_is_tried_again(indexed: _Indexed) -> None:
    """One bad second must not leave the new article unfindable until the next start."""
    upkeep, indexed.works = Upkeep(indexed), False
    indexed.add_articles([article("## Overview\n\nNew.\n", slug="new")], "test")
    upkeep.once()
    indexed.works = True
    upkeep.once()
    upkeep.once()
    assert indexed.synced == 2


def test_it_ends_when_it_is_told_to(indexed: _Indexed) -> None:
    """A thread that goes on would write to a closed database."""
    upkeep = Upkeep(indexed)
    upkeep.start()
    upkeep.stop()
    assert not upkeep.running


# Any watch


def test_a_chore_that_breaks_does_not_end_the_others_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """One chat that cannot be worked must stop nothing else, nor put its words into the log, nor fill it."""
    done: list[str] = []

    def breaks() -> None:
        raise RuntimeError("the patient's words")

    watch = Watch("test", {"breaks": breaks, "works": lambda: done.append("done")})
    with caplog.at_level(logging.ERROR, "carelight.test"):
        watch.once()
        watch.once()
    assert done == ["done", "done"]
    assert [record.getMessage().startswith("breaks: RuntimeError") for record in caplog.records] == [True]
    assert "words" not in caplog.text


def test_a_problem_that_comes_back_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    """The second outage of a night is news."""
    fails = [True, False, True]

    def chore() -> None:
        if fails.pop(0):
            raise RecordsError("the database is away")

    watch = Watch("test", {"chore": chore})
    with caplog.at_level(logging.ERROR, "carelight.test"):
        for _ in range(3):
            watch.once()
    assert [record.getMessage() for record in caplog.records] == ["chore: the database is away"] * 2


def test_whoever_is_woken_looks_at_once() -> None:
    """A new case does not wait for the next second."""
    looked = threading.Semaphore(0)
    watch = Watch("test", {"look": looked.release}, every_s=60)
    watch.start()
    watch.wake()
    assert looked.acquire(timeout=10)
    watch.stop()
    assert not watch.running


def test_what_a_patient_left_to_be_reached_by_is_deleted_in_time(small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was given for one trouble, not for ever (rule of care 12); an hour later is soon enough."""
    case = small.case_store.escalate("p1", "c1", [finding()])
    small.reach.leave("p1", Reach("+1 555 0100", "", True))
    settle(small.database, case)
    upkeep = Upkeep(small)
    upkeep.once()
    assert small.reach.of(case) is not None
    later = now() + timedelta(days=small.settings.reach_days, hours=1)
    monkeypatch.setattr("app.upkeep.now", lambda: later)
    upkeep.once()
    assert small.reach.of(case) is None
