"""A guest is whoever holds the cookie that we signed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.guests import COOKIE, guest_from_cookies, guest_id, new_guest

SECRET = "a secret of the clinic"


def test_each_new_guest_is_somebody_else() -> None:
    """Two people on two devices must never share a chat."""
    first, second = (guest_id(new_guest(SECRET), SECRET) for _ in range(2))
    assert first is not None
    assert first != second


def test_the_guest_is_found_among_other_cookies() -> None:
    """The browser sends everything it holds for the address."""
    value = new_guest(SECRET)
    assert guest_from_cookies(f"theme=dark; {COOKIE}={value}; x=1", SECRET) == guest_id(value, SECRET)


@pytest.mark.parametrize("odd", ["a/b=1", "{x}=1", "bad cookie", "=;=", 'q="unclosed'])
def test_a_foreign_cookie_locks_nobody_out(odd: str) -> None:
    """Another program on the clinic's address may set a name that the standard library refuses with an exception."""
    value = new_guest(SECRET)
    assert guest_from_cookies(f"{odd}; {COOKIE}={value}", SECRET) == guest_id(value, SECRET)


def test_a_cookie_signed_by_somebody_else_is_nobody() -> None:
    """Otherwise a patient id would be enough to read that patient's chats."""
    assert guest_id(new_guest("another secret"), SECRET) is None
    assert guest_from_cookies("", SECRET) is None


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
