"""The outermost layer: who may talk to the server, what a browser may load, and how long its cookies live."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Response, WebSocket
from fastapi.responses import HTMLResponse
from starlette.testclient import TestClient
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from app.guests import COOKIE, KEEP_COOKIE, Guests, guest_id, new_guest
from app.server.bodies import Body
from app.server.doors import Doors
from app.server.harden import Guards, Harden
from app.server.limits import Limits
from app.settings import Settings

SECRET = "a secret of the clinic"
HTML = {"accept": "text/html"}


def _inner() -> FastAPI:
    """What Chainlit would be: pages, cookies, a socket, and a file."""
    web = FastAPI()

    @web.api_route("/", methods=["GET", "POST"])
    def page() -> HTMLResponse:
        body = (
            '<link rel="preconnect" href="https://fonts.googleapis.com"><script src="https://cdn.jsdelivr.net/x.js"></script><p>Hallo ü</p>'
        )
        return HTMLResponse(body)

    @web.get("/sign-in-to-chainlit")
    def token(response: Response) -> str:
        response.set_cookie("access_token", "t", max_age=9999, expires=9999, httponly=True)
        response.set_cookie("other", "o", max_age=9999)
        return "ok"

    @web.get("/sign-out-of-chainlit")
    def no_token(response: Response) -> str:
        response.delete_cookie("access_token")
        return "ok"

    @web.websocket("/ws")
    async def socket(ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text("hello")
        await ws.close()

    @web.api_route("/{path:path}", methods=["GET", "POST", "PUT"])
    def anything(path: str) -> str:
        return path

    return web


@pytest.fixture
def client() -> TestClient:
    """A browser before a server that allows the address it is served on."""
    return TestClient(Harden(_inner(), Guests(SECRET)))


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://testserver", "http://testserver:81", "http://testserver.evil.example", "null"]
)
def test_a_foreign_origin_may_change_nothing(origin: str, client: TestClient) -> None:
    """A page elsewhere must not write into a patient's chat with the patient's own cookies."""
    assert client.post("/", headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("headers", [{"origin": "http://testserver"}, {}])
def test_our_own_page_and_programs_without_an_origin_may(headers: dict[str, str], client: TestClient) -> None:
    """A browser always names its origin at a POST; a command-line client has no cookies to steal."""
    assert client.post("/", headers=headers).status_code == 200


def test_a_link_from_elsewhere_opens_the_page(client: TestClient) -> None:
    """The clinic's home page links here."""
    assert client.get("/", headers={"origin": "https://clinic.example"}).status_code == 200


def test_a_foreign_pages_socket_is_closed(client: TestClient) -> None:
    """Chainlit accepts a socket from any page."""
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws", headers={"origin": "http://evil.example"}):
        pass


def test_our_own_pages_socket_is_opened(client: TestClient) -> None:
    """The chat runs over it."""
    with client.websocket_connect("/ws", headers={"origin": "http://testserver"}) as socket:
        assert socket.receive_text() == "hello"


@pytest.mark.parametrize("public", ["https://chat.example.org", "https://chat.example.org/"])
def test_behind_a_proxy_the_public_address_counts(public: str) -> None:
    """The server then hears http where the browser shows https; a slash too many must not shut everyone out."""
    client = TestClient(Harden(_inner(), Guests(SECRET), Guards(Doors(public))))
    here = {"host": "chat.example.org"}
    codes = [
        client.post("/", headers={**here, "origin": origin}).status_code for origin in ("https://chat.example.org", "http://testserver")
    ]
    assert codes == [200, 403]


@pytest.mark.parametrize("path", ["/project/file/x", "/project/element", "/project/share/x", "/project/thread/share", "/mcp"])
def test_routes_that_we_do_not_use_are_closed(path: str, client: TestClient) -> None:
    """Uploads, sharing and element writes would go round the records."""
    assert client.get(path).status_code == 404
    assert client.get("/project/threads").status_code == 200


