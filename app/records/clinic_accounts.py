"""Staff who sign in with their clinic account: the account here is made, and kept as the clinic says, each time they come.

Whose account it is goes by a pseudonym of the portal's own id, never by a name: names change hands. An account that was here
before is taken over only where an administrator said so, for one person with two accounts could pass their own words.
"""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.errors import NotAllowedError
from app.portal_rules import ClinicAccount
from app.records.audit import record
from app.records.database import Database
from app.records.models import Staff, StaffSession
from app.records.second_factor import take_away
from app.records.sign_in_guard import NOBODY
from app.records.staff import BY_PORTAL, NOT_HERE, StaffStore, member_of
from app.sign_in_rules import NOWHERE, Place

PORTAL = "portal"
"""Who makes and changes accounts in the audit log, where the clinic's sign-in did."""
_OFF = "this account is switched off here; ask an administrator"
_NO_ROLE = "your clinic account has no role here; ask whoever gives out roles in your clinic"
_TAKEN = "there is an account here with your name that is not joined to your clinic account; ask an administrator to join them"


class ClinicAccounts:
    """Signs people in whom the clinic's provider knows; RecordsError where the database fails."""

    def __init__(self, database: Database, staff: StaffStore) -> None:
        self._database, self._staff = database, staff

    def sign_in(self, person: ClinicAccount, place: Place = NOWHERE) -> str:
        """The token of a session that is through: a second factor is the provider's matter. NotAllowedError says why there is none."""
        token = secrets.token_urlsafe(32)
        with self._database.transaction() as session:
            row = _row(session, person)
            problem = _problem(session, row, person)
            if problem:
                _refuse(session, row, person)
            else:
                row = _brought_up(session, row, person)
                self._staff.begin(session, token, member_of(row), "full", place)
        if problem:
            raise NotAllowedError(problem)
        return token

    def join(self, staff_id: str, name: str, by: str) -> None:
        """Whoever next comes with the clinic account `name` takes this account over; its password and second factor end then."""
        with self._database.transaction() as session:
            row = session.get(Staff, staff_id, with_for_update=True)
            if row is None or row.password_hash in (NOT_HERE, BY_PORTAL):
                raise NotAllowedError("only an account with a password here can be joined to a clinic account")
            row.portal = _awaiting(name)
            record(session, by, "staff.to_be_joined", staff_id)


def _row(session: Session, person: ClinicAccount) -> Staff | None:
    """The account of that person, or the one that waits for them."""
    for waits in (person.key, _awaiting(person.login)):
        if (row := session.scalar(select(Staff).where(Staff.portal == waits).with_for_update())) is not None:
            return row
    return None


def _problem(session: Session, row: Staff | None, person: ClinicAccount) -> str:
    """Why they cannot come in; empty where they can."""
    if row is not None and row.disabled:
        return _OFF
    if not person.role:
        return _NO_ROLE
    named = session.scalar(select(Staff.password_hash).where(Staff.login == person.login)) if row is None else None
    return _TAKEN if named not in (None, NOT_HERE) else ""


def _refuse(session: Session, row: Staff | None, person: ClinicAccount) -> None:
    """Whoever lost their role at the clinic is out of the desks that are still open, too."""
    record(session, NOBODY, "sign_in.refused", row.id if row is not None else f"portal {person.key[:16]}")
    if row is not None:
        _end_sessions(session, row)


def _brought_up(session: Session, row: Staff | None, person: ClinicAccount) -> Staff:
    """The account as the clinic's sign-in describes it now; made, joined or changed where it was not yet so."""
    if row is None:  # an author whom an imported library names keeps the id under which they signed
        row = session.scalar(select(Staff).where(Staff.login == person.login)) or Staff(login=person.login)
        row.role, row.disabled, row.password_hash, row.portal = person.role, False, BY_PORTAL, person.key
        row.name = person.name
        session.add(row)
        session.flush()
        record(session, PORTAL, f"staff.added_{person.role}", row.id)
    if row.portal != person.key:
        row.portal, row.password_hash = person.key, BY_PORTAL
        take_away(session, row)
        _end_sessions(session, row)
        record(session, PORTAL, "staff.joined", row.id)
    if row.role != person.role:
        row.role = person.role
        _end_sessions(session, row)
        record(session, PORTAL, f"staff.role_{person.role}", row.id)
    row.name = person.name
    return row


def _end_sessions(session: Session, row: Staff) -> None:
    session.execute(delete(StaffSession).where(StaffSession.staff_id == row.id))


def _awaiting(name: str) -> str:
    return f"awaits {name}"
