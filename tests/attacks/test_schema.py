"""Every route that describes what it takes is given what it allows and what it forbids, made up by schemathesis."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from app import main
from app.settings import Settings
from app.wiring import Application
from tests.served import PASSWORD, Served

_HURRIED = settings(
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_ENDS_IT = ("/sign-out", "/guest/forget", "/account/password", "/account/second-factor", "/sign-in/second-factor")
"""What would end the session that the others are tried with, or close it."""
_INNER = ("Traceback (most recent", "sqlalchemy", "sqlite3", "/app/records/")


def described(data_dir: str) -> dict[str, dict[str, Any]]:
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
def interfaces(target: Served) -> dict[str, dict[str, Any]]:
    return described(str(target.data_dir))


@pytest.fixture(params=["", "nora"], ids=["guest", "nurse"])
def caller(request: pytest.FixtureRequest, target: Served) -> Iterator[requests.Session]:
    """Somebody with a chat's cookie, and somebody who works here besides."""
    with requests.Session() as session:
        session.headers["origin"] = target.url
        session.get(target.url, headers={"accept": "text/html"}, timeout=10)
        session.post(f"{target.url}/auth/header", timeout=10)
        if request.param:
            session.post(f"{target.url}/sign-in", {"login": request.param, "password": PASSWORD}, timeout=10)
        yield session


@pytest.mark.parametrize("whose", ["ours", "Chainlit's"])
def test_nothing_that_a_route_may_be_given_breaks_it(
    whose: str, interfaces: dict[str, dict[str, Any]], caller: requests.Session, target: Served
) -> None:
    """No answer is an error of the server's, none shows its insides, and it still serves afterwards."""
    asked = 0
    for found in schemathesis.openapi.from_dict(interfaces[whose]).get_all_operations():
        operation = found.ok()
        if operation.path not in _ENDS_IT:
            asked += _try(operation, caller, target)
    assert asked > 200
    assert target.alive
    assert caller.get(f"{target.url}/healthz", timeout=10).ok


def _try(operation: Any, caller: requests.Session, target: Served) -> int:
    """Ask with made up values; how many requests that were."""
    asked = 0
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @_HURRIED
        def send(case: Any) -> None:
            nonlocal asked
            answer = case.call(base_url=target.url, session=caller, timeout=20, allow_redirects=False)
            asked += 1
            assert answer.status_code < 500, (operation.label, answer.status_code, case.as_curl_command())
            assert not any(word in answer.text for word in _INNER), operation.label

        send()
    return asked