def test_every_answer_carries_a_policy_that_loads_nothing_from_elsewhere(client: TestClient) -> None:
    """Also one that is no page."""
    for path in ("/", "/some/file.js"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "https:" not in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")


def test_the_policy_lets_the_page_reach_its_own_socket(client: TestClient) -> None:
    """Safari takes 'self' for http alone."""
    assert "connect-src 'self' ws://testserver;" in client.get("/").headers["content-security-policy"]


def test_a_stricter_policy_of_a_page_stays() -> None:
    """Our plain pages need no script at all."""
    inner = FastAPI()
    strict = {"content-security-policy": "default-src 'none'"}
    inner.get("/")(lambda: HTMLResponse("x", headers=strict))
    assert TestClient(Harden(inner, Guests(SECRET))).get("/").headers.get_list("content-security-policy") == ["default-src 'none'"]


def test_links_to_third_parties_are_taken_out_and_the_rest_is_left(client: TestClient) -> None:
    """Opening the chat must tell nobody that someone opened a health chat."""
    response = client.get("/", headers=HTML)
    assert response.text == "<p>Hallo ü</p>"
    assert int(response.headers["content-length"]) == len(response.content)


def test_a_page_that_comes_in_pieces_is_read_as_a_whole() -> None:
    """A link may be cut in two by the server's buffer."""
    pieces = [b'<link href="https://fonts.goo', b'gleapis.com">', b"<p>x</p>"]
    assert asyncio.run(_sent(pieces, b"text/html; charset=utf-8")) == b"<p>x</p>"


def test_a_stream_that_is_no_page_is_passed_on_as_it_comes() -> None:
    """A download must not be gathered in memory."""
    pieces = [b"<link fonts.googleapis.com>", b"2"]
    assert asyncio.run(_sent(pieces, b"application/octet-stream", count=True)) == 2


async def _sent(pieces: list[bytes], kind: bytes, *, count: bool = False) -> bytes | int:
    """What arrives of an answer in `pieces`: its bytes, or in how many parts."""
    out: list[Message] = []

    async def inner(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})  # type: ignore[operator]
        for number, piece in enumerate(pieces, 1):
            await send({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})  # type: ignore[operator]

    async def send(message: Message) -> None:
        out.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": [], "client": ("127.0.0.1", 1)}
    await Harden(inner, Guests(SECRET))(scope, receive, send)
    bodies = [message["body"] for message in out if message["type"] == "http.response.body"]
    return len(bodies) if count else b"".join(bodies)


# Cookies


def test_a_visitor_becomes_a_guest_when_a_page_opens(client: TestClient) -> None:
    """The cookie ends with the browser session and no page can read it (rule of care 11)."""
    line = client.get("/", headers=HTML).headers["set-cookie"].lower()
    assert guest_id(client.cookies[COOKIE], SECRET) is not None
    assert "httponly" in line
    assert not any(word in line for word in ("max-age", "expires"))


def test_a_guest_stays_the_same_guest(client: TestClient) -> None:
    """A reload keeps the chats."""
    client.get("/", headers=HTML)
    assert "set-cookie" not in client.get("/", headers=HTML).headers


def _aged(client: TestClient, monkeypatch: pytest.MonkeyPatch, days: float, **cookies: str) -> tuple[str, list[str]]:
    """A cookie that was given so many days ago, and what the browser that shows it is told."""
    given = time.time() - days * 24 * 3600
    with monkeypatch.context() as then:
        then.setattr("itsdangerous.timed.time.time", lambda: given)
        held = new_guest(SECRET)
    header = "; ".join(f"{name}={value}" for name, value in {COOKIE: held, **cookies}.items())
    return held, client.get("/", headers={**HTML, "cookie": header}).headers.get_list("set-cookie")


