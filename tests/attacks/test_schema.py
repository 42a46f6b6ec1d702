"""Every route that describes what it takes is given what it allows and what it forbids, made up by schemathesis."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from app import main
from app.settings import Settings
from app.wiring import Application
from tests.attacks.conftest import PASSWORD
from tests.server_process import Server

_HURRIED = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_ENDS_IT = ("/sign-out", "/guest/forget", "/account/password", "/account/second-factor", "/sign-in/second-factor")
"""What would end the session that the others are tried with, or close it."""
_INNER = ("Traceback (most recent", "sqlalchemy", "sqlite3", "/app/records/")


def interfaces_of(data_dir: str) -> dict[str, dict[str, Any]]:
    """Our own pages and Chainlit's routes as OpenAPI; the server itself describes them to nobody."""
    app = Application(Settings(data_dir=data_dir))
    web = FastAPI()
    for page in main.PAGES:
        web.include_router(page.routes(app))
    app.close()
    os.environ.setdefault("CHAINLIT_AUTH_SECRET", app.secrets.guest)
    from chainlit.server import app as chainlit

    return {"ours": web.openapi(), "Chainlit's": chainlit.openapi()}


@pytest.fixture(scope="module")
def interfaces(target: Server) -> dict[str, dict[str, Any]]:
    return interfaces_of(str(target.data_dir))


@contextmanager
def somebody(target: Server, login: str) -> Iterator[requests.Session]:
    """A browser with a chat's cookie, signed in to a desk where there is a login."""
    with requests.Session() as session:
        session.headers["origin"] = target.url
        session.get(target.url, headers={"accept": "text/html"}, timeout=20)
        session.post(f"{target.url}/auth/header", timeout=20)
        if login:
            session.post(f"{target.url}/sign-in", {"login": login, "password": PASSWORD}, timeout=20)
        yield session


@pytest.mark.parametrize(("whose", "login"), [("ours", "nora"), ("Chainlit's", "")])
def test_nothing_that_a_route_may_be_given_breaks_it(whose: str, login: str, interfaces: dict[str, dict[str, Any]], target: Server) -> None:
    """No answer is an error of the server's, none shows its insides, and it still serves afterwards."""
    asked, broken = 0, set[str]()
    with somebody(target, login) as caller:
        described: Any = schemathesis.openapi.from_dict(interfaces[whose])
        for operation in (found.ok() for found in described.get_all_operations()):
            if operation.path not in _ENDS_IT:
                asked += _try(operation, caller, target, broken)
        assert caller.get(f"{target.url}/healthz", timeout=20).ok
    assert broken == set()
    assert asked > 100


def _try(operation: Any, caller: requests.Session, target: Server, broken: set[str]) -> int:
    """Ask with made up values, and keep what breaks; how many requests that were."""
    asked = 0
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @_HURRIED
        def send(case: Any) -> None:
            nonlocal asked
            answer = case.call(base_url=target.url, session=caller, timeout=20, allow_redirects=False)
            asked += 1
            if answer.status_code >= 500 or any(word in answer.text for word in _INNER):
                broken.add(f"{operation.label}: {answer.status_code}")

        with suppress(Unsatisfiable):  # a route that takes nothing can be given nothing wrong
            send()
    return asked
