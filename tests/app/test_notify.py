"""Messages leave by real mail and a real webhook; a channel that fails says why, and no secret is ever shown."""

import logging
import socket
from email import message_from_string
from email.header import decode_header, make_header

import pytest

from app.errors import SettingsError
from app.escalation import notify
from app.escalation.notify import Channels
from tests.app.channels import FakeChannel, mail_server, webhook

A, B, C, OPERATOR = (FakeChannel(name) for name in "abco")


def _only(address: str) -> notify.Channel:
    return next(iter(notify.read({"first": address}).all().values()))


def test_a_notice_arrives_by_mail() -> None:
    """Through a real SMTP server, with accents."""
    with mail_server() as box:
        assert _only(box.url).send("Elm Street: CRISIS, caso nuevo ñ", "Waiting: 3 min.") == ""
    mail = message_from_string(box.mails[0])
    assert str(make_header(decode_header(mail["Subject"]))) == "Elm Street: CRISIS, caso nuevo ñ"
    assert "Waiting: 3 min." in str(mail)


def test_a_notice_arrives_at_a_webhook() -> None:
    """Teams, Slack and SMS gateways are taken the same way."""
    with webhook() as hook:
        assert _only(hook.url).send("Title", "Body") == ""
    assert [(taken["title"], taken["message"]) for taken in hook.taken] == [("Title", "Body")]


@pytest.mark.parametrize("code", [401, 500])
def test_a_channel_that_refuses_says_with_which_code(code: int) -> None:
    """An expired token is mended another way than a server that is down."""
    with webhook() as hook:
        hook.code = code
        assert _only(hook.url).send("Title", "Body") == f"refused with code {code}"


def test_a_channel_that_nobody_answers_says_so() -> None:
    """The gateway is down."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert _only(f"json://127.0.0.1:{probe.getsockname()[1]}").send("Title", "Body") == "no connection"


def test_a_plugin_that_breaks_is_a_problem_and_no_error() -> None:
    """One service's mistake must not end the alarms of the others."""

    class Breaks:
        def notify(self, *, title: str, body: str) -> bool:
            raise RuntimeError("hunter2")

    assert notify._AppriseChannel("f", "first 1: X", Breaks()).send("Title", "Body") == "RuntimeError"


def test_nothing_of_an_address_is_shown_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Addresses hold passwords; the log and the desk are read by many."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # as `logs.configure` does
    with webhook() as hook, caplog.at_level(logging.DEBUG):
        channel = _only(hook.url)
        hook.code = 500
        channel.send("Title", "Body")
    assert channel.label == "first 1: JSON"
    assert not any(
        secret in f"{channel.label} {channel.fingerprint} {caplog.text}" for secret in ("hunter2", "nurse", "127.0.0.1", "Title")
    )


@pytest.mark.parametrize("address", ["bogus://hunter2", "hunter2", "mailto://", "json://127.0.0.1 bogus://hunter2"])
def test_an_address_that_cannot_be_used_is_named_by_its_place_alone(address: str) -> None:
    """It stops the start; a misspelt address would be silence."""
    with pytest.raises(SettingsError, match=r"CARELIGHT_NOTIFY_ON_CALL: address \d") as caught:
        notify.read({"on_call": address})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("between", [" ", ",", ", ", "\n"])
def test_addresses_stand_side_by_side(between: str) -> None:
    """Separated by spaces or commas; a comma within an address stays in it."""
    read = notify.read({"first": f"json://a.example{between}json://b.example/?to=x,y", "next": "", "on_call": " "})
    assert [channel.label for channel in read.all().values()] == ["first 1: JSON", "first 2: JSON"]


@pytest.mark.parametrize(
    ("lists", "told", "now", "expected"),
    [
        ({"first": [A], "next": [B], "on_call": [C]}, 0, 1, "a"),
        ({"first": [A], "next": [B], "on_call": [C]}, 1, 2, "b"),
        ({"first": [A], "next": [B], "on_call": [C]}, 2, 3, "c"),
        ({"first": [A], "next": [B], "on_call": [C]}, 7, 8, "c"),
        ({"first": [A], "next": [B], "on_call": [C]}, 0, 5, "abc"),
        ({"first": [A]}, 1, 2, "a"),
        ({"first": [A]}, 2, 3, "a"),
        ({"first": [A], "next": [B]}, 2, 3, "b"),
        ({"on_call": [C]}, 0, 1, "c"),
        ({"operator": [OPERATOR]}, 0, 3, ""),
        ({}, 0, 9, ""),
    ],
)
def test_each_stage_calls_its_list_and_an_empty_one_the_list_before(
    lists: dict[notify.ListName, list[FakeChannel]], told: int, now: int, expected: str
) -> None:
    """Stages that were passed over while nobody looked are told too."""
    assert "".join(channel.fingerprint for channel in Channels(lists).for_stages(told, now)) == expected


def test_the_operator_is_the_first_list_where_none_is_set() -> None:
    """Our own failures are told to somebody."""
    assert Channels({"first": [A], "operator": [OPERATOR]}).operators() == [OPERATOR]
    assert Channels({"first": [A]}).operators() == [A]
