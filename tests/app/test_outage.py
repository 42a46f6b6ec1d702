"""While the database is down the team is called from the spool, the operator once, and nothing asks the database."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from app.escalation.cases import CaseDesk
from app.escalation.delivery import Delivery
from app.escalation.notices import Wording
from app.escalation.notify import Channels
from app.escalation.outage import FAILS_FOR, OutageWatch
from app.journal import OpenTurn
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.models import now
from app.records.notifications import NotificationStore
from app.records.spool import Spool, Spooled
from app.settings import Settings
from app.watch import Watch
from app.wiring import Application
from guardrails.level import Profile
from tests.app.channels import FakeChannel
from tests.fakes import finding


class Outage:
    """An application whose database is gone, with one channel a list."""

    def __init__(self, app: Application, broken: Database, staffing: str = "on_call") -> None:
        app.settings = Settings(**app.settings.model_dump() | {"staffing": staffing})
        self.first, self.on_call, self.operator = (FakeChannel(name) for name in ("first", "on_call", "operator"))
        channels = Channels({"first": [self.first], "on_call": [self.on_call], "operator": [self.operator]})
        app.__dict__.update(database=broken, channels=channels)
        app.__dict__["case_desk"] = CaseDesk(CaseStore(broken), Spool(app.settings.data_dir / "spool", app.secrets.spool))
        wording = Wording(lambda: app.words, app.settings)
        self.app, self.watch = app, OutageWatch(app, Delivery(NotificationStore(broken), channels, wording), wording)

    def escalate(self, patient: str = "p1", level: str = "emergency") -> None:
        turn = OpenTurn(f"chat-{patient}", patient, "t1", ("…",), Profile(), -1, {}, (), released=False)
        assert self.app.case_desk.escalate(turn, [finding("stroke", level)])

    def settled(self) -> bool:
        """Whether every send has come back."""
        return _until(lambda: all(not told.owed for told in self.watch._told.values()))


def _until(true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 15
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(true())


@pytest.fixture
def outage(small: Application, broken: Database) -> Outage:
    """An outage with nothing in it yet."""
    _ = small.secrets, small.texts  # a server reads both before it serves
    return Outage(small, broken)


def _item(at: datetime, patient: str = "p1", level: str = "emergency") -> Spooled:
    return Spooled(patient, "c1", (finding("stroke", level),), at=at)


def test_a_spooled_case_is_told_from_the_disk_once(outage: Outage) -> None:
    """At the second look: while the database works, the first finds it stored already."""
    outage.escalate()
    outage.watch.once()
    assert outage.first.taken == []
    for _ in range(3):
        outage.watch.once()
    assert _until(lambda: outage.first.taken)
    assert outage.settled()
    outage.watch.once()
    assert [title for title, _ in outage.first.taken] == ["DEMO Elm Street: EMERGENCY, new case, kept on disk while the database fails"]


def test_it_goes_up_the_ladder_while_the_outage_lasts(outage: Outage) -> None:
    """Two minutes an emergency; a longer outage is no reason to wait longer."""
    at = now()
    item = _item(at)
    for minutes in (0, 1, 2, 4):
        outage.watch.tell([item], at + timedelta(minutes=minutes))
        assert outage.settled()
    assert (len(outage.first.taken), len(outage.on_call.taken)) == (2, 1)


def test_a_patient_who_writes_on_is_one_case_and_a_rise_is_told(outage: Outage) -> None:
    """Ten messages in an outage are not ten alarms."""
    at = now()
    items = [_item(at, level="urgent"), _item(at, level="urgent")]
    outage.watch.tell(items, at)
    assert outage.settled()
    outage.watch.tell([*items, _item(at)], at)
    assert outage.settled()
    assert [title.split(":")[1].split(",")[0].strip() for title, _ in outage.first.taken] == ["Urgent", "EMERGENCY"]


def test_one_that_was_not_taken_is_tried_again(outage: Outage) -> None:
    """Without the outbox too: at least once."""
    at, outage.first.problem = now(), "no connection"
    item = _item(at)
    outage.watch.tell([item], at)
    outage.first.problem = ""
    outage.watch.tell([item], at + timedelta(seconds=20))
    assert _until(lambda: outage.first.taken)


@pytest.mark.parametrize(("known", "minutes", "expected"), [("unattended", 10, 1), ("staffed", 10, 2)])
def test_who_was_there_when_it_failed_counts(known: str, minutes: int, expected: int, small: Application, broken: Database) -> None:
    """Nobody can look up who is signed in; unattended stays one notice."""
    _ = small.secrets
    outage = Outage(small, broken, "unattended")
    at = now()
    outage.watch.database_works(at, known)  # type: ignore[arg-type]
    for later in (0, minutes):
        outage.watch.tell([_item(at)], at + timedelta(minutes=later))
        assert outage.settled()
    assert len({*outage.first.taken}) + len(outage.on_call.taken) >= expected
    assert bool(outage.on_call.taken) == (known == "staffed")


def test_the_operator_is_called_once_an_outage_and_again_every_hour(outage: Outage) -> None:
    """One incident, not one a turn; one slow second is none."""
    began = now()
    outage.watch.database_works(began, "on_call")

    def called(after: timedelta) -> int:
        outage.watch.call_operator(began + after)
        time.sleep(0.05)
        return len(outage.operator.taken)

    assert called(FAILS_FOR - timedelta(seconds=1)) == 0
    outage.watch.call_operator(began + FAILS_FOR)
    assert _until(lambda: outage.operator.taken)
    assert called(timedelta(minutes=30)) == 1
    outage.watch.call_operator(began + timedelta(minutes=61))
    assert _until(lambda: len(outage.operator.taken) == 2)


def test_it_asks_nothing_of_the_database(outage: Outage) -> None:
    """A database that hangs would hang the alarm with it."""
    assert isinstance(outage.watch, Watch)
    outage.escalate()
    database = outage.app.__dict__.pop("database")
    outage.app.__dict__["database"] = None
    for _ in range(3):
        outage.watch.once()
    assert _until(lambda: outage.first.taken)
    outage.app.__dict__["database"] = database
