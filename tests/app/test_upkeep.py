"""What a running server does by itself: spooled cases reach the desk, and the index follows the served set."""

import logging
from datetime import timedelta

import pytest

from app.cases import CaseDesk
from app.journal import OpenTurn
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.models import now
from app.records.reach import Reach
from app.records.spool import Spool
from app.upkeep import Upkeep
from app.wiring import Application
from guardrails.level import Profile
from retrieval.index import IndexUnusableError, SyncReport
from tests.fakes import article, finding, settle


def _spooled(app: Application, broken: Database) -> CaseDesk:
    """A desk during an outage, on the application's own spool, that has taken one escalation."""
    desk = CaseDesk(CaseStore(broken), Spool(app.settings.data_dir / "spool", app.secrets.spool))
    desk.escalate(OpenTurn("c1", "p1", "t1", ("…",), Profile(), -1, {}, (), released=False), [finding()])
    return desk


def test_a_spooled_case_reaches_the_desk_without_a_restart(small: Application, broken: Database) -> None:
    """The database was held for a second; the nurse must not wait for the next start (promise 3)."""
    _spooled(small, broken)
    Upkeep(small).once()
    assert [case.level for case in small.case_store.queue()] == ["emergency"]


def test_while_the_records_fail_it_complains_once_and_keeps_the_case(
    small: Application, broken: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A line a second would bury everything else in the log."""
    working = small.case_desk
    small.__dict__["case_desk"] = _spooled(small, broken)
    upkeep = Upkeep(small)
    with caplog.at_level(logging.ERROR, "carelight.upkeep"):
        upkeep.once()
        upkeep.once()
    assert len([record for record in caplog.records if record.name == "carelight.upkeep"]) == 1
    assert working.replay() == 1


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
    app.__dict__["database"] = small.database
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
    assert not upkeep._thread.is_alive()


def test_a_chore_that_breaks_does_not_end_the_others(small: Application, caplog: pytest.LogCaptureFixture, broken: Database) -> None:
    """One chat that cannot be worked must not stop spooled cases from reaching the desk, nor put its words into the log."""

    def breaks(before: object) -> list[tuple[str, str]]:
        raise RuntimeError("the patient's words")

    _spooled(small, broken)
    small.conversations.left_unanswered = breaks  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR, "carelight.upkeep"):
        Upkeep(small).once()
    assert [case.level for case in small.case_store.queue()] == ["emergency"]
    assert "RuntimeError" in caplog.text
    assert "words" not in caplog.text


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
