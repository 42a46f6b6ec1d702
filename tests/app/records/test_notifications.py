"""The outbox: each notice once in it, each sent at least once, by whichever process takes it first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.records.care_tables import NotificationRow
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.models import now
from app.records.notifications import GIVE_UP, LEASE, Notice, NotificationStore
from tests.fakes import finding, settle

AT = now()
NOTICE = Notice("opened", "emergency", AT)
ROOM = {"a": 4, "b": 4}


@pytest.fixture
def outbox(database: Database) -> NotificationStore:
    """An empty outbox."""
    return NotificationStore(database)


def _states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(NotificationRow.state).order_by(NotificationRow.id)))


def test_the_same_notice_is_queued_once(outbox: NotificationStore) -> None:
    """Two replicas look at the same case in the same second."""
    assert outbox.enqueue("case:1", ["a", "b"], NOTICE, AT) == 2
    assert outbox.enqueue("case:1", ["a", "b"], NOTICE, AT) == 0
    assert outbox.enqueue("case:2", ["a"], NOTICE, AT) == 1


def test_of_several_who_look_at_once_one_sends(outbox: NotificationStore) -> None:
    """Each notice must go out once while all goes well."""
    outbox.enqueue("case:1", ["a", "b"], NOTICE, AT)
    with ThreadPoolExecutor(6) as processes:
        taken = list(processes.map(lambda _: outbox.lease(ROOM, AT), range(6)))
    assert sorted(leased.channel for found in taken for leased in found) == ["a", "b"]


def test_a_notice_comes_back_as_it_was(outbox: NotificationStore) -> None:
    """Level and wait are worded when it is sent."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    assert outbox.lease(ROOM, AT)[0].notice == NOTICE


def test_one_whose_sender_died_is_due_when_the_lease_ends(outbox: NotificationStore) -> None:
    """At least once."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    outbox.lease(ROOM, AT)
    assert outbox.lease(ROOM, AT + LEASE / 2) == []
    assert [leased.attempts for leased in outbox.lease(ROOM, AT + LEASE)] == [2]


def test_a_server_that_starts_sends_at_once_what_another_had_under_way(outbox: NotificationStore) -> None:
    """Half a minute is a quarter of an emergency's target."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    outbox.lease(ROOM, AT)
    outbox.release(AT)
    assert len(outbox.lease(ROOM, AT)) == 1


def test_what_was_sent_is_done(outbox: NotificationStore, database: Database) -> None:
    """Nothing is sent again, and the desk shows no trouble."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    outbox.sent(outbox.lease(ROOM, AT)[0].id, AT)
    assert outbox.lease(ROOM, AT + timedelta(hours=1)) == []
    assert (_states(database), outbox.failing(AT + timedelta(hours=1))) == (["sent"], [])


def test_a_channel_without_room_is_left_alone(outbox: NotificationStore) -> None:
    """A hanging channel's notices wait; the others' go out."""
    outbox.enqueue("case:1", ["a", "b"], NOTICE, AT)
    assert [leased.channel for leased in outbox.lease({"b": 1}, AT)] == ["b"]


def test_each_failure_waits_longer_than_the_one_before(outbox: NotificationStore, database: Database) -> None:
    """From seconds to at most three minutes, so that an hour's outage costs minutes, and hammers nobody."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    at, waits = AT, []
    for _ in range(12):
        outbox.failed(outbox.lease(ROOM, at)[0].id, "no connection", at)
        with database.reading() as session:
            due = session.scalars(select(NotificationRow.next_try)).one()
        waits.append((due - at).total_seconds())
        at = due
    assert waits[0] <= 3
    assert waits[5] > waits[0] * 5
    assert 60 <= max(waits) <= 180


def test_a_failing_channel_is_told_with_since_why_and_how_many(outbox: NotificationStore) -> None:
    """And no longer once it works."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    outbox.enqueue("case:2", ["a", "b"], NOTICE, AT + timedelta(seconds=1))
    for leased in outbox.lease(ROOM, AT + timedelta(seconds=1)):
        if leased.channel == "a":
            outbox.failed(leased.id, "no connection", AT)
        else:
            outbox.sent(leased.id, AT)
    (failing,) = outbox.failing(AT)
    assert (failing.channel, failing.since, failing.problem, failing.pending, failing.given_up) == ("a", AT, "no connection", 2, 0)
    for leased in outbox.lease(ROOM, AT + timedelta(minutes=5)):
        outbox.sent(leased.id, AT + timedelta(minutes=5))
    assert outbox.failing(AT + timedelta(minutes=5)) == []


def test_a_channel_that_hangs_is_told_too(outbox: NotificationStore) -> None:
    """It never says that it failed."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    outbox.lease(ROOM, AT)
    assert outbox.failing(AT + LEASE) == []
    assert [failing.problem for failing in outbox.failing(AT + LEASE * 2.5)] == ["no answer in time"]


def test_a_notice_is_given_up_after_hours_and_that_is_shown(outbox: NotificationStore, database: Database) -> None:
    """An alarm of this morning helps nobody tonight, but somebody must mend the channel."""
    outbox.enqueue("case:1", ["a"], NOTICE, AT)
    outbox.failed(outbox.lease(ROOM, AT)[0].id, "no connection", AT)
    late = AT + GIVE_UP + timedelta(minutes=1)
    outbox.expire(late)
    assert _states(database) == ["given_up"]
    assert [(failing.pending, failing.given_up) for failing in outbox.failing(late)] == [(0, 1)]
    outbox.enqueue("case:2", ["a"], NOTICE, late)
    outbox.sent(outbox.lease(ROOM, late)[0].id, late)
    assert outbox.failing(late) == []


def test_a_channel_that_comes_back_tells_how_the_case_stands_now(outbox: NotificationStore, database: Database) -> None:
    """Thirty messages about one patient would hide the next patient's."""
    case = CaseStore(database).escalate("p1", "c1", [finding()])
    for stage in range(1, 4):
        outbox.enqueue(f"{case}:{stage}", ["a"], Notice("late", "emergency", AT, case), AT)
        outbox.failed(outbox.lease(ROOM, AT)[0].id, "no connection", AT)
    assert _states(database) == ["superseded", "superseded", "pending"]


def test_a_closed_case_calls_nobody_any_more(outbox: NotificationStore, database: Database) -> None:
    """A close stops the alarms, also one that waits for its next try."""
    case = CaseStore(database).escalate("p1", "c1", [finding()])
    outbox.enqueue(f"{case}:1", ["a"], Notice("opened", "emergency", AT, case), AT)
    settle(database, case)
    assert outbox.lease(ROOM, AT) == []
    assert _states(database) == ["superseded"]
