"""A guest is whoever holds the cookie that we signed."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import BadSignature, URLSafeSerializer

from app.guests import COOKIE, Guests, guest_id, new_guest

SECRET = "a secret of the clinic"


def test_each_new_guest_is_somebody_else() -> None:
    """Two people on two devices must never share a chat."""
    first, second = (guest_id(new_guest(SECRET), SECRET) for _ in range(2))
    assert first is not None
    assert first != second


def test_the_guest_is_found_among_other_cookies() -> None:
    """The browser sends everything it holds for the address."""
    value = new_guest(SECRET)
    assert Guests(SECRET).in_header(f"theme=dark; {COOKIE}={value}; x=1") == guest_id(value, SECRET)


@pytest.mark.parametrize("odd", ["a/b=1", "{x}=1", "bad cookie", "=;=", 'q="unclosed'])
def test_a_foreign_cookie_locks_nobody_out(odd: str) -> None:
    """Another program on the clinic's address may set a name that the standard library refuses with an exception."""
    value = new_guest(SECRET)
    assert Guests(SECRET).in_header(f"{odd}; {COOKIE}={value}") == guest_id(value, SECRET)


def test_a_cookie_signed_by_somebody_else_is_nobody() -> None:
    """Otherwise a patient id would be enough to read that patient's chats."""
    assert guest_id(new_guest("another secret"), SECRET) is None
    assert Guests(SECRET).in_header("") is None


@given(position=st.integers(0, 70), char=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\'))
@settings(max_examples=40, deadline=None)
def test_no_changed_cookie_is_another_guest(position: int, char: str) -> None:
    """Every character is under the signature."""
    value = new_guest(SECRET)
    at = position % len(value)
    changed = guest_id(value[:at] + char + value[at + 1 :], SECRET)
    assert changed in (None, guest_id(value, SECRET))


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_for_a_cookie_is_nobody_and_no_error(value: str) -> None:
    """The header comes from outside."""
    assert guest_id(value, SECRET) is None


def _given(days_ago: float, monkeypatch: pytest.MonkeyPatch) -> str:
    at = time.time() - days_ago * 24 * 3600
    with monkeypatch.context() as then:
        then.setattr("itsdangerous.timed.time.time", lambda: at)
        return new_guest(SECRET)


@pytest.mark.parametrize(("days_ago", "known"), [(29, True), (31, False)])
def test_a_cookie_is_refused_once_the_clinics_time_is_over(days_ago: float, known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the server: what a browser keeps is no limit."""
    assert (Guests(SECRET, days=30).id_in(_given(days_ago, monkeypatch)) is not None) == known


def test_a_cookie_is_renewed_at_most_once_a_day_and_never_for_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays the same patient's."""
    guests, older = Guests(SECRET, days=30), _given(2, monkeypatch)
    renewed = guests.renewed(older)
    assert renewed is not None
    assert guests.id_in(renewed) == guests.id_in(older)
    assert [guests.renewed(value) for value in (renewed, _given(31, monkeypatch), "forged", "")] == [None] * 4


def test_a_cookie_of_before_they_held_a_moment_is_taken_for_a_while_and_renewed() -> None:
    """An upgrade must cost nobody their chats, and must not leave a cookie that never ends."""
    old = str(URLSafeSerializer(SECRET, salt="guest").dumps("patient-1"))
    for_now, over = (Guests(SECRET, untimed_until=time.time() + seconds) for seconds in (60, -60))
    assert for_now.id_in(old) == "patient-1"
    assert guest_id(for_now.renewed(old) or "", SECRET) == "patient-1"
    assert (over.id_in(old), over.renewed(old)) == (None, None)


def test_a_cookie_that_holds_a_moment_is_no_cookie_of_before() -> None:
    """Or one that is too old would come in by the other door."""
    value = new_guest(SECRET)
    with pytest.raises(BadSignature):
        URLSafeSerializer(SECRET, salt="guest").loads(value)
