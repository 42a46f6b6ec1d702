"""Requests that no page of ours sends: paths that climb, methods that are none, hosts and bodies that are odd."""

import asyncio
import http.client
from urllib.parse import urlsplit

import pytest

from tests.attacks.guests import guest
from tests.server_process import Server

CLIMBING = (
    "/site/../../secrets/guest",
    "/site/%2e%2e/%2e%2e/secrets/guest",
    "/site/..%2f..%2f..%2fpyproject.toml",
    "/site/....//....//pyproject.toml",
    "/public/../../../secrets/guest",
    "/public/%2e%2e%2f%2e%2e%2fsecrets%2fguest",
    "/public/elements/..%2f..%2fconfig.toml",
    "/desk/_nicegui/../../../secrets/guest",
    "/desk/_nicegui/%2e%2e/%2e%2e/secrets/guest",
    "/avatars/..%2f..%2fsecrets%2fguest",
    "/assets/..%2f..%2f..%2fsecrets%2fguest",
    "/library/..%2f..%2fsecrets%2fguest",
    "//etc/passwd",
    "/site//etc/passwd",
    "/site/\\..\\..\\secrets\\guest",
    "/site/%00",
    "/.env",
    "/.git/config",
)


def _ask(target: Server, method: str, path: str, **headers: str) -> tuple[int, str]:
    """Send a path as it stands: a client library would tidy it."""
    connection = http.client.HTTPConnection(urlsplit(target.url).netloc, timeout=10)
    try:
        connection.putrequest(method, path, skip_host="host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


@pytest.mark.parametrize("path", CLIMBING)
def test_no_path_climbs_out_of_what_is_served(path: str, target: Server) -> None:
    """Neither a secret nor a source file, whatever is put for a dot; the chat's own page answers what it does not know."""
    status, text = _ask(target, "GET", path)
    secret = (target.data_dir / "secrets" / "guest").read_text()
    assert status < 500
    assert secret not in text
    assert not any(word in text for word in ("[project]", "root:", "[tool."))


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE", "PATCH", "X" * 20])
def test_no_method_breaks_the_server(method: str, target: Server) -> None:
    """405 and its like."""
    assert 400 <= _ask(target, method, "/library")[0] < 500


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/desk/docs", "/desk/openapi.json"])
def test_no_page_tells_what_routes_there_are(path: str, target: Server) -> None:
    """No debug pages, Chainlit's and NiceGUI's neither."""
    assert _ask(target, "GET", path)[0] == 404


@pytest.mark.parametrize(
    ("path", "method"),
    [("/project/file", "POST"), ("/project/element", "PUT"), ("/mcp", "POST"), ("/project/share/x", "GET"), ("/v1/chat", "POST")],
)
def test_closed_routes_are_closed_in_the_product(path: str, method: str, target: Server) -> None:
    """Not only in the layer's own test."""
    assert _ask(target, method, path)[0] == 404


def test_a_form_from_another_page_changes_nothing(target: Server) -> None:
    """With the patient's own cookies: keep, forget, leave, rate, act, sign out."""

    async def attack() -> list[int]:
        codes = []
        async with guest(target) as patient:
            for method, path in (
                ("POST", "/guest/keep"),
                ("POST", "/guest/leave"),
                ("PUT", "/feedback"),
                ("POST", "/project/action"),
                ("DELETE", "/project/thread"),
                ("POST", "/sign-in"),
                ("POST", "/sign-out"),
                ("POST", "/logout"),
            ):
                for told in ({"origin": "http://evil.example"}, {"referer": "http://evil.example/x"}, {}):
                    async with patient.http.request(method, target.url + path, headers=told) as answer:
                        codes.append(answer.status)
        return codes

    assert set(asyncio.run(attack())) == {403}
