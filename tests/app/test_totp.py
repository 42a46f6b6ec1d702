"""Codes as every authenticator app makes them, and what a password must be."""

import base64

import pytest

from app import passwords, totp

RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, expected: str) -> None:
    """RFC 6238, appendix B (SHA-1); its eight digits end with our six."""
    assert totp.code(RFC, totp.step_at(seconds)) == expected[-6:]


@pytest.mark.parametrize(("seconds", "taken"), [(0, True), (30, True), (-30, True), (61, False), (-60, False)])
def test_a_phones_clock_may_be_half_a_minute_off(seconds: int, taken: bool) -> None:
    """And no more."""
    assert (totp.accepted(RFC, "081804", 1111111109 + seconds, 0) is not None) == taken


def test_no_code_works_twice() -> None:
    """Whoever looked over a shoulder is too late."""
    step = totp.accepted(RFC, "287 082", 59, 0)
    assert step == 1
    assert totp.accepted(RFC, "287082", 59, step) is None


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "abcdef", "２８７０８２"])
def test_what_is_no_code_is_not_taken(typed: str) -> None:
    """And raises nothing."""
    assert totp.accepted(RFC, typed, 59, 0) is None


def test_an_app_opens_the_key_by_its_address() -> None:
    """A clinic's name may hold a space."""
    assert totp.address("ABCD", "nora", "Elm Street") == "otpauth://totp/Elm%20Street:nora?secret=ABCD&issuer=Elm%20Street"
    assert totp.grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"
    assert len(base64.b32decode(totp.new_secret())) == 20


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 11,
        "x" * 201,
        "Password2026!!",
        "123456789012",
        "9876543210987",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaaa",
        "nora nora nora",
        "norasmith2026!",
        "CarelightClinic1",
        "abcdefghijkl",
    ],
)
def test_a_password_that_would_be_guessed_is_refused_and_not_repeated(password: str) -> None:
    """Short, one's own name, or among those that are tried first."""
    said = passwords.problem(password, "nora", "Nora Smith")
    assert said
    assert password not in said


@pytest.mark.parametrize("password", ["correct horse battery", "a quiet harbour walk", "7391 8264 5520 1", "ñandú bajo la lluvia"])
def test_a_long_password_needs_no_digits_or_marks(password: str) -> None:
    """NIST SP 800-63B asks for none."""
    assert passwords.problem(password, "nora", "Nora Smith") == ""
