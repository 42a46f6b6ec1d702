"""The second factor at the sign-in, and one's own account, as the pages carry them."""

import re
import time

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import totp
from app.pages.staff_pages import COOKIE
from app.settings import Settings
from app.wiring import Application

PASSWORD, OTHER = "correct horse battery", "a quiet harbour walk"


@pytest.fixture
def client(site: FastAPI, small: Application) -> TestClient:
    """A browser in a clinic where Nora works."""
    small.staff.add("nora", "Nora", "care", PASSWORD)
    return TestClient(site, follow_redirects=False)


def _sign_in(client: TestClient, password: str = PASSWORD, to: str = "") -> str:
    return client.post("/sign-in", data={"login": "nora", "password": password, "to": to}).headers.get("location", "")


def _enrol(client: TestClient) -> tuple[str, list[str]]:
    """Follow the page that sets up a second factor: the secret, and the recovery codes that were shown."""
    shown = client.get("/sign-in/second-factor").text
    secret = re.findall(r"<code>([A-Z2-7 ]+)</code>", shown)[0].replace(" ", "")
    assert f"secret={secret}" in shown
    done = client.post("/sign-in/second-factor", data={"code": _now(secret)})
    return secret, re.findall(r"<code>([a-z0-9-]+)</code>", done.text)


def _now(secret: str) -> str:
    return totp.code(secret, totp.step_at(time.time()))


def test_from_the_account_page_to_a_sign_in_that_asks_for_a_code(client: TestClient, small: Application) -> None:
    """Set up, signed out, and in again by a recovery code; the page of codes is kept by no browser."""
    _sign_in(client)
    assert client.post("/account/second-factor", data={"password": "wrong"}).status_code == 400
    assert client.post("/account/second-factor", data={"password": PASSWORD}).headers["location"] == "/sign-in/second-factor?to=/account"
    secret, codes = _enrol(client)
    assert len(codes) == 8
    assert small.staff.member(client.cookies[COOKIE])
    client.post("/sign-out")
    assert _sign_in(client, to="/desk/rules") == "/sign-in/code?to=/desk/rules"
    assert client.get("/account").headers["location"] == "/sign-in?to=/account"
    wrong = client.post("/sign-in/code", data={"code": _now(secret), "to": "/desk/rules"})
    assert (wrong.status_code, "does not fit" in wrong.text) == (401, True)
    assert client.post("/sign-in/code", data={"code": codes[0], "to": "/desk/rules"}).headers["location"] == "/desk/rules"
    assert small.staff.member(client.cookies[COOKIE])


def test_in_production_the_first_sign_in_sets_up_a_second_factor_and_leads_nowhere_else(site: FastAPI, small: Application) -> None:
    """No desk opens, nor the account, before the code."""
    small.__dict__.pop("staff", None)
    small.settings = Settings(data_dir=small.settings.data_dir, mode="production")
    small.staff.add("nora", "Nora", "care", PASSWORD)
    client = TestClient(site, follow_redirects=False)
    assert _sign_in(client) == "/sign-in/second-factor?to=/desk/care"
    assert client.get("/account").status_code == 303
    assert client.post("/sign-in/second-factor", data={"code": "000000"}).status_code == 401
    _enrol(client)
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("page", ["/sign-in/code", "/sign-in/second-factor"])
def test_the_second_step_begins_with_the_first(page: str, client: TestClient) -> None:
    """Also for whoever is signed in already."""
    assert client.get(page).headers["location"] == "/sign-in?to=/desk/care"
    assert client.post(page, data={"code": "000000"}).headers["location"] == "/sign-in?to=/desk/care"
    _sign_in(client)
    assert client.get(page).headers["location"] == "/sign-in?to=/desk/care"


def test_a_password_is_changed_by_whoever_knows_it(client: TestClient) -> None:
    """What is wrong is said, and never the password."""
    _sign_in(client)
    for old, new, again, said in (
        (PASSWORD, OTHER, PASSWORD, "not the same"),
        ("wrong", OTHER, OTHER, "present password"),
        (PASSWORD, "Password2026!!", "Password2026!!", "tried first"),
    ):
        answer = client.post("/account/password", data={"old": old, "new": new, "again": again})
        assert (answer.status_code, said in answer.text, new in answer.text) == (400, True, False)
    client.post("/account/password", data={"old": PASSWORD, "new": OTHER, "again": OTHER})
    assert "is changed" in client.get("/account?done=password").text
    assert _sign_in(client) == ""
    assert _sign_in(client, OTHER) == "/desk/care"


def test_open_desks_are_listed_and_ended(site: FastAPI, client: TestClient, small: Application) -> None:
    """One of them, or all but this one."""
    other = TestClient(site, follow_redirects=False, headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0"})
    _sign_in(client)
    _sign_in(other)
    shown = client.get("/account").text
    assert "Firefox on Windows" in shown
    (named,) = re.findall(r'name="session" value="(\w+)"', shown)
    client.post("/account/sessions", data={"session": named})
    assert other.get("/account").status_code == 303
    _sign_in(other)
    client.post("/account/sessions")
    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("page", ["/account/password", "/account/second-factor", "/account/sessions"])
def test_nobody_changes_an_account_without_a_session(page: str, client: TestClient) -> None:
    """The form is sent to the sign-in."""
    form = {"old": PASSWORD, "new": OTHER, "again": OTHER, "password": PASSWORD}
    assert client.post(page, data=form).headers["location"] == "/sign-in?to=/account"


def test_what_a_form_shows_of_people_is_escaped(client: TestClient, small: Application) -> None:
    """A name is written by an administrator, and may hold anything."""
    small.staff.add("max", "<script>alert(1)</script>", "care", PASSWORD)
    client.post("/sign-in", data={"login": "max", "password": PASSWORD})
    assert "<script>" not in client.get("/account").text
