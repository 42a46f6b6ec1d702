"""A checkpoint of the audit log each night: made once a day, sent until somebody took it, and missed by no restart."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import audit_trail
from app.escalation.notify import Channels
from app.records.audit_proof import Checkpoint, checkpoint_in
from app.records.care_tables import AuditCheckpoint
from app.records.models import now
from app.upkeep import Upkeep
from app.wiring import Application
from tests.app.channels import FakeChannel


@pytest.fixture
def vault(small: Application) -> FakeChannel:
    """Where checkpoints go: somewhere that the operator cannot change."""
    channel = FakeChannel("vault")
    small.__dict__["channels"] = Channels({"audit": [channel]})
    small.audit.record("system", "settings.changed", "0123")
    return channel


def _made(app: Application) -> int:
    with app.database.reading() as session:
        return len(session.scalars(select(AuditCheckpoint)).all())


def _a_day_later(app: Application) -> None:
    """The newest checkpoint becomes a day older. It is signed with its moment, so only its row's age is looked at here."""
    with app.database.transaction() as session:
        session.execute(update(AuditCheckpoint).values(made=now() - timedelta(hours=25)))


def _sent(vault: FakeChannel) -> list[Checkpoint]:
    return [found for _, body in vault.taken if (found := checkpoint_in(body))]


def test_the_first_night_a_checkpoint_is_made_and_sent(small: Application, vault: FakeChannel) -> None:
    """What was sent proves the log later."""
    audit_trail.nightly(small)
    (sent,) = _sent(vault)
    small.audit.record("system", "settings.changed", "4567")
    assert small.audit_proof.verify(sent).broken is None


def test_it_is_made_once_a_day_and_sent_once(small: Application, vault: FakeChannel) -> None:
    """It is looked at each hour, and by each server."""
    for _ in range(3):
        audit_trail.nightly(small)
        small.audit.record("system", "settings.changed", "again")
    assert (_made(small), len(vault.taken)) == (1, 1)


def test_the_next_day_brings_the_next_one(small: Application, vault: FakeChannel) -> None:
    """Of what was recorded since."""
    audit_trail.nightly(small)
    _a_day_later(small)
    small.audit.record("system", "settings.changed", "4567")
    audit_trail.nightly(small)
    first, second = _sent(vault)
    assert second.number > first.number


def test_a_day_on_which_nothing_was_recorded_needs_none(small: Application, vault: FakeChannel) -> None:
    """The one before proves as much."""
    audit_trail.nightly(small)
    _a_day_later(small)
    audit_trail.nightly(small)
    assert (_made(small), len(vault.taken)) == (1, 1)


def test_one_that_nobody_took_is_sent_again(small: Application, vault: FakeChannel) -> None:
    """A mail server that is down for a night."""
    vault.problem = "refused"
    audit_trail.nightly(small)
    assert vault.taken == []
    vault.problem = ""
    audit_trail.nightly(small)
    audit_trail.nightly(small)
    assert (_made(small), len(vault.taken)) == (1, 1)


def test_without_a_channel_it_is_made_all_the_same(small: Application) -> None:
    """It is kept beside the log, and can be fetched by hand."""
    small.audit.record("system", "settings.changed", "0123")
    audit_trail.nightly(small)
    assert _made(small) == 1
    assert audit_trail.send(small, small.audit_proof.newest() or pytest.fail("none was made")) == [
        "no channel is set; see CARELIGHT_NOTIFY_AUDIT in docs/settings.md"
    ]


def test_a_running_server_does_it_by_itself(small: Application, vault: FakeChannel) -> None:
    """Nobody must think of it."""
    Upkeep(small).do("audit")
    assert len(vault.taken) == 1
