"""Guessing passwords is made slow: an account is closed for a while after many failures, an address waits longer after each.

Counted by the name that was typed, whether anybody is called that: what happens never tells who works here. A browser that its
owner has signed in with before is counted by itself and waits for no address, so that strangers who keep guessing shut nobody
out of their own desk. All of it ends by itself; an operator can end it sooner.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from app.known_devices import KnownDevices
from app.records.audit import record
from app.records.database import Database
from app.records.models import SignInFailure, now
from app.sign_in_rules import Place, SignInRules

_LONGEST_WAIT_S = 60
_KEPT = timedelta(days=1)
NOBODY = "nobody"
"""Who fails to sign in, in the audit log: it is not known."""


class SignInGuard:
    """Counts failures and says who must wait; RecordsError where the database fails, and then nobody signs in.

    `key` is the installation's and not in the database: who has that, or the audit log, cannot find out by trying what was typed.
    """

    def __init__(self, database: Database, rules: SignInRules, key: bytes) -> None:
        self._database, self._rules = database, rules
        self._key = hmac.digest(key, b"carelight: sign-ins", hashlib.sha256)
        self.devices = KnownDevices(self._key)

    def refuses(self, login: str, place: Place) -> bool:
        """Whether no sign-in under that name, or from there, is even looked at now."""
        device = self._device(login, place)
        with self._database.reading() as session:
            since = now() - self._rules.closed_for
            failures, _ = _failures(session, self._counted(login, device), since)
            if failures >= self._rules.tries:
                return True
            if device:
                return False
            failures, latest = _failures(session, (SignInFailure.address_key == self._hashed("address", place.address),), since)
            over = failures - self._rules.address_tries
            return over >= 0 and latest is not None and now() < latest + timedelta(seconds=min(2 ** min(over, 10), _LONGEST_WAIT_S))

    def failed(self, login: str, place: Place, known: str = "") -> None:
        """Keep a failure; `known` is the id of the member whose name was typed, where there is one."""
        name, device, at = self._hashed("login", login), self._device(login, place), now()
        subject = known or f"name {name[:16]}"
        with self._database.transaction() as session:
            session.execute(delete(SignInFailure).where(SignInFailure.at < at - _KEPT))
            where = self._hashed("address", place.address)
            session.add(SignInFailure(login_key=name, address_key=where, device_key=device, at=at))
            session.flush()
            record(session, NOBODY, "sign_in.failed", subject)
            failures, _ = _failures(session, self._counted(login, device), at - self._rules.closed_for)
            if failures == self._rules.tries:
                record(session, "system", "sign_in.closed", subject)

    def forget(self, session: Session, login: str, place: Place) -> None:
        """The right password and code came: earlier failures of whoever that is, a known browser or a stranger, count no more."""
        session.execute(delete(SignInFailure).where(*self._counted(login, self._device(login, place))))

    def open(self, session: Session, login: str) -> None:
        """No failure under that name counts any more, wherever it came from."""
        session.execute(delete(SignInFailure).where(SignInFailure.login_key == self._hashed("login", login)))

    def _device(self, login: str, place: Place) -> str:
        """What failures from there are counted under; empty for a stranger. An open desk is known by its session."""
        return self._hashed("session", place.session) if place.session else self.devices.device(login, place.cookies)

    def _counted(self, login: str, device: str) -> tuple[ColumnElement[bool], ...]:
        return SignInFailure.login_key == self._hashed("login", login), SignInFailure.device_key == device

    def _hashed(self, kind: str, value: str) -> str:
        return hmac.digest(self._key, f"{kind}:{value}".encode(), hashlib.sha256).hex()


def _failures(session: Session, counted: Sequence[ColumnElement[bool]], since: datetime) -> tuple[int, datetime | None]:
    """How many since then, and when the newest was."""
    count, latest = session.execute(select(func.count(), func.max(SignInFailure.at)).where(*counted, SignInFailure.at > since)).one()
    return count, latest
