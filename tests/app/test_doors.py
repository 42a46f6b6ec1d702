"""Which requests come in: known hosts alone, the desks on a host and networks of their own."""

import pytest
from starlette.types import Scope

from app.server.addresses import networks
from app.server.doors import Doors
from app.server.proxies import Proxies, address, passed_on, request_id

CHAT, DESK = "https://chat.example.org", "https://desk.example.org"
BOTH = Doors(CHAT, DESK, networks("10.0.0.0/8"))


def _scope(path: str = "/", client: str = "192.0.2.7", **headers: str) -> Scope:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "GET", "path": path, "scheme": "https", "headers": sent, "client": (client, 1)}


@pytest.mark.parametrize("host", ["chat.example.org", "CHAT.example.org:443", "chat.example.org."])
def test_the_clinics_own_host_is_known(host: str) -> None:
    """However a browser writes it."""
    assert Doors(CHAT).refusal(_scope(host=host)) is None


@pytest.mark.parametrize("host", ["evil.example", "chat.example.org.evil.example", "127.0.0.1:8000", ""])
def test_another_host_is_not_where_the_public_address_is_set(host: str) -> None:
    """A name that an attacker points here must not open the chat as if it were theirs; monitors know the machine by any name."""
    assert Doors(CHAT).refusal(_scope(host=host)) == 421
    assert Doors(CHAT).refusal(_scope("/healthz", host=host)) is None


@pytest.mark.parametrize(
    ("path", "chat", "desk"),
    [
        ("/", None, 404),
        ("/ws/socket.io/", None, 404),
        ("/project/threads", None, 404),
        ("/library", None, None),
        ("/site/desk.js", None, None),
        ("/desk/care", 404, None),
        ("/desk/_nicegui_ws/socket.io", 404, None),
        ("/sign-in", 404, None),
        ("/care", 404, None),
        ("/admin", 404, None),
        ("/desks-and-chairs", None, 404),
    ],
)
def test_desk_and_chat_stand_each_on_its_own_host(path: str, chat: int | None, desk: int | None) -> None:
    """Whoever finds the chat finds no sign-in to try passwords at."""
    found = [BOTH.refusal(_scope(path, "10.1.2.3", host=host)) for host in ("chat.example.org", "desk.example.org")]
    assert found == [chat, desk]


def test_the_desk_is_found_from_its_networks_alone() -> None:
    """Also without a host of its own."""
    here = Doors(desk_networks=networks("10.0.0.0/8, 2001:db8::/32"))
    codes = [here.refusal(_scope("/desk/care", client, host="x")) for client in ("10.9.9.9", "2001:db8::5", "192.0.2.7", "", "unix")]
    assert codes == [None, None, 404, 404, 404]
    assert here.refusal(_scope("/library", "192.0.2.7", host="x")) is None


def test_what_a_desk_page_sends_comes_from_the_desks_origin() -> None:
    """The chat's page is another origin there."""
    scope = {**_scope("/sign-in", "10.0.0.1", host="desk.example.org", origin=DESK), "method": "POST"}
    from_chat = {**_scope("/sign-in", "10.0.0.1", host="desk.example.org", origin=CHAT), "method": "POST"}
    assert (BOTH.refusal(scope), BOTH.refusal(from_chat)) == (None, 403)


# Behind a proxy

TRUSTED = Proxies(networks("10.0.0.0/8"))


def test_a_strangers_word_about_where_they_come_from_is_not_taken() -> None:
    """One person would write as a thousand addresses."""
    arrived = TRUSTED.arrived(_scope(x_forwarded_for="198.51.100.1", x_forwarded_proto="http", x_request_id="abcdefgh", host="h"))
    assert (address(arrived), arrived["scheme"], passed_on(arrived)) == ("192.0.2.7", "https", True)
    assert request_id(arrived) != "abcdefgh"
    assert [name for name, _ in arrived["headers"]] == [b"host"]


def test_a_trusted_proxys_word_is() -> None:
    """The nearest address that is no proxy counts: what stands left of it the browser may have made up."""
    forwarded = {"x_forwarded_for": "203.0.113.9, 198.51.100.1, 10.0.0.2", "x_forwarded_proto": "http", "x_request_id": "abcdefgh"}
    arrived = TRUSTED.arrived(_scope("/", "10.0.0.1", **forwarded, x_forwarded_host="chat.example.org", host="inner:8000"))
    assert (address(arrived), arrived["scheme"], request_id(arrived)) == ("198.51.100.1", "http", "abcdefgh")
    assert dict(arrived["headers"])[b"host"] == b"chat.example.org"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("203.0.113.9:50123", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("203.0.113.9, 10.0.0.2:8443", "203.0.113.9"),
        ("unknown", "unknown"),
    ],
)
def test_a_port_behind_the_address_makes_nobody_another_patient(written: str, meant: str) -> None:
    """Each connection has its own: the limits would count nobody, and a proxy of ours would pass for a patient."""
    assert address(TRUSTED.arrived(_scope("/", "10.0.0.1", x_forwarded_for=written))) == meant


@pytest.mark.parametrize("odd", ["a\nb", "x" * 200, "short", "<script>"])
def test_an_id_that_is_none_gets_one_of_ours(odd: str) -> None:
    """It stands in logs."""
    assert request_id(TRUSTED.arrived(_scope("/", "10.0.0.1", x_request_id=odd))) != odd


def test_a_socket_behind_https_is_a_safe_one() -> None:
    """Its origin is compared with https."""
    arrived = TRUSTED.arrived({**_scope("/", "10.0.0.1", x_forwarded_proto="https", host="h"), "type": "websocket", "scheme": "ws"})
    assert arrived["scheme"] == "wss"


@pytest.mark.parametrize("written", ["10.0.0.0/33", "clinic", "10.0.0.0/8; rm"])
def test_a_network_that_is_none_is_refused(written: str) -> None:
    """A misspelt one would trust nobody, or everybody."""
    with pytest.raises(ValueError, match="no network"):
        networks(written)
