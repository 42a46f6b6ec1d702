"""Numbers in Prometheus' form: no words, no ids, and only for who may read them."""

import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import event
from starlette.testclient import TestClient

from app.guests import Guests
from app.pages import watched
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
    asked = TestClient(Harden(site, Guests("secret"), Guards()), client=(client, 1))
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
    later = FastAPI()
    later.include_router(watched.routes(small))
    assert TestClient(later).get("/readyz").json()["status"] == "ready"


def test_whoever_asks_often_is_told_what_was_seen_a_second_ago() -> None:
    """Anybody may ask, and the lock is the journal's."""
    looked: list[float] = []
    clock = [100.0]

    def look() -> dict[str, str]:
        looked.append(clock[0])
        return {"database": "ok" if len(looked) == 1 else "failed (RecordsError)"}

    readiness = health.Readiness(look, clock=lambda: clock[0])
    assert [readiness.now()["database"] for _ in range(50)] == ["ok"] * 50
    clock[0] += health.FRESH_S + 0.1
    assert readiness.now()["database"] == "failed (RecordsError)"
    assert len(looked) == 2


def test_while_one_looks_the_others_get_what_was_seen_last() -> None:
    """Or every thread of the pages would wait for a database that hangs."""
    hangs, looking = threading.Event(), threading.Event()
    clock, answers = [0.0], ["ok", "late"]

    def look() -> dict[str, str]:
        if len(answers) == 1:
            looking.set()
            hangs.wait(10)
        return {"database": answers.pop(0)}

    readiness = health.Readiness(look, clock=lambda: clock[0])
    readiness.now()
    clock[0] = 5.0
    with ThreadPoolExecutor(1) as lane:
        slow = lane.submit(readiness.now)
        assert looking.wait(10)
        assert readiness.now()["database"] == "ok"
        hangs.set()
        assert slow.result(10)["database"] == "late"


def test_the_ready_page_takes_the_write_lock_once_however_often_it_is_asked(small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the product, not only its part; while the clock stands still."""
    monkeypatch.setattr(health, "Readiness", partial(health.Readiness, clock=lambda: 1.0))
    web = FastAPI()
    web.include_router(watched.routes(small))
    begun: list[bool] = []
    event.listen(small.database.engine, "begin", lambda connection: begun.append(bool(connection.get_execution_options().get("writes"))))
    for _ in range(5):
        TestClient(web).get("/readyz")
    assert begun.count(True) == 1


def test_a_database_that_fails_is_named_without_a_word_of_it(small: Application, broken: Database) -> None:
    """Class of the problem alone."""
    small.__dict__["database"] = broken
    assert health.parts(small)["database"] == "failed (RecordsError)"


def test_cases_that_wait_on_disk_are_no_health(small: Application) -> None:
    """They are safe, and somebody should look."""
    small.case_desk._spool.append(Spooled("p1", "c1", (finding(),), at=now()))
    assert health.parts(small)["spool"] == "1 cases wait for the database"
