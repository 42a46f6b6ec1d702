"""Guessing passwords is made slow: an account is closed for a while after many failures, an address waits longer after each.

Counted by the name that was typed, whether anybody is called that: what happens never tells who works here. Both end by
themselves, so nobody can lock a colleague out for good.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from app.records.audit import record
from app.records.database import Database
from app.records.models import SignInFailure, now
from app.sign_in_rules import Place, SignInRules

_LONGEST_WAIT_S = 60
_KEPT = timedelta(days=1)
NOBODY = "nobody"
"""Who fails to sign in, in the audit log: it is not known."""


class SignInGuard:
    """Counts failures and says who must wait; RecordsError where the database fails, and then nobody signs in."""

    def __init__(self, database: Database, rules: SignInRules) -> None:
        self._database, self._rules = database, rules

    def refuses(self, login: str, place: Place) -> bool:
        """Whether no sign-in under that name, or from there, is even looked at now."""
        with self._database.reading() as session:
            since = now() - self._rules.closed_for
            failures, _ = _failures(session, SignInFailure.login_key == _key("login", login), since)
            if failures >= self._rules.tries:
                return True
            failures, latest = _failures(session, SignInFailure.address_key == _key("address", place.address), since)
            over = failures - self._rules.address_tries
            return over >= 0 and latest is not None and now() < latest + timedelta(seconds=min(2 ** min(over, 10), _LONGEST_WAIT_S))

    def failed(self, login: str, place: Place, known: str = "") -> None:
        """Keep a failure; `known` is the id of the member whose name was typed, where there is one."""
        name, at = _key("login", login), now()
        subject = known or f"name {name[:16]}"
        with self._database.transaction() as session:
            session.execute(delete(SignInFailure).where(SignInFailure.at < at - _KEPT))
            session.add(SignInFailure(login_key=name, address_key=_key("address", place.address), at=at))
            session.flush()
            record(session, NOBODY, "sign_in.failed", subject)
            failures, _ = _failures(session, SignInFailure.login_key == name, at - self._rules.closed_for)
            if failures == self._rules.tries:
                record(session, "system", "sign_in.closed", subject)

    def forget(self, session: Session, login: str) -> None:
        """The right password and code came: earlier failures under that name count no more."""
        session.execute(delete(SignInFailure).where(SignInFailure.login_key == _key("login", login)))


def _failures(session: Session, mine: ColumnElement[bool], since: datetime) -> tuple[int, datetime | None]:
    """How many since then, and when the newest was."""
    count, latest = session.execute(select(func.count(), func.max(SignInFailure.at)).where(mine, SignInFailure.at > since)).one()
    return count, latest


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
