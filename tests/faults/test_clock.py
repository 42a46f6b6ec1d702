"""The clock jumps: nobody's alarm rests for as long as the jump, and nothing is told twice for it."""

from datetime import timedelta

import pytest

from app.records.database import Database
from app.records.models import now
from app.records.notifications import Notice, NotificationStore, enqueue
from app.watch import AtMostEvery
from tests.app.records.test_alarms import Desk

DAY = 24 * 60


@pytest.fixture
def desk(database: Database) -> Desk:
    """An empty desk."""
    return Desk(database)


def test_set_back_a_new_case_is_told_at_once_and_is_late_in_time(desk: Desk) -> None:
    """The patient wrote "tomorrow"; their two minutes count from the jump."""
    desk.open(minute=DAY)
    assert desk.look(DAY) == [("opened", "0-1")]
    assert desk.look(0) == []
    assert desk.look(1) == []
    assert [kind for kind, _ in desk.look(3)] == ["late"]


def test_set_back_a_claim_does_not_hold_the_alarms_for_a_day(desk: Desk) -> None:
    """It holds them for half a target."""
    desk.look(DAY)
    case = desk.open(minute=DAY)
    desk.look(DAY)
    desk.work.claim(case, "nora")
    desk.look(-3)
    assert [kind for kind, _ in desk.look(0)] == ["late"]


def test_set_forward_a_case_is_late_once(desk: Desk) -> None:
    """Too early is better than too late; the next look tells nothing more."""
    desk.open(minute=0)
    desk.look(0)
    assert len(desk.look(3)) == 1
    assert desk.look(3.1) == []


def test_set_back_a_notice_that_is_to_be_tried_again_is_tried_now(database: Database) -> None:
    """Its next try lay two minutes ahead, and would lie a day ahead."""
    store, at = NotificationStore(database), now()
    with database.transaction() as session:
        enqueue(session, "x", ["channel"], Notice("test"), at + timedelta(days=1))
    assert len(store.lease({"channel": 5}, at)) == 1


def test_set_back_an_hourly_chore_is_done(desk: Desk) -> None:
    """And set forward too."""
    hourly, done = AtMostEvery(timedelta(hours=1)), []
    for minutes in (DAY, DAY + 1, 0, 1, 2 * DAY):
        hourly.do(desk.at(minutes), lambda: done.append(1))
    assert len(done) == 3
