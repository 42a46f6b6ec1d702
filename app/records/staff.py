"""People who work at the desks, and their sign-ins. Passwords are argon2 hashes; a cookie's token is kept as a hash."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from app import passwords, sign_in_rules
from app.errors import NotAllowedError
from app.records.audit import record
from app.records.database import Database
from app.records.models import Staff, StaffSession, now
from app.records.second_factor import SecondFactor
from app.records.sign_in_guard import SignInGuard
from app.sign_in_rules import NOWHERE, Place, SignInRules

ROLES = sign_in_rules.ROLES
SESSION = timedelta(hours=8)
Stage = Literal["full", "code", "enrol"]
"""How far a sign-in is: through; or the second factor is still to be given, or to be set up."""
_HALF_SESSION = timedelta(minutes=10)
_ACTIVE_EVERY = timedelta(seconds=30)
_LOGIN = re.compile(r"[\w.@+ -]{1,80}")
NOT_HERE = "!imported"
"""In place of a password's hash: someone whom an imported library names, who has no account here."""
BY_PORTAL = "!portal"
"""In place of a password's hash: someone who signs in with their clinic account, and has no password here."""


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
    """Adds staff and checks sign-ins; RecordsError where the database fails. `key` seals second factors, and what is kept of failures."""

    def __init__(self, database: Database, key: bytes = b"", rules: SignInRules | None = None) -> None:
        self._database, self._hasher = database, PasswordHasher()
        self._rules = rules or SignInRules()
        self._decoy = self._hasher.hash(secrets.token_hex(16))
        self.second_factor = SecondFactor(database, key)
        self.guard = SignInGuard(database, self._rules, key)

    def add(self, login: str, name: str, role: str, password: str, title: str = "", *, lead: bool = False, by: str = "operator") -> None:
        """Add a member; ValueError says what is wrong with the login, role or password.

        Someone known from an imported library keeps the id under which they wrote and signed: nobody can sign their own
        words because their account was made anew.
        """
        if role not in ROLES:
            raise ValueError(f"role must be one of {', '.join(ROLES)}")
        if not _LOGIN.fullmatch(login):
            raise ValueError("a login is made of letters, digits, spaces and . _ @ + - alone, 80 at most")
        if wrong := passwords.problem(password, login, name):
            raise ValueError(wrong)
        with self._database.transaction() as session:
            row = session.scalar(select(Staff).where(Staff.login == login))
            if row is not None and row.password_hash != NOT_HERE:
                raise ValueError(f"there is already a member called {login}")
            row = row or Staff(login=login)
            row.name, row.role, row.title, row.lead, row.disabled = name, role, title, lead, False
            row.password_hash = self.hashed(password)
            session.add(row)
            session.flush()
            record(session, by, f"staff.added_{role}", row.id)

    # Signing in

    def sign_in(self, login: str, password: str, place: Place = NOWHERE) -> str | None:
        """A fresh token for the right password, of a session that is through or waits for the second factor (`stage`).

        None otherwise, after the same work whether anybody is called that or not.
        """
        if self.guard.refuses(login, place):
            return None
        member = self.check(login, password)
        if member is None:
            self.guard.failed(login, place, self._id_of(login))
            return None
        return self._open(member, self._next_stage(member.id), place)

    def pass_code(self, token: str, typed: str, place: Place = NOWHERE) -> str | None:
        """The token of a session that is through, in place of one that waited for this code; None where it is wrong."""
        member = self._holder(token, "code")
        if member is None or self.guard.refuses(member.login, place):
            return None
        if not self.second_factor.check(member.id, typed):
            self.guard.failed(member.login, place, member.id)
            return None
        return self._replace(token, member, place)

    def enrol(self, token: str, typed: str, place: Place = NOWHERE) -> tuple[str, Sequence[str]] | None:
        """Take a second factor into use with its first code: the token from now on, and recovery codes; None where it is wrong."""
        member = self._holder(token, "enrol")
        codes = self.second_factor.confirm(member.id, hash_of(token), typed) if member is not None else ()
        if member is None or not codes:
            return None
        return self._replace(token, member, place), codes

    def act(self, login: str, password: str, code: str = "") -> StaffMember | None:
        """Who may act at the command line with that password and, where they have a second factor, a code; as strict as the page."""
        if self.guard.refuses(login, NOWHERE):
            return None
        member = self.check(login, password)
        stage = self._next_stage(member.id) if member is not None else "full"
        if stage == "enrol":
            raise NotAllowedError("a second factor is needed; sign in at the desk once to set yours up")
        if member is None or (stage == "code" and not self.second_factor.check(member.id, code)):
            self.guard.failed(login, NOWHERE, self._id_of(login))
            return None
        return member

    def check(self, login: str, password: str) -> StaffMember | None:
        """Whose login and password that is; None where they are wrong, after the same work either way."""
        with self._database.reading() as session:
            row = session.scalar(select(Staff).where(Staff.login == login, Staff.disabled.is_(False)))
        row = row if row is not None and row.password_hash != BY_PORTAL else None
        try:
            self._hasher.verify(row.password_hash if row else self._decoy, password)
        except VerificationError:
            return None
        return member_of(row) if row else None

    def has_password(self, staff_id: str) -> bool:
        """Whether they have a password here; who signs in with a clinic account has none."""
        with self._database.reading() as session:
            return session.scalar(select(Staff.password_hash).where(Staff.id == staff_id)) != BY_PORTAL

    def confirms(self, token: str, password: str) -> StaffMember | None:
        """Who is signed in with that token, if they know their password: asked before what a passer-by must not do; failures count."""
        member, here = self._holder(token, "full"), Place(session=token)
        if member is None or self.guard.refuses(member.login, here):
            return None
        if self.check(member.login, password) is None:
            self.guard.failed(member.login, here, member.id)
            return None
        return member

    def hashed(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(password)

    def needs_code(self, login: str) -> bool:
        """Whether whoever is called that gives a code too; asked at the command line alone."""
        return self.second_factor.has(self._id_of(login))

    def _next_stage(self, staff_id: str) -> Stage:
        """What a right password leads to."""
        if self.second_factor.has(staff_id):
            return "code"
        return "enrol" if self._rules.second_factor else "full"

    def _id_of(self, login: str) -> str:
        with self._database.reading() as session:
            return session.scalar(select(Staff.id).where(Staff.login == login)) or ""

    # Sessions

    def stage(self, token: str) -> Stage | None:
        """How far the sign-in with that token is; None where it has ended."""
        return next((stage for stage in ("full", "code", "enrol") if self._holder(token, stage)), None)

    def enrolling(self, token: str) -> StaffMember | None:
        """Who is setting up a second factor in that session."""
        return self._holder(token, "enrol")

    def offered(self, token: str) -> str:
        """The secret that this session sets up, and no other; empty where it sets up none."""
        member = self._holder(token, "enrol")
        return self.second_factor.offer(member.id, hash_of(token)) if member is not None else ""

    def begin_enrolment(self, token: str, password: str) -> bool:
        """Whoever is signed in and knows their password sets up another second factor; the old one counts until then."""
        if self.confirms(token, password) is None:
            return False
        with self._database.transaction() as session:
            changed = {"stage": "enrol", "expires": now() + _HALF_SESSION}
            session.execute(update(StaffSession).where(StaffSession.token_hash == hash_of(token)).values(changed))
        return True

    def member(self, token: str, *, active: bool = True) -> StaffMember | None:
        """Who holds a session token, marked as active now unless only their page refreshed itself; None where it has ended."""
        member = self._holder(token, "full")
        if member is not None and active:
            self._mark_active(token)
        return member

    def _open(self, member: StaffMember, stage: Stage, place: Place) -> str:
        token = secrets.token_urlsafe(32)
        with self._database.transaction() as session:
            self.begin(session, token, member, stage, place)
        return token

    def _replace(self, token: str, member: StaffMember, place: Place) -> str:
        """A new token, so that one from before the second factor is worth nothing after it."""
        fresh = secrets.token_urlsafe(32)
        with self._database.transaction() as session:
            session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_of(token)))
            self.begin(session, fresh, member, "full", place)
        return fresh

    def begin(self, session: Session, token: str, member: StaffMember, stage: Stage, place: Place) -> None:
        """Open a session within a transaction; one that is through is on the trail."""
        session.execute(delete(StaffSession).where(StaffSession.expires < now()))
        expires = now() + (SESSION if stage == "full" else _HALF_SESSION)
        session.add(StaffSession(token_hash=hash_of(token), staff_id=member.id, expires=expires, stage=stage, browser=place.browser[:40]))
        if stage == "full":
            self.guard.forget(session, member.login, place)
            record(session, member.id, "staff.signed_in", member.id)

    def _holder(self, token: str, stage: str) -> StaffMember | None:
        if not token:
            return None
        with self._database.reading() as session:
            held = (StaffSession.token_hash == hash_of(token), *self.living(), StaffSession.stage == stage)
            row = session.scalar(select(Staff).join(StaffSession).where(*held, Staff.disabled.is_(False)))
            return member_of(row) if row is not None else None

    def living(self) -> tuple[ColumnElement[bool], ...]:
        """A session ends by itself eight hours after the sign-in, and when its desk stands unused."""
        return StaffSession.expires > now(), StaffSession.last_active > now() - self._rules.idle

    def _mark_active(self, token: str) -> None:
        """Remember that the desk is in use, at most every half minute: a queue that refreshes must not write each time."""
        stale = (StaffSession.token_hash == hash_of(token), StaffSession.last_active < now() - _ACTIVE_EVERY)
        with self._database.reading() as session:
            if session.scalar(select(StaffSession.token_hash).where(*stale)) is None:
                return
        with self._database.transaction() as session:
            session.execute(update(StaffSession).where(*stale).values(last_active=now()))

    def sign_out(self, token: str) -> None:
        """End a session."""
        member = self._holder(token, "full")
        with self._database.transaction() as session:
            session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_of(token)))
            if member is not None:
                record(session, member.id, "staff.signed_out", member.id)

    # Who is there

    def team(self, role: str) -> Sequence[StaffMember]:
        """Everyone with `role` who may sign in, by name."""
        with self._database.reading() as session:
            rows = session.scalars(select(Staff).where(Staff.role == role, Staff.disabled.is_(False)).order_by(Staff.name))
            return [member_of(row) for row in rows]

    def active_ids(self, moment: datetime) -> frozenset[str]:
        """Ids of those whose desk was used since `moment`."""
        with self._database.reading() as session:
            held = (StaffSession.last_active >= moment, *self.living(), StaffSession.stage == "full")
            return frozenset(session.scalars(select(StaffSession.staff_id).where(*held)))

    def active_since(self, moment: datetime, role: str) -> bool:
        """Whether a signed-in member with `role` was active since `moment`."""
        with self._database.reading() as session:
            held = (StaffSession.last_active >= moment, *self.living(), StaffSession.stage == "full")
            active = select(func.count()).select_from(StaffSession).join(Staff).where(Staff.role == role, Staff.disabled.is_(False), *held)
            return bool(session.scalar(active))


def member_of(row: Staff) -> StaffMember:
    """A row as the desks know it."""
    return StaffMember(row.id, row.login, row.name, row.role, row.title, row.lead)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
