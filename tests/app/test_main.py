"""The whole web server with Chainlit and NiceGUI mounted: whose chats are whose, who sees the desk, what comes first.

Chainlit and NiceGUI keep what they were started with for the life of a process, so one server serves every test here.
"""

import gc
import inspect
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from app.errors import RecordsError
from app.guests import COOKIE, guest_id, new_guest
from app.journal import Reply
from app.pages.staff_pages import COOKIE as STAFF_COOKIE
from app.records.audit import AuditLog
from app.server import rights
from app.server.harden import Harden
from app.server.rights import ROLES
from app.settings import Settings
from app.wiring import Application
from guardrails.red_flags import RedFlagRules
from tests.app.turns import GOUT, MemoryFinder, WordSearch
from tests.fakes import HashingEmbedder, finding

PASSWORD = "correct horse battery"
HTML = {"accept": "text/html"}


@dataclass(frozen=True)
class Clinic:
    """A running server, and the guest whose chat it holds."""

    app: Application
    web: Harden
    client: TestClient
    guest: str

    def visit(self, cookie: str) -> TestClient:
        """The browser of whoever holds `cookie`, signed in to Chainlit."""
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, cookie, domain="testserver.local")
        self.client.post("/auth/header")
        return self.client

    def stranger(self) -> TestClient:
        """The browser of somebody else."""
        return self.visit(new_guest(self.app.secrets.guest))


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory, rule_layer: RedFlagRules) -> Iterator[Clinic]:
    """The server as `carelight serve` makes it, on one article, with one chat, one open case and two members of staff."""
    before = dict(os.environ)
    app = Application(Settings(data_dir=tmp_path_factory.mktemp("clinic"), region="US"), make_embedder=lambda _m: HashingEmbedder())
    app.add_articles([GOUT], "test")
    app.initialise()
    app.__dict__.update(red_flags=rule_layer)
    app._search = WordSearch(MemoryFinder(app.library.snapshot()))
    from app.main import create

    web = create(app)
    gc.freeze()  # as `carelight serve` does, for the same reason
    guest = new_guest(app.secrets.guest)
    _fill(app, guest_id(guest, app.secrets.guest) or "")
    with TestClient(web, headers={"origin": "http://testserver"}) as client:
        yield Clinic(app, web, client, guest)
    gc.unfreeze()
    os.environ.clear()
    os.environ.update(before)


def _fill(app: Application, patient: str) -> None:
    turn = app.conversations.receive(patient, "chat-a", "my secret pain")
    app.conversations.record(turn, Reply("reply-a", "care_card", "Call 911", {"level": "emergency"}))
    app.conversations.close(turn, "done", "emergency")
    app.conversations.receive(patient, "chat-b", "to be deleted")
    app.case_store.escalate(patient, "chat-a", [finding()])
    app.staff.add("nora", "Nora", "care", PASSWORD)
    app.staff.add("ed", "Ed", "editor", PASSWORD)


# What stands where


@pytest.mark.parametrize(
    ("path", "words"),
    [("/healthz", '"ok"'), ("/library", "Gout"), ("/sign-in", "Staff sign-in"), ("/page.json", "911"), ("/site/site.css", "{")],
)
def test_our_own_pages_come_before_chainlits_catch_all(path: str, words: str, clinic: Clinic) -> None:
    """Chainlit answers every address with its page, and 200."""
    assert words in clinic.client.get(path).text


def test_the_chat_opens_at_the_root_as_a_guest_and_loads_nothing_from_elsewhere(clinic: Clinic) -> None:
    """Opening a health chat must be nobody else's business."""
    clinic.client.cookies.clear()
    page = clinic.client.get("/", headers=HTML)
    assert guest_id(clinic.client.cookies[COOKIE], clinic.app.secrets.guest) is not None
    assert not any(place in page.text for place in ("fonts.googleapis", "fonts.gstatic", "jsdelivr"))
    assert "default-src 'self'" in page.headers["content-security-policy"]


def test_a_foreign_page_reaches_nothing_of_it(clinic: Clinic) -> None:
    """The hardening layer is the outermost, also around the mounted ones."""
    headers = {"origin": "http://evil.example"}
    assert [clinic.client.post(path, headers=headers).status_code for path in ("/auth/header", "/project/threads", "/sign-in")] == [403] * 3


