"""Our own routes beside the pages: alive, ratings of one's own replies only, and one shape for what failed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import main
from app.escalation.cases import CaseDesk
from app.guests import COOKIE, guest_id, new_guest
from app.journal import OpenTurn, Reply
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.library_store import LibraryStore
from app.records.models import now
from app.records.spool import Spool
from app.wiring import Application
from guardrails.level import Profile
from tests.fakes import finding


@pytest.fixture
def client(site: FastAPI, small: Application) -> TestClient:
    """A guest's browser; the guest has had one reply, r1."""
    cookie = new_guest(small.secrets.guest)
    patient = guest_id(cookie, small.secrets.guest)
    assert patient is not None
    small.conversations.record(small.conversations.receive(patient, "c1", "gout?"), Reply("r1", "answer", "…"))
    return TestClient(site, cookies={COOKIE: cookie}, raise_server_exceptions=False)


def _rating(app: Application) -> int | None:
    chat = app.conversations.chat("c1")
    assert chat is not None
    return chat.entries[-1].feedback


def test_the_server_says_that_it_is_alive(client: TestClient) -> None:
    """Whatever starts it waits for this."""
    assert client.get("/healthz").json() == {"status": "ok"}


def test_an_interface_that_is_not_there_is_a_plain_404(client: TestClient) -> None:
    """Chainlit's catch-all would answer with its page and 200."""
    response = client.post("/v1/chat")
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize(("value", "kept"), [(1, 1), (0, 0), (5, None), ("x", None), (None, None)])
def test_a_guest_rates_their_own_reply(value: object, kept: int | None, client: TestClient, small: Application) -> None:
    """Thumbs up or down; anything else is no rating."""
    response = client.put("/feedback", json={"feedback": {"forId": "r1", "value": value}})
    assert response.json() == {"success": True, "feedbackId": "r1"}
    assert _rating(small) == kept


def test_a_rating_can_be_taken_back(client: TestClient, small: Application) -> None:
    """Chainlit's page sends it so."""
    client.put("/feedback", json={"feedback": {"forId": "r1", "value": 1}})
    client.request("DELETE", "/feedback", json={"feedbackId": "r1"})
    assert _rating(small) is None


@pytest.mark.parametrize("cookie", ["", "forged"])
def test_nobody_rates_anothers_reply(cookie: str, client: TestClient, small: Application) -> None:
    """Chainlit lets anyone rate anyone's messages."""
    client.put("/feedback", json={"feedback": {"forId": "r1", "value": 1}})
    other = {COOKIE: cookie or new_guest(small.secrets.guest)}
    stranger = TestClient(client.app, cookies=other)
    codes = [
        stranger.put("/feedback", json={"feedback": {"forId": "r1", "value": 0}}).status_code,
        stranger.request("DELETE", "/feedback", json={"feedbackId": "r1"}).status_code,
    ]
    assert (codes, _rating(small)) == ([404, 404], 1)


@pytest.mark.parametrize(
    "body", ["", "not json", "[]", "null", "7", '{"feedback": null}', '{"feedback": "r1"}', '{"feedback": {"forId": {}}}', "{}"]
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_rating_that_cannot_be_read_is_not_found(method: str, body: str, client: TestClient) -> None:
    """And no error of the server."""
    assert client.request(method, "/feedback", content=body).status_code == 404


def test_a_page_that_the_records_fail_for_says_to_try_again(client: TestClient, small: Application, broken: Database) -> None:
    """One shape: a detail, and nothing of the database in it."""
    small.warm()
    small.__dict__["library"] = LibraryStore(broken)
    response = client.get("/library")
    assert response.status_code == 503
    assert response.json() == {"detail": "The records cannot be read just now. Please try again."}


# The server's life


@contextmanager
def _running(app: Application) -> Iterator[None]:
    with TestClient(FastAPI(lifespan=lambda web: main._life(web, app))):
        yield


def _down(app: Application, broken: Database) -> CaseDesk:
    """The care desk during an outage, on the application's own spool."""
    return CaseDesk(CaseStore(broken), Spool(app.settings.data_dir / "spool", app.secrets.spool))


def _turn() -> OpenTurn:
    return OpenTurn("c1", "p1", "t1", ("…",), Profile(), -1, {}, (), released=False)


def test_a_start_marks_cut_off_turns_and_stores_spooled_cases(small: Application, broken: Database) -> None:
    """What the last run could not finish is neither forgotten nor shown as still running."""
    small.conversations.receive("p1", "c1", "hello")
    _down(small, broken).escalate(_turn(), [finding()])
    with _running(small):
        assert [case.level for case in small.case_store.queue()] == ["emergency"]
        assert small.conversations.cut_off(now()) == []


def test_a_start_while_the_records_fail_is_a_start(small: Application, broken: Database) -> None:
    """The page with the emergency number must open all the same."""
    from app.records.conversations import ConversationStore

    lane = small.screening_lane
    small.__dict__.update(conversations=ConversationStore(broken), case_desk=_down(small, broken))
    with _running(small):
        assert not lane._shutdown
    assert lane._shutdown
