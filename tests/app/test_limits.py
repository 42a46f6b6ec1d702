"""What is limited is the answer, never the screen; memory of who came is bounded and tells no address."""

from pathlib import Path

import pytest

from app.journal import Visit
from app.server import limits
from app.server.limits import Buckets, Crowds, Limits
from app.settings import Settings
from tests.app.turns import World


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A fixed clock."""
    return Clock()


def test_a_bucket_empties_and_fills_again_at_its_rate(clock: Clock) -> None:
    """A burst is allowed, a stream is not."""
    bucket = Buckets(3, 0.1, clock)
    assert [bucket.take("a") for _ in range(5)] == [True, True, True, False, False]
    assert bucket.take("b")
    clock.now += 10
    assert [bucket.take("a") for _ in range(2)] == [True, False]


def test_trying_again_and_again_does_not_put_the_end_off(clock: Clock) -> None:
    """A page that retries must get through as soon as its time is over."""
    bucket = Buckets(1, 0.1, clock)
    bucket.take("a")
    for _ in range(9):
        clock.now += 1
        assert not bucket.take("a")
    clock.now += 1.01
    assert bucket.take("a")


def test_no_limit_is_none(clock: Clock) -> None:
    """0 in the settings."""
    assert all(Buckets(0, 0, clock).take("a") for _ in range(100))


def test_the_memory_of_who_came_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million addresses must not fill the server."""
    monkeypatch.setattr(limits, "_MOST", 50)
    bucket, crowds = Buckets(3, 0.1, clock), Crowds(1, "s", clock)
    for number in range(500):
        bucket.take(str(number))
        crowds.of("p", str(number))
    assert (len(bucket._left), len(crowds._seen)) == (50, 50)


def test_each_guest_and_each_address_has_its_own(clock: Clock) -> None:
    """One who floods takes nothing from another elsewhere; an address as a whole is bounded too."""
    limited = Limits(Settings(limit_messages=2, limit_address_messages=5), clock)
    assert [limited.may_answer("p1", "192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [limited.may_answer(f"p{number}", "192.0.2.1") for number in range(2, 6)] == [True, True, True, False]
    assert limited.may_answer("p9", "192.0.2.2")


def test_one_customers_ipv6_addresses_are_one_place(clock: Clock) -> None:
    """They have as many as they like."""
    limited = Limits(Settings(limit_searches=1), clock)
    assert [limited.may_search(address) for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")] == [True, False, True]


def test_new_guests_beyond_the_limit_share_one_guests_answers(clock: Clock) -> None:
    """Nobody is shut out: the page opens, and every message is screened."""
    limited = Limits(Settings(limit_guests=2, limit_messages=1), clock)
    for number in range(5):
        limited.guest_came(f"p{number}", "192.0.2.1")
    assert [limited.may_answer(f"p{number}", "192.0.2.1") for number in range(5)] == [True, True, True, False, False]


def test_the_first_patients_of_an_address_stand_for_themselves(clock: Clock) -> None:
    """A family, a waiting room; those after them within the hour are a crowd, the same one."""
    crowds = Crowds(2, "secret", clock)
    named = [crowds.of(f"p{number}", "192.0.2.1") for number in range(5)]
    assert named[:2] == ["", ""]
    assert len({*named[2:]}) == 1
    assert named[2]
    assert "192" not in named[2]
    assert crowds.of("p0", "192.0.2.1") == ""
    assert crowds.of("px", "192.0.2.9") == crowds.of("px", "") == ""
    clock.now += 3601
    assert crowds.of("p9", "192.0.2.1") == ""


# In a turn


@pytest.mark.parametrize("why", ["limited", "crowded"])
@pytest.mark.parametrize(("text", "language"), [("what is gout", "en"), ("qué es la gota en el pie y cómo se trata", "es")])
def test_a_withheld_answer_is_said_so_in_the_patients_language(why: str, text: str, language: str, world: World) -> None:
    """The message is stored and closed like any other."""
    shown = [event.reply for event in world.conversation.reply("p1", "c1", text, visit=Visit("", why)) if hasattr(event, "reply")]
    assert [reply.kind for reply in shown] == ["notice"]
    assert shown[0].text.startswith(world.parts.words[language].say(why))
    chat = world.chats.chat("c1")
    assert chat is not None
    assert [entry.by_patient for entry in chat.entries] == [True, False]


def test_a_limited_patients_red_flag_gets_its_card_and_its_case(world: World) -> None:
    """Screening is never limited away."""
    events = list(world.conversation.reply("p1", "c1", "crushing chest pain", visit=Visit("192.0.2.1", "limited")))
    assert [event.reply.kind for event in events if hasattr(event, "reply")] == ["care_card"]
    assert [case.level for case in world.cases.queue()] == ["emergency"]


def test_a_limited_patient_can_still_ask_for_a_person(world: World) -> None:
    """No limit stands between a patient and people."""
    events = list(world.conversation.reply("p1", "c1", "I want to talk to a person", visit=Visit("", "limited")))
    assert [case.level for case in world.cases.queue()] == ["routine"]
    assert any(hasattr(event, "reply") and event.reply.kind == "smalltalk" for event in events)


def test_no_limit_reaches_the_disk(tmp_path: Path, clock: Clock) -> None:
    """Addresses are nobody's business but this minute's."""
    limited = Limits(Settings(data_dir=tmp_path), clock)
    limited.visit("p1", "192.0.2.1")
    assert list(tmp_path.iterdir()) == []