def test_what_a_turn_needs_is_made_before_the_first_patient(clinic: Clinic) -> None:
    """A card must not wait for rules to be compiled, nor fail with the database."""
    assert {"conversation", "cards", "screener", "texts"} <= set(clinic.app.__dict__)


# Whose chats are whose


def _threads(client: TestClient) -> list[str]:
    data = client.post("/project/threads", json={"pagination": {"first": 10}, "filter": {}}).json()["data"]
    return [thread["id"] for thread in data]


def test_a_guest_sees_their_own_chats_and_no_others(clinic: Clinic) -> None:
    """The list is asked for by the signed cookie, never by an id that the browser names."""
    assert "chat-a" in _threads(clinic.visit(clinic.guest))
    assert _threads(clinic.stranger()) == []


def test_a_chat_comes_back_as_it_was(clinic: Clinic) -> None:
    """Chainlit is a view of our records: message, card and title are read from them."""
    thread = clinic.visit(clinic.guest).get("/project/thread/chat-a").json()
    assert [(step["type"], step["output"]) for step in thread["steps"]] == [("user_message", "my secret pain"), ("assistant_message", "")]
    assert [(element["name"], element["forId"], element["props"]) for element in thread["elements"]] == [
        ("CareCard", "reply-a", {"level": "emergency"})
    ]
    assert thread["name"].startswith("Chat of ")


def test_a_stranger_neither_reads_nor_deletes_nor_renames_it(clinic: Clinic) -> None:
    """Knowing a chat's id must not be enough."""
    stranger = clinic.stranger()
    codes = [
        stranger.get("/project/thread/chat-a").status_code,
        stranger.request("DELETE", "/project/thread", json={"threadId": "chat-a"}).status_code,
        stranger.put("/project/thread", json={"threadId": "chat-a", "name": "x"}).status_code,
    ]
    assert codes == [401, 401, 401]
    assert clinic.app.conversations.chat("chat-a") is not None


def test_a_title_stays_neutral_whatever_chainlit_sends(clinic: Clinic) -> None:
    """It names a chat after its first message, which then stands in the side bar of a shared phone."""
    clinic.visit(clinic.guest).put("/project/thread", json={"threadId": "chat-a", "name": "my secret pain"})
    chat = clinic.app.conversations.chat("chat-a")
    assert chat is not None
    assert chat.title.startswith("Chat of ")


def test_a_guest_deletes_their_own_chat(clinic: Clinic) -> None:
    """Deleting is theirs."""
    clinic.visit(clinic.guest).request("DELETE", "/project/thread", json={"threadId": "chat-b"})
    assert clinic.app.conversations.chat("chat-b") is None


@pytest.mark.parametrize("path", ["/project/file/x", "/project/share/chat-a", "/mcp"])
def test_chainlits_other_doors_are_closed_to_the_owner_too(path: str, clinic: Clinic) -> None:
    """Uploads, sharing and MCP would go round the records."""
    assert clinic.visit(clinic.guest).get(path).status_code == 404


def test_only_ones_own_replies_can_be_rated(clinic: Clinic) -> None:
    """Our route stands before Chainlit's, which asks nobody."""
    rating = {"feedback": {"forId": "reply-a", "value": 1}}
    assert clinic.stranger().put("/feedback", json=rating).status_code == 404
    assert clinic.visit(clinic.guest).put("/feedback", json=rating).status_code == 200


# The desk


def _signed_in(clinic: Clinic, login: str) -> TestClient:
    clinic.client.cookies.clear()
    clinic.client.post("/sign-in", data={"login": login, "password": PASSWORD}, follow_redirects=False)
    return clinic.client


def test_the_care_desk_shows_open_cases_to_a_nurse_without_the_patients_words(clinic: Clinic) -> None:
    """Reason and level are on the queue; the words are for whoever opens the case."""
    page = _signed_in(clinic, "nora").get("/desk/care").text
    assert "heart-attack may need help." in page
    assert "secret" not in page


