"""Who may sign in to a desk, for how long, and who counts as being there."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.records.database import Database
from app.records.models import Staff, StaffSession, now
from app.records.staff import StaffStore

PASSWORD = "correct horse battery"


@pytest.fixture
def staff(database: Database) -> StaffStore:
    """A desk with one nurse, Nora."""
    store = StaffStore(database)
    store.add("nora", "Nora", "care", PASSWORD)
    return store


def _signed_in(staff: StaffStore, login: str = "nora") -> str:
    token = staff.sign_in(login, PASSWORD)
    assert token is not None
    return token


def _disable(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(Staff).values(disabled=True))


def test_the_right_password_opens_a_session(staff: StaffStore) -> None:
    """The token is all that the cookie holds."""
    member = staff.member(_signed_in(staff))
    assert member is not None
    assert (member.login, member.name, member.role) == ("nora", "Nora", "care")


@pytest.mark.parametrize(
    ("login", "password"), [("nora", "wrong horse battery"), ("nora", ""), ("nobody", PASSWORD), ("", ""), ("NORA", PASSWORD)]
)
def test_a_wrong_name_or_password_opens_nothing(login: str, password: str, staff: StaffStore) -> None:
    """Cases hold the worst day of people's lives."""
    assert staff.sign_in(login, password) is None


@pytest.mark.parametrize(
    ("login", "role", "password", "problem"),
    [
        ("max", "care", "short", "12 characters"),
        ("max", "care", "x" * 11, "12 characters"),
        ("max", "doctor", PASSWORD, "role"),
        ("nora", "care", PASSWORD, "already"),
    ],
)
def test_a_member_that_cannot_be_added_is_told_why(login: str, role: str, password: str, problem: str, staff: StaffStore) -> None:
    """The message must name the problem and never the password."""
    with pytest.raises(ValueError, match=problem) as caught:
        staff.add(login, "Max", role, password)
    assert password not in str(caught.value)


def test_neither_password_nor_token_stands_in_the_database(staff: StaffStore, database: Database) -> None:
    """A stolen backup must open no desk."""
    token = _signed_in(staff)
    with database.transaction() as session:
        hashed, kept = session.scalar(select(Staff.password_hash)), session.scalar(select(StaffSession.token_hash))
    assert str(hashed).startswith("$argon2")
    assert kept != token


def test_signing_out_ends_that_session_alone(staff: StaffStore) -> None:
    """The other screen of the same nurse stays open."""
    first, second = _signed_in(staff), _signed_in(staff)
    staff.sign_out(first)
    assert staff.member(first) is None
    assert staff.member(second) is not None


def test_a_session_ends_by_itself(staff: StaffStore, database: Database) -> None:
    """A shift is eight hours; a forgotten screen must not stay open over night."""
    token = _signed_in(staff)
    with database.transaction() as session:
        session.execute(update(StaffSession).values(expires=now() - timedelta(seconds=1)))
    assert staff.member(token) is None
    assert not staff.active_since(now() - timedelta(hours=1), "care")


def test_somebody_disabled_is_out_at_once(staff: StaffStore, database: Database) -> None:
    """Both the open session and the next sign-in."""
    token = _signed_in(staff)
    _disable(database)
    assert staff.member(token) is None
    assert staff.sign_in("nora", PASSWORD) is None


@pytest.mark.parametrize("token", ["", "made up"])
def test_a_token_that_was_never_given_is_nobody(token: str, staff: StaffStore) -> None:
    """A browser without a cookie sends nothing at all."""
    _signed_in(staff)
    assert staff.member(token) is None


def test_only_a_nurse_who_was_active_counts_as_there(staff: StaffStore) -> None:
    """Never 'someone will be with you shortly' without someone (rule of care 7)."""
    before = now()
    assert not staff.active_since(before, "care")
    _signed_in(staff)
    assert staff.active_since(before, "care")
    assert not staff.active_since(now() + timedelta(seconds=1), "care")


def test_an_editor_at_work_does_not_make_the_care_desk_staffed(staff: StaffStore) -> None:
    """An editor reads no cases."""
    staff.add("ed", "Ed", "editor", PASSWORD)
    _signed_in(staff, "ed")
    assert not staff.active_since(now() - timedelta(hours=1), "care")


def test_somebody_disabled_does_not_make_the_desk_staffed(staff: StaffStore, database: Database) -> None:
    """Their session still stands in the table, but nobody reads the queue."""
    _signed_in(staff)
    _disable(database)
    assert not staff.active_since(now() - timedelta(hours=1), "care")


@pytest.mark.parametrize("idle_s", [20, 300])
def test_using_the_desk_counts_as_being_there(idle_s: int, staff: StaffStore, database: Database) -> None:
    """Sign-in alone does not last: whoever works the queue is there, also after hours."""
    token = _signed_in(staff)
    with database.transaction() as session:
        session.execute(update(StaffSession).values(last_active=now() - timedelta(seconds=idle_s)))
    staff.member(token)
    assert staff.active_since(now() - timedelta(seconds=60), "care")
