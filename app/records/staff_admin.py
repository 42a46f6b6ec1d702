"""Accounts of staff as administrators keep them: each change is one transaction, ends the sessions it must, and is on the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import passwords
from app.errors import NotAllowedError
from app.records.audit import record
from app.records.database import Database
from app.records.models import Staff, StaffSession
from app.records.second_factor import take_away
from app.records.staff import BY_PORTAL, NOT_HERE, ROLES, StaffStore, hash_of, member_of

_ID_LETTERS = 16


@dataclass(frozen=True, slots=True)
class Account:
    """Someone with an account, and how it stands."""

    id: str
    login: str
    name: str
    role: str
    title: str
    lead: bool
    disabled: bool
    second_factor: bool
    sessions: int
    """Desks on which they are signed in now."""
    last_active: datetime | None
    clinic_account: bool = False
    """Whether they sign in with their clinic account, and have no password here."""

    @property
    def proof(self) -> str:
        """What they sign in with."""
        return "clinic account" if self.clinic_account else "second factor" if self.second_factor else "password alone"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A desk that is signed in. `id` names it and is no secret; `browser` is what it called itself."""

    id: str
    browser: str
    began: datetime
    last_active: datetime


class StaffAdmin:
    """Changes accounts. `by` is the id of whoever does it, or "operator". NotAllowedError says why something cannot be."""

    def __init__(self, database: Database, staff: StaffStore) -> None:
        self._database, self._staff = database, staff

    def accounts(self) -> Sequence[Account]:
        """Everybody with an account, by login."""
        with self._database.reading() as session:
            living = select(StaffSession.staff_id, func.count(), func.max(StaffSession.last_active)).where(*self._staff.living())
            open_now = {who: (count, latest) for who, count, latest in session.execute(living.group_by(StaffSession.staff_id))}
            rows = session.scalars(select(Staff).where(Staff.password_hash != NOT_HERE).order_by(Staff.login))
            return [_account(row, *open_now.get(row.id, (0, None))) for row in rows]

    def account(self, login: str) -> Account:
        """The account called that; NotAllowedError where there is none."""
        found = next((account for account in self.accounts() if account.login == login), None)
        if found is None:
            raise NotAllowedError(f"nobody has the login {login}; see 'carelight staff list'")
        return found

    def disable(self, staff_id: str, by: str) -> None:
        """They can sign in no more, and are out of every desk at once."""
        with self._database.transaction() as session:
            row = _known(session, staff_id)
            _keep_one_administrator(session, row)
            row.disabled = True
            _end_sessions(session, staff_id)
            record(session, by, "staff.disabled", staff_id)

    def enable(self, staff_id: str, by: str) -> None:
        """They can sign in again."""
        with self._database.transaction() as session:
            _known(session, staff_id).disabled = False
            record(session, by, "staff.enabled", staff_id)

    def open_sign_in(self, staff_id: str, by: str) -> None:
        """Failures count no more, whoever they came from: the next sign-in is looked at again."""
        with self._database.transaction() as session:
            self._staff.guard.open(session, _known(session, staff_id).login)
            record(session, by, "staff.opened", staff_id)

    def give_role(self, staff_id: str, role: str, by: str, *, lead: bool | None = None) -> None:
        """Another role from now on; open desks of the old one end. `lead` as in `StaffStore.add`, None leaves it."""
        if role not in ROLES:
            raise NotAllowedError(f"role must be one of {', '.join(ROLES)}")
        with self._database.transaction() as session:
            row = _known(session, staff_id)
            if role != "administrator":
                _keep_one_administrator(session, row)
            row.role = role
            row.lead = row.lead if lead is None else lead
            _end_sessions(session, staff_id)
            record(session, by, f"staff.role_{role}", staff_id)

    def reset_second_factor(self, staff_id: str, by: str) -> None:
        """For a lost phone: they set up a new one at their next sign-in; open desks end."""
        with self._database.transaction() as session:
            take_away(session, _known(session, staff_id))
            _end_sessions(session, staff_id)
            record(session, by, "staff.second_factor_reset", staff_id)

    def set_password(self, staff_id: str, password: str, by: str, keep: str = "") -> None:
        """Another password; every session of theirs ends but the one with token `keep`. ValueError says what is wrong with it."""
        with self._database.transaction() as session:
            row = _known(session, staff_id)
            if wrong := passwords.problem(password, row.login, row.name):
                raise ValueError(wrong)
            row.password_hash = self._staff.hashed(password)
            _end_sessions(session, staff_id, keep)
            record(session, by, "staff.password_set", staff_id)

    def change_own_password(self, token: str, old: str, new: str) -> None:
        """Whoever holds the session and knows the old password chooses another. ValueError says what is wrong."""
        member = self._staff.confirms(token, old)
        if member is None:
            raise ValueError("the present password is not right")
        self.set_password(member.id, new, member.id, keep=token)

    def sessions(self, staff_id: str) -> Sequence[OpenSession]:
        """Desks on which they are signed in, the newest first."""
        with self._database.reading() as session:
            mine = select(StaffSession).where(StaffSession.staff_id == staff_id, *self._staff.living())
            rows = session.scalars(mine.order_by(StaffSession.created.desc()))
            return [OpenSession(session_id(row.token_hash), row.browser, row.created, row.last_active) for row in rows]

    def end_session(self, staff_id: str, name: str, by: str) -> None:
        """End one desk of theirs by its id."""
        with self._database.transaction() as session:
            named = StaffSession.token_hash.startswith(name[:_ID_LETTERS], autoescape=True)
            if len(name) >= _ID_LETTERS:
                session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id, named))
                record(session, by, "staff.session_ended", staff_id)

    def end_sessions(self, staff_id: str, by: str, keep: str = "") -> None:
        """End every desk of theirs, but the one with token `keep`."""
        with self._database.transaction() as session:
            _end_sessions(session, staff_id, keep)
            record(session, by, "staff.sessions_ended", staff_id)


def session_id(token_hash: str) -> str:
    """What a session is called where it is listed."""
    return token_hash[:_ID_LETTERS]


def session_of(token: str) -> str:
    """The id of the session with that token."""
    return session_id(hash_of(token))


def _account(row: Staff, sessions: int, last_active: datetime | None) -> Account:
    who, by_portal = member_of(row), row.password_hash == BY_PORTAL
    told = (who.id, who.login, who.name, who.role, who.title, who.lead, row.disabled, bool(row.totp))
    return Account(*told, sessions, last_active, by_portal)


def _known(session: Session, staff_id: str) -> Staff:
    row = session.get(Staff, staff_id, with_for_update=True)
    if row is None or row.password_hash == NOT_HERE:
        raise NotAllowedError("that member has no account here")
    return row


def _keep_one_administrator(session: Session, row: Staff) -> None:
    """Without one nobody could make accounts, or turn the stop switch, at the desk."""
    if row.role != "administrator" or row.disabled:
        return
    others = select(func.count()).select_from(Staff).where(Staff.role == "administrator", Staff.disabled.is_(False), Staff.id != row.id)
    if not session.scalar(others):
        raise NotAllowedError("this is the only administrator; make another one first")


def _end_sessions(session: Session, staff_id: str, keep: str = "") -> None:
    others = (StaffSession.staff_id == staff_id, StaffSession.token_hash != hash_of(keep))
    session.execute(delete(StaffSession).where(*others))