@pytest.mark.parametrize("login", ["ed", "nobody"])
def test_the_care_desk_is_closed_to_everyone_else(login: str, clinic: Clinic) -> None:
    """An editor writes articles and reads no cases; a visitor is sent to sign in."""
    response = _signed_in(clinic, login).get("/desk/care", follow_redirects=False)
    assert response.headers["location"] == "/sign-in?to=/desk/care"
    assert "heart-attack" not in response.text


def _case(clinic: Clinic) -> str:
    return clinic.app.case_store.queue()[0].id


def test_opening_a_case_shows_the_words_and_is_recorded(clinic: Clinic) -> None:
    """Who read what must be known afterwards."""
    case, before = _case(clinic), len(clinic.app.audit.of(_case(clinic)))
    assert "secret" in _signed_in(clinic, "nora").get(f"/desk/care/{case}").text
    nora = clinic.app.staff.team("care")[0]
    assert [(entry.actor, entry.verb) for entry in clinic.app.audit.of(case)[before:]] == [(nora.id, "case.read")]


def test_an_opening_that_cannot_be_recorded_shows_no_words(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not recorded does not happen."""

    class Full(AuditLog):
        def record(self, actor: str, verb: str, subject: str) -> None:
            raise RecordsError("the database did not complete the work")

    monkeypatch.setitem(clinic.app.__dict__, "audit", Full(clinic.app.database))
    page = _signed_in(clinic, "nora").get(f"/desk/care/{_case(clinic)}").text
    assert "could not be recorded" in page
    assert "secret" not in page


def test_a_case_that_does_not_exist_says_so(clinic: Clinic) -> None:
    """An old link in a mail is no error."""
    page = _signed_in(clinic, "nora").get("/desk/care/00000000-0000-4000-8000-000000000000")
    assert "There is no such case" in page.text


@pytest.mark.parametrize("login", ["ed", "nobody"])
@pytest.mark.parametrize("place", ["{case}", "templates"])
def test_a_case_and_the_teams_texts_are_closed_to_everyone_else(login: str, place: str, clinic: Clinic) -> None:
    """A case's address opens nothing by itself; after signing in it leads there."""
    address = f"/desk/care/{place.format(case=_case(clinic))}"
    response = _signed_in(clinic, login).get(address, follow_redirects=False)
    assert response.headers["location"] == f"/sign-in?to={address}"
    assert "secret" not in response.text


# What we rely on in Chainlit


def test_chainlits_private_names_that_a_reconnect_needs_are_there(clinic: Clinic) -> None:
    """`app.ui.reconnect` wraps them; another version may rename them, and replies would be missing after a lost connection."""
    from chainlit.server import sio
    from chainlit.session import BaseSession, WebsocketSession
    from chainlit.socket import resume_thread

    flags = {name for made in (BaseSession, WebsocketSession) for name in made.__init__.__code__.co_names}
    assert sio.handlers["/"]["connection_successful"].__module__ == "app.ui.reconnect"
    assert {"restored", "has_first_interaction", "thread_id"} <= flags
    assert callable(resume_thread)


def test_chainlits_private_names_that_carry_a_nurses_words_are_there(clinic: Clinic) -> None:
    """`app.ui.pages` pushes by them; another version may rename them, and a person would write to nobody."""
    from chainlit.context import init_ws_context
    from chainlit.element import Element
    from chainlit.server import sio
    from chainlit.session import WebsocketSession, ws_sessions_id

    made = WebsocketSession.__init__.__code__.co_names
    assert {"socket_id", "ws_sessions_id"} <= set(made)
    assert not sio.manager.is_connected("nobody", "/")
    assert inspect.iscoroutinefunction(Element._create)
    assert (isinstance(ws_sessions_id, dict), callable(init_ws_context)) == (True, True)


# Who may open what


_VISITORS = ("nobody", "patient", "care", "editor", "reviewer", "administrator")
_FORM = {
    "old": "x",
    "new": "x",
    "again": "y",
    "password": "x",
    "session": "x",
    "session_id": "x",
    "login": "x",
    "code": "x",
    "turn": "x",
    "words": "x",
    "choice": "agree",
}
_OF_THEIR_OWN_THINGS = ("/feedback", "/element/{element_id}", "/{chat:uuid}", "/{chat:uuid}/delete", "/{chat:uuid}/correct")
"""Where a patient who names nothing of theirs is refused like everybody."""


def _address(path: str, app: Application) -> str:
    """A route's path with values that lead somewhere."""
    (case,) = app.case_store.queue()
    values = {"case_id": case.id, "slug": "gout", "recall_id": "1", "thread_id": "chat-a", "chat": case.id}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: values.get(match[1], "x"), path)


