"""Staff sign-in: the right password opens a desk, everything else opens nothing and says little."""

import re
import time

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import totp
from app.known_devices import KNOWN_S
from app.pages.sign_in import COOKIE
from app.settings import Settings
from app.wiring import Application

PASSWORD = "correct horse battery"


@pytest.fixture
def client(site: FastAPI, small: Application) -> TestClient:
    """A browser in a clinic where Nora works."""
    small.staff.add("nora", "Nora", "care", PASSWORD)
    return TestClient(site, follow_redirects=False)


def _sign_in(client: TestClient, password: str = PASSWORD, login: str = "nora", to: str = "") -> tuple[int, str]:
    response = client.post("/sign-in", data={"login": login, "password": password, "to": to})
    return response.status_code, response.headers.get("location", "")


def test_the_right_password_opens_the_desk(client: TestClient, small: Application) -> None:
    """The cookie holds a session that the desk knows."""
    assert _sign_in(client) == (303, "/desk/care")
    member = small.staff.member(client.cookies[COOKIE])
    assert member is not None
    assert member.login == "nora"


def test_the_session_cookie_cannot_be_read_by_a_page_nor_sent_by_another_site(client: TestClient) -> None:
    """A desk shows every patient's case."""
    cookie = client.post("/sign-in", data={"login": "nora", "password": PASSWORD}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_over_https_the_cookie_stays_on_https(site: FastAPI, client: TestClient) -> None:
    """One plain request would show the session to everyone on the way."""
    secure = TestClient(site, base_url="https://clinic.example", follow_redirects=False)
    assert "secure" in secure.post("/sign-in", data={"login": "nora", "password": PASSWORD}).headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("origin", "desk_origin", "kept_on_https"),
    [
        ("https://chat.example.org", "", True),
        ("https://chat.example.org", "http://desk.internal", False),
        ("http://chat.internal", "https://desk.example.org", True),
    ],
)
def test_the_public_address_of_the_desks_says_so_where_the_proxy_does_not(
    origin: str, desk_origin: str, kept_on_https: bool, client: TestClient, small: Application
) -> None:
    """A desk within the clinic that is reached over http could not be signed in to with such a cookie."""
    small.settings = Settings(data_dir=small.settings.data_dir, origin=origin, desk_origin=desk_origin)
    cookie = client.post("/sign-in", data={"login": "nora", "password": PASSWORD}).headers["set-cookie"].lower()
    assert ("; secure" in cookie) == kept_on_https


@pytest.mark.parametrize(("login", "password"), [("nora", "wrong horse battery"), ("nobody", PASSWORD)])
def test_a_wrong_sign_in_says_the_same_whichever_part_was_wrong(login: str, password: str, client: TestClient) -> None:
    """Otherwise the page tells who works here."""
    response = client.post("/sign-in", data={"login": login, "password": password})
    assert response.status_code == 401
    assert "That name and password do not fit." in response.text
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/desk/../evil", "javascript:alert(1)", "/desk/care/../evil", "/desk/care/x?<y>", ""]
)
def test_a_sign_in_leads_only_to_a_desk(to: str, client: TestClient) -> None:
    """A link in a mail must not use our sign-in to send staff elsewhere."""
    assert _sign_in(client, to=to) == (303, "/desk/care")
    assert re.findall(r'name="to" value="(.*?)"', client.get("/sign-in", params={"to": to}).text) == ["/desk/care"]


def test_a_sign_in_from_the_editor_desk_leads_back_there(client: TestClient) -> None:
    """And not to a queue of patients."""
    assert _sign_in(client, to="/desk/editor") == (303, "/desk/editor")


@pytest.mark.parametrize("to", ["/desk/editor/recalls?slug=gout&revision=2", "/desk/editor/texts/numbers.regions"])
def test_a_sign_in_leads_back_with_what_was_asked_for(to: str, client: TestClient) -> None:
    """The recall of one revision must not become the list of them all."""
    assert _sign_in(client, to=to) == (303, to)


def test_a_sign_in_from_a_notice_leads_to_its_case(client: TestClient) -> None:
    """Whoever is called at night must not have to search."""
    case = "/desk/care/00000000-0000-4000-8000-000000000000"
    assert _sign_in(client, to=case) == (303, case)


def test_signing_out_ends_the_session_and_not_only_the_cookie(client: TestClient, small: Application) -> None:
    """A copied cookie must be worth nothing afterwards."""
    _sign_in(client)
    token = client.cookies[COOKIE]
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    assert small.staff.member(token) is None
    assert COOKIE not in client.cookies


def test_the_short_address_leads_to_the_desk(client: TestClient) -> None:
    """It is the one in the README."""
    assert client.get("/care").headers["location"] == "/desk/care"


# Browsers that somebody has signed in with before


def _device_line(client: TestClient, password: str = PASSWORD) -> str:
    lines = client.post("/sign-in", data={"login": "nora", "password": password}).headers.get_list("set-cookie")
    return next((line.lower() for line in lines if line.startswith("carelight_device_")), "")


def test_a_browser_that_signed_in_is_known_afterwards(client: TestClient) -> None:
    """By a cookie that no page reads and only the sign-in sees; a failure makes none."""
    assert _device_line(client, "wrong horse battery") == ""
    line = _device_line(client)
    assert all(part in line for part in ("httponly", "samesite=lax", "path=/sign-in", f"max-age={KNOWN_S}"))
    assert "nora" not in line


def test_over_https_that_cookie_stays_on_https(site: FastAPI, client: TestClient) -> None:
    """Like the session's."""
    assert "secure" in _device_line(TestClient(site, base_url="https://clinic.example", follow_redirects=False))


def test_a_stranger_who_keeps_guessing_does_not_shut_out_the_browser_that_is_known(site: FastAPI, client: TestClient) -> None:
    """The nurse signs in through it; the stranger, and another browser of hers, wait."""
    _sign_in(client)
    client.post("/sign-out")
    stranger = TestClient(site, follow_redirects=False)
    for _ in range(10):
        assert _sign_in(stranger, "wrong horse battery")[0] == 401
    assert _sign_in(stranger)[0] == 401
    assert _sign_in(client) == (303, "/desk/care")


def test_a_sign_in_that_waits_for_its_code_makes_no_browser_known(client: TestClient, small: Application) -> None:
    """Half a sign-in proves half."""
    _sign_in(client)
    token = client.cookies[COOKIE]
    small.staff.begin_enrolment(token, PASSWORD)
    secret = small.staff.offered(token)
    small.staff.enrol(token, totp.code(secret, totp.step_at(time.time())))
    assert _device_line(client) == ""