def test_a_visit_renews_the_cookie_of_the_same_guest(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes back within the half year loses nothing; a day old is soon enough."""
    held, told = _aged(client, monkeypatch, days=100)
    (line,) = told
    value = line.partition("=")[2].partition(";")[0]
    assert value != held
    assert guest_id(value, SECRET) == guest_id(held, SECRET)
    assert "max-age" not in line.lower()
    assert _aged(client, monkeypatch, days=0.5)[1] == []


def test_a_visit_renews_the_choice_to_keep_chats_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted from the last visit, not from the day of the choice."""
    _, told = _aged(client, monkeypatch, 100, **{KEEP_COOKIE: "1"})
    assert [line.partition("=")[0] for line in told] == [COOKIE, KEEP_COOKIE]
    assert all("max-age=15552000" in line.lower() and "httponly" in line.lower() for line in told)


def test_a_cookie_that_nobody_used_for_long_makes_a_new_guest(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a browser must not open a patient's chats years later."""
    held, told = _aged(client, monkeypatch, days=181)
    assert guest_id(held, SECRET) is None
    value = told[0].partition("=")[2].partition(";")[0]
    assert guest_id(value, SECRET) not in (None, guest_id(held, SECRET, days=400))


def test_a_forged_cookie_makes_a_new_guest(client: TestClient) -> None:
    """Whoever made it up is not that patient."""
    forged = new_guest("another secret")
    response = client.get("/", headers={**HTML, "cookie": f"{COOKIE}={forged}"})
    assert guest_id(response.cookies[COOKIE], SECRET) is not None


def test_only_pages_make_guests(client: TestClient) -> None:
    """A picture or a script that loads at the same time would make a second one."""
    assert "set-cookie" not in client.get("/", headers={"accept": "image/*"}).headers


@pytest.mark.parametrize("odd", ["a/b=1", "{x}=1", "a,b=1"])
def test_a_foreign_cookie_with_an_odd_name_shuts_nobody_out(odd: str, client: TestClient) -> None:
    """The standard library raises at it, and the page with the emergency number would not open."""
    held = new_guest(SECRET)
    response = client.get("/", headers={**HTML, "cookie": f"{odd}; {COOKIE}={held}"})
    assert response.status_code == 200
    assert "set-cookie" not in response.headers


def _token_line(client: TestClient, path: str = "/sign-in-to-chainlit", **cookies: str) -> str:
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    lines = client.get(path, headers={"cookie": header}).headers.get_list("set-cookie")
    return next(line.lower() for line in lines if line.startswith("access_token"))


def test_chainlits_cookie_ends_with_the_browser(client: TestClient) -> None:
    """It would otherwise sign the next user of a shared phone in for weeks."""
    line = _token_line(client)
    assert line.startswith("access_token=t;")
    assert not any(word in line for word in ("max-age", "expires"))


def test_unless_the_patient_keeps_their_chats_here(client: TestClient) -> None:
    """Opt-in."""
    assert "max-age=9999" in _token_line(client, **{KEEP_COOKIE: "1"})


def test_a_cookie_that_is_deleted_stays_deleted(client: TestClient) -> None:
    """Shortening 'ends in 1970' to 'ends with the browser' would bring it back."""
    assert "max-age=0" in _token_line(client, "/sign-out-of-chainlit")


def test_other_cookies_are_left_alone(client: TestClient) -> None:
    """The desks' own live as long as their session."""
    lines = client.get("/sign-in-to-chainlit").headers.get_list("set-cookie")
    assert any(line.startswith("other=o") and "Max-Age=9999" in line for line in lines)


def test_over_https_every_cookie_stays_on_https() -> None:
    """Once, whoever set it."""
    client = TestClient(Harden(_inner(), Guests(SECRET)), base_url="https://testserver")
    lines = [
        *client.get("/", headers=HTML).headers.get_list("set-cookie"),
        *client.get("/sign-in-to-chainlit").headers.get_list("set-cookie"),
    ]
    assert len(lines) == 3
    assert all(line.lower().count("secure") == 1 for line in lines)


def test_where_the_public_address_is_https_a_proxy_that_does_not_say_so_costs_nothing() -> None:
    """One cookie sent in the clear on a foreign network is enough to read a chat."""
    client = TestClient(Harden(_inner(), Guests(SECRET), Guards(Doors("https://chat.example.org"))), base_url="http://chat.example.org")
    page = client.get("/", headers=HTML)
    lines = [*page.headers.get_list("set-cookie"), *client.get("/sign-in-to-chainlit").headers.get_list("set-cookie")]
    assert [line.lower().count("; secure") for line in lines] == [1, 1, 1]
    assert page.headers["strict-transport-security"].startswith("max-age=")


# What comes in, and what goes out


def test_a_programs_request_with_a_patients_cookie_must_say_where_it_comes_from(client: TestClient) -> None:
    """A browser names its origin, or the page; whoever holds a cookie and names neither is not taken for one."""
    held = {"cookie": "carelight_guest=x"}
    codes = [
        client.post("/", headers={**held, **told}).status_code
        for told in ({}, {"referer": "http://testserver/library"}, {"referer": "http://evil.example/"}, {"sec-fetch-site": "same-origin"})
    ]
    assert codes == [403, 200, 403, 200]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_says_where_the_request_began_is_believed(site: str, client: TestClient) -> None:
    """Also where the origin it names would pass."""
    told = {"origin": "http://testserver", "sec-fetch-site": site}
    assert client.post("/", headers=told).status_code == 403
    assert client.get("/", headers=told).status_code == 403
    followed = {**told, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    framed = {**followed, "sec-fetch-dest": "iframe"}
    assert [client.get("/", headers=each).status_code for each in (followed, framed)] == [200, 403]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/" + "x" * 3000, {}, 414),
        ("/?q=" + "x" * 3000, {}, 414),
        ("/", {"cookie": "x" * 20_000}, 431),
        ("/", {f"x-{number}": "y" for number in range(120)}, 431),
    ],
)
def test_what_no_page_of_ours_sends_is_too_large(path: str, headers: dict[str, str], status: int, client: TestClient) -> None:
    """Before anything reads it."""
    assert client.get(path, headers=headers).status_code == status


def test_a_large_body_is_refused_by_its_length_and_by_its_bytes(client: TestClient) -> None:
    """A length can be left out; an upload at the desk may be larger."""

    def pieces() -> Iterator[bytes]:
        yield from (b"x" * 10_000 for _ in range(8))

    codes = [client.post("/", content=body).status_code for body in (b"x" * 70_000, pieces(), b"x" * 60_000)]
    assert codes == [413, 413, 200]
    assert client.post("/desk/upload", content=b"x" * 70_000).status_code == 200
    assert client.post("/desk/upload", content=b"x" * 7_000_000).status_code == 413


def test_a_body_that_trickles_in_is_not_waited_for() -> None:
    """Each slow sender would hold a place."""

    async def never() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    body = Body({"type": "http", "method": "POST", "path": "/"}, never, within_s=0.02)
    assert asyncio.run(body.ready()) == 408


def test_an_error_of_the_application_says_nothing_of_what_was_in_it() -> None:
    """Chainlit and NiceGUI put the exception's text on the page."""
    inner = FastAPI()
    inner.get("/")(lambda: HTMLResponse("ValueError: my chest hurts", status_code=500))
    response = TestClient(Harden(inner, Guests(SECRET))).get("/")
    assert response.status_code == 500
    assert "chest" not in response.text
    assert "emergency number" in response.text


def test_pages_are_kept_by_no_browser_and_framed_by_no_other(client: TestClient) -> None:
    """A shared phone's cache would tell; only the library may stand in a frame, beside the chat."""
    told = client.get("/").headers
    assert (told["cache-control"], told["x-frame-options"], told["cross-origin-opener-policy"]) == ("no-store", "DENY", "same-origin")
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert client.get("/library/gout").headers["x-frame-options"] == "SAMEORIGIN"
    assert "strict-transport-security" not in told
    safe = TestClient(Harden(_inner(), Guests(SECRET)), base_url="https://testserver")
    assert safe.get("/").headers["strict-transport-security"].startswith("max-age=")


def test_every_answer_has_an_id_and_names_no_version(client: TestClient) -> None:
    """The id stands in the log; a version tells an attacker what to try."""
    first, second = (client.get("/").headers for _ in range(2))
    assert first["x-request-id"] != second["x-request-id"]
    assert not {"server", "x-powered-by"} & set(first)


def test_tries_of_a_password_and_searches_are_limited_by_address() -> None:
    """The page says to wait, with the emergency number; nothing else is limited here."""
    limits = Limits(Settings(limit_sign_ins=2, limit_searches=1))
    client = TestClient(Harden(_inner(), Guests(SECRET), Guards(limits=limits, limited=lambda: "Wait. Call 911.")))
    codes = [client.post(path).status_code for path in ("/sign-in", "/sign-in", "/sign-in", "/library/find", "/library/search", "/other")]
    assert codes == [200, 200, 429, 200, 429, 200]
    refused = client.post("/sign-in")
    assert (refused.text, refused.headers["retry-after"]) == ("Wait. Call 911.", "60")


def test_what_happened_is_counted_by_part_and_status_and_logged_without_address_or_words(caplog: pytest.LogCaptureFixture) -> None:
    """No path: it names the chat, the case, the article that somebody read."""
    guards = Guards()
    client = TestClient(Harden(_inner(), Guests(SECRET), guards))
    with caplog.at_level("DEBUG", logger="carelight.requests"):
        client.get("/library/gout?mark=1-2")
        client.post("/", headers={"origin": "http://evil.example"})
    assert 'carelight_requests_total{part="library",status="2xx"} 1' in guards.metrics.text()
    assert 'carelight_refused_total{status="403"} 1' in guards.metrics.text()
    assert caplog.messages[0].startswith("GET library 2xx")
    assert "gout" not in caplog.text