def _routes(clinic: Clinic) -> list[BaseRoute]:
    """Every route below the hardening layer."""
    assert isinstance(clinic.web.app, FastAPI)
    return clinic.web.app.routes


class Walker:
    """Opens routes as everybody in turn."""

    def __init__(self, clinic: Clinic) -> None:
        self._client, self._app = clinic.client, clinic.app
        self._tokens: dict[str, str] = {}
        self._patient = list(clinic.visit(clinic.guest).cookies.jar)

    def gets(self, visitor: str, route: str) -> str:
        """What a visitor gets: in, sign-in or refused."""
        method, path = route.split(" ", 1)
        self._client.cookies.clear()
        if visitor == "patient":
            for cookie in self._patient:
                self._client.cookies.jar.set_cookie(cookie)
        if visitor in ROLES["staff"]:
            self._client.cookies.set(STAFF_COOKIE, self._session(visitor), domain="testserver.local")
        ours = path.startswith(("/sign-", "/account", "/guest", "/my-data", "/privacy"))
        body: dict[str, Any] = {"data" if ours else "json": _FORM} if method == "POST" else {}
        answer = self._client.request(method, _address(path, self._app), **body, follow_redirects=False)
        if answer.headers.get("location", "").startswith("/sign-in?"):
            return "sign-in"
        return "refused" if answer.status_code in (401, 403, 404) else "in"

    def _session(self, role: str) -> str:
        login = f"{role} who walks"
        if not self._tokens:
            for each in ROLES["staff"]:
                self._app.staff.add(f"{each} who walks", each.capitalize(), each, PASSWORD)
        if self._app.staff.member(self._tokens.get(role, "")) is None:  # one route signs out
            self._tokens[role] = self._app.staff.sign_in(login, PASSWORD) or ""
        return self._tokens[role]


def _as_it_must_be(right: rights.Right, route: str, got: dict[str, str]) -> bool:
    """Whether everybody gets what the right says."""
    if route == "POST /sign-in/second-factor":  # whoever was offered a factor is told that the code is wrong, others begin anew
        return right == "everyone" and set(got.values()) <= {"in", "sign-in"}
    if right == "everyone":
        return len(set(got.values())) == 1
    if right == "closed":
        return set(got.values()) == {"refused"}
    if right == "patient":
        own = got.pop("patient")
        return set(got.values()) == {"refused"} and (own == "in" or route.endswith(_OF_THEIR_OWN_THINGS))
    inside = {who for who, what in got.items() if what == "in"}
    return inside == ROLES[right] and {what for who, what in got.items() if who not in inside} <= {"sign-in"}


def test_every_route_states_its_right_and_every_right_has_its_route(clinic: Clinic) -> None:
    """Also those that an upgrade of Chainlit or NiceGUI brings."""
    found = set(rights.routes(_routes(clinic)))
    assert {route for route in found if rights.right_of(route) is None} == set()
    stated = {re.sub(r"_nicegui/[\d.]+", "_nicegui/{version}", route) for route in found}
    assert set(rights.RIGHTS) - stated == set()


def test_everybody_gets_what_the_rights_say_and_nothing_else(clinic: Clinic) -> None:
    """Each route, opened as every role of staff, as a patient and as nobody."""
    walker = Walker(clinic)
    walked = sorted(
        (route for route in rights.routes(_routes(clinic)) if not route.startswith("*") and "_nicegui" not in route),
        key=lambda route: (route.endswith("delete-all"), route),  # after which there is no patient any more
    )
    wrong = {}
    for route in walked:
        right, got = rights.right_of(route), {visitor: walker.gets(visitor, route) for visitor in _VISITORS}
        if right is None or not _as_it_must_be(right, route, dict(got)):
            wrong[route] = (right, got)
    assert wrong == {}
    assert len(walked) > 80
