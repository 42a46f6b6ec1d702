"""Numbers in Prometheus' form: no words, no ids, and only for who may read them."""

import logging
import re

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.records.database import Database
from app.records.library_store import LibraryStore
from app.records.models import now
from app.records.spool import Spooled
from app.server import gauges as read_gauges
from app.server import health
from app.server.harden import Guards, Harden
from app.server.metrics import HELP, ErrorCount, Metrics
from app.settings import Settings
from app.wiring import Application
from tests.app.turns import World
from tests.fakes import finding

_LINE = re.compile(r'^[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? -?[0-9.e+-]+$')


def test_a_turn_is_counted_and_timed_as_it_passes(world: World) -> None:
    """Level, kind of reply, card, answer, stages."""
    metrics = Metrics()
    events = list(metrics.watched(world.conversation.reply("p1", "c1", "what is gout")))
    list(metrics.watched(world.conversation.reply("p1", "c1", "crushing chest pain")))
    told = metrics.text()
    assert len(events) == 3
    assert 'carelight_messages_total{level="emergency"} 1' in told
    assert 'carelight_replies_total{kind="answer"} 1' in told
    assert 'carelight_replies_total{kind="care_card"} 1' in told
    assert "carelight_card_seconds_count 2" in told
    assert 'carelight_stage_seconds_count{stage="screen"} 2' in told


def test_every_line_is_one_that_prometheus_reads(world: World) -> None:
    """Each name is described once; buckets count up to all."""
    metrics = Metrics()
    list(metrics.watched(world.conversation.reply("p1", "c1", "what is gout")))
    metrics.took("carelight_card_seconds", 99.0)
    lines = metrics.text().splitlines()
    assert [line for line in lines if not line.startswith("#") and not _LINE.match(line)] == []
    described = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(described) == len(set(described))
    assert 'carelight_card_seconds_bucket{le="+Inf"} 2' in lines
    assert 'carelight_card_seconds_bucket{le="30.0"} 1' in lines


def test_errors_are_counted_by_logger(caplog: pytest.LogCaptureFixture) -> None:
    """What they say is not looked at."""
    metrics = Metrics()
    counter = ErrorCount(metrics)
    logger = logging.getLogger("carelight.cases")
    logger.addHandler(counter)
    logger.error("a case goes to the spool")
    logger.warning("no error")
    logger.removeHandler(counter)
    assert 'carelight_errors_total{logger="carelight.cases"} 1' in metrics.text()


def test_what_stands_in_the_records_is_read_when_asked(small: Application) -> None:
    """Open cases by level, who waits, the index; each number is described."""
    small.case_store.escalate("p1", "c1", [finding()])
    found = {(gauge.name, gauge.labels): gauge.value for gauge in read_gauges.gauges(small)}
    assert found["carelight_cases_open", (("level", "emergency"),)] == 1
    assert found["carelight_cases_waiting", ()] == 1
    assert found["carelight_index_behind", ()] == 1
    assert {name for name, _ in found} <= set(HELP)


def test_while_the_records_fail_that_is_a_number_too(small: Application, broken: Database) -> None:
    """Whoever watches must see it there, of all times."""
    _ = small.case_desk
    small.__dict__["library"] = LibraryStore(broken)
    found = {gauge.name: gauge.value for gauge in read_gauges.gauges(small)}
    assert found["carelight_database_up"] == 0
    assert found["carelight_spool_waiting"] == 0


# Who may read


@pytest.fixture
def guarded(small: Application, site: FastAPI) -> tuple[Application, FastAPI]:
    """The pages with what they are made from."""
    return small, site


@pytest.mark.parametrize(
    ("client", "headers", "token", "status"),
    [
        ("127.0.0.1", {}, "", 200),
        ("::1", {}, "", 200),
        ("192.0.2.1", {}, "", 404),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.1"}, "", 404),
        ("127.0.0.1", {"via": "1.1 proxy"}, "", 404),
        ("192.0.2.1", {"authorization": "Bearer right"}, "right", 200),
        ("192.0.2.1", {"authorization": "Bearer wrong"}, "right", 404),
        ("127.0.0.1", {}, "right", 404),
    ],
)
def test_the_numbers_are_for_this_machine_or_the_tokens_holder(
    client: str, headers: dict[str, str], token: str, status: int, guarded: tuple[Application, FastAPI]
) -> None:
    """A proxy on this machine passes strangers on."""
    app, site = guarded
    app.settings = Settings(**app.settings.model_dump() | {"metrics_token": SecretStr(token)})
    asked = TestClient(Harden(site, "secret", Guards()), client=(client, 1))
    assert asked.get("/metrics", headers=headers).status_code == status


# Health


def test_each_part_is_named_and_one_that_fails_is_503(site: FastAPI, small: Application) -> None:
    """The index was not made here; everything else works."""
    response = TestClient(site).get("/readyz")
    parts = response.json()["parts"]
    assert response.status_code == 503
    assert parts["index"].startswith("cannot be used")
    assert [name for name, state in parts.items() if state == "ok"] == ["database", "library", "rules", "classifier", "spool"]
    small.indexed_version, small._index = 1, object()  # type: ignore[assignment]
    assert TestClient(site).get("/readyz").json()["status"] == "ready"


def test_a_database_that_fails_is_named_without_a_word_of_it(small: Application, broken: Database) -> None:
    """Class of the problem alone."""
    small.__dict__["database"] = broken
    assert health.parts(small)["database"] == "failed (RecordsError)"


def test_cases_that_wait_on_disk_are_no_health(small: Application) -> None:
    """They are safe, and somebody should look."""
    small.case_desk._spool.append(Spooled("p1", "c1", (finding(),), at=now()))
    assert health.parts(small)["spool"] == "1 cases wait for the database"
