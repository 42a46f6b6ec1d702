"""Sources' addresses asked on the web: what they answer is told, and nothing inside the clinic's network is ever touched."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from app.content.link_check import Checked, check, reachable

PUBLIC = "93.184.216.34"
Answer = Callable[[httpx.Request], httpx.Response]


class Web(httpx.AsyncBaseTransport):
    """Every public server at once, by the name that was asked for; remembers where connections went."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.connected: list[tuple[str, str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.connected.append((request.method, request.url.host, request.headers["host"]))
        assert request.extensions["sni_hostname"] == request.headers["host"]
        return self.answer(request)


def _one(url: str, answer: Answer, names: dict[str, list[str]] | None = None) -> tuple[Checked, Web]:
    web = Web(answer)
    known = names or {}

    def resolve(host: str) -> list[str]:
        try:
            return known[host] if host in known else [str(__import__("ipaddress").ip_address(host))]
        except ValueError:
            return [PUBLIC]

    return check([url], web, resolve)[0], web


def _says(status: int, **headers: str) -> Answer:
    return lambda _request: httpx.Response(status, headers=headers)


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "answers"), (404, "missing"), (410, "missing"), (403, "refused"), (429, "refused"), (500, "silent"), (503, "silent")],
)
def test_each_answer_is_told_in_a_word(status: int, state: str) -> None:
    """A publisher that refuses programs is not a dead link."""
    assert _one("https://www.who.int/gout", _says(status))[0].state == state


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """A name may answer differently the second time it is asked; the certificate is still held to the name."""
    _, web = _one("https://www.who.int/gout", _says(200))
    assert web.connected == [("HEAD", PUBLIC, "www.who.int")]


def test_a_server_that_knows_no_head_is_asked_plainly() -> None:
    """Some answer 405 to everything but GET."""
    found, web = _one("https://a.example/", lambda request: httpx.Response(405 if request.method == "HEAD" else 200))
    assert (found.state, [method for method, _, _ in web.connected]) == ("answers", ["HEAD", "GET"])


def test_a_redirect_is_followed_and_told() -> None:
    """The editor can write down the new address."""
    moved = lambda request: httpx.Response(301, headers={"location": "/new"}) if request.url.path == "/old" else httpx.Response(200)  # noqa: E731
    found, _ = _one("https://a.example/old", moved)
    assert (found.state, found.at, str(found)) == ("moved", "https://a.example/new", "answers at another address: https://a.example/new")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.9.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104  an address that must not be asked
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::1",
        "64:ff9b::a00:1",
        "ff02::1",
    ],
)
def test_nothing_that_is_not_public_is_ever_asked(address: str) -> None:
    """By its number, by a name that stands for it, beside a public one, or after a redirect (server-side request forgery)."""
    number = f"[{address}]" if ":" in address else address
    for url, names in (
        (f"http://{number}/", {}),
        ("https://inside.example/", {"inside.example": [address]}),
        ("https://both.example/", {"both.example": [PUBLIC, address]}),
    ):
        found, web = _one(url, _says(200), names)
        assert (found.state, web.connected) == ("private", [])
    found, web = _one("https://a.example/", _says(302, location=f"http://{number}/admin"))
    assert found.state == "private"
    assert [host for _, host, _ in web.connected] == [PUBLIC]


@pytest.mark.parametrize("url", ["https://a.example:8443/", "http://a.example:22/", "https://a.example:6379/"])
def test_only_the_webs_own_ports_are_asked(url: str) -> None:
    """A source is a page, not a service."""
    found, web = _one(url, _says(200))
    assert (found.state, web.connected) == ("private", [])


@pytest.mark.parametrize("url", ["urn:isbn:9780", "file:///etc/passwd", "gopher://a.example/", "ftp://a.example/"])
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    """A book has none."""
    found, web = _one(url, _says(200))
    assert (found.state, web.connected) == ("none", [])


def test_a_redirect_out_of_the_web_is_not_followed() -> None:
    """Nor to a file, nor round in circles."""
    assert _one("https://a.example/", _says(302, location="file:///etc/passwd"))[0].state == "private"
    found, web = _one("https://a.example/", _says(302, location="https://a.example/"))
    assert found.state == "silent"
    assert len(web.connected) <= 6


def test_credentials_in_an_address_are_not_sent() -> None:
    """Whatever somebody pasted."""
    seen: list[httpx.Request] = []
    _one("https://user:secret@a.example/", lambda request: seen.append(request) or httpx.Response(200))  # type: ignore[func-returns-value]
    assert "authorization" not in seen[0].headers
    assert "secret" not in str(seen[0].url)


@pytest.mark.parametrize(
    "url", ["http://[::1", "https://", "http://a b/", "https://exa\nmple/", "http://[v1.x]/", "https://a.example:99999/"]
)
def test_an_address_that_cannot_be_read_is_told_as_such(url: str) -> None:
    """A slip of the hand must not end the check of the others."""
    found, web = _one(url, _says(200))
    assert (found.state in ("silent", "private"), web.connected) == (True, [])


def test_a_server_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte within its limit, for ever."""
    monkeypatch.setattr("app.content.link_check._WHOLE_S", 0.2)

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(30)
            return httpx.Response(200)

    began = time.monotonic()
    assert [found.state for found in check(["https://a.example/"] * 3, Slow(), lambda _host: [PUBLIC])] == ["silent"] * 3
    assert time.monotonic() - began < 5


def test_no_way_to_the_web_is_told_apart_from_a_dead_link() -> None:
    """Where nothing answers at all, the sources are not to blame."""

    def nobody(_host: str) -> list[str]:
        raise OSError("no network")

    found = check(["https://a.example/", "https://b.example/"], Web(_says(200)), nobody)
    assert not reachable(found)
    assert reachable([*found, Checked("https://c.example/", "missing")])
