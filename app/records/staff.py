"""People who work at the desks, and their sign-ins. Passwords are argon2 hashes; a cookie's token is kept as a hash."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, select, update

from app.records.database import Database
from app.records.models import Staff, StaffSession, now

ROLES = ("care", "editor", "reviewer", "administrator")
SESSION = timedelta(hours=8)
_ACTIVE_EVERY = timedelta(seconds=30)
SHORTEST_PASSWORD = 12
NOT_HERE = "!imported"
"""In place of a password's hash: someone whom an imported library names, who has no account here."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Someone signed in to a desk."""

    id: str
    login: str
    name: str
    role: str
    title: str = ""
    """What patients read beside the name, such as "nurse"."""
    lead: bool = False
    """Whether they answer for the clinic's content."""


class StaffStore:
    """Adds staff and checks sign-ins; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database, self._hasher = database, PasswordHasher()
        self._decoy = self._hasher.hash(secrets.token_hex(16))

    def add(self, login: str, name: str, role: str, password: str, title: str = "", *, lead: bool = False) -> None:
        """Add a member; ValueError says what is wrong with the login, role or password.

        Someone known from an imported library keeps the id under which they wrote and signed: nobody can sign their own
        words because their account was made anew.
        """
        if role not in ROLES:
            raise ValueError(f"role must be one of {', '.join(ROLES)}")
        if len(password) < SHORTEST_PASSWORD:
            raise ValueError(f"the password must have at least {SHORTEST_PASSWORD} characters")
        with self._database.transaction() as session:
            row = session.scalar(select(Staff).where(Staff.login == login))
            if row is not None and row.password_hash != NOT_HERE:
                raise ValueError(f"there is already a member called {login}")
            row = row or Staff(login=login)
            row.name, row.role, row.title, row.lead, row.disabled = name, role, title, lead, False
            row.password_hash = self._hasher.hash(password)
            session.add(row)

    def sign_in(self, login: str, password: str) -> str | None:
        """A fresh session token for the right password; None otherwise, after the same work either way."""
        member = self.check(login, password)
        if member is None:
            return None
        token = secrets.token_urlsafe(32)
        with self._database.transaction() as session:
            session.add(StaffSession(token_hash=_hash(token), staff_id=member.id, expires=now() + SESSION))
        return token

    def check(self, login: str, password: str) -> StaffMember | None:
        """Whose login and password that is; None where they are wrong, after the same work either way."""
        with self._database.reading() as session:
            row = session.scalar(select(Staff).where(Staff.login == login, Staff.disabled.is_(False)))
        try:
            self._hasher.verify(row.password_hash if row else self._decoy, password)
        except VerificationError:
            return None
        return StaffMember(row.id, row.login, row.name, row.role, row.title, row.lead) if row else None

    def member(self, token: str, *, active: bool = True) -> StaffMember | None:
        """Who holds a session token, marked as active now unless only their page refreshed itself; None where it has ended."""
        if not token:
            return None
        with self._database.reading() as session:
            held = (StaffSession.token_hash == _hash(token), StaffSession.expires > now())
            row = session.scalar(select(Staff).join(StaffSession).where(*held, Staff.disabled.is_(False)))
            if row is None:
                return None
            member = StaffMember(row.id, row.login, row.name, row.role, row.title, row.lead)
        if active:
            self._mark_active(token)
        return member

    def _mark_active(self, token: str) -> None:
        """Remember that the desk is in use, at most every half minute: a queue that refreshes must not write each time."""
        stale = (StaffSession.token_hash == _hash(token), StaffSession.last_active < now() - _ACTIVE_EVERY)
        with self._database.reading() as session:
            if session.scalar(select(StaffSession.token_hash).where(*stale)) is None:
                return
        with self._database.transaction() as session:
            session.execute(update(StaffSession).where(*stale).values(last_active=now()))

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._database.transaction() as session:
            session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))

    def team(self, role: str) -> Sequence[StaffMember]:
        """Everyone with `role` who may sign in, by name."""
        with self._database.reading() as session:
            rows = session.scalars(select(Staff).where(Staff.role == role, Staff.disabled.is_(False)).order_by(Staff.name))
            return [StaffMember(row.id, row.login, row.name, row.role, row.title, row.lead) for row in rows]

    def active_ids(self, moment: datetime) -> frozenset[str]:
        """Ids of those whose desk was used since `moment`."""
        with self._database.reading() as session:
            held = (StaffSession.last_active >= moment, StaffSession.expires > now())
            return frozenset(session.scalars(select(StaffSession.staff_id).where(*held)))

    def active_since(self, moment: datetime, role: str) -> bool:
        """Whether a signed-in member with `role` was active since `moment`."""
        with self._database.reading() as session:
            active = (
                select(func.count())
                .select_from(StaffSession)
                .join(Staff)
                .where(Staff.role == role, Staff.disabled.is_(False), StaffSession.last_active >= moment, StaffSession.expires > now())
            )
            return bool(session.scalar(active))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
