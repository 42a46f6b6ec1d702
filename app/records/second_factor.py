"""The second factor of staff: an authenticator app's codes, and recovery codes for a lost phone. The secret is sealed."""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import totp
from app.errors import RecordsError
from app.records.audit import record
from app.records.database import Database
from app.records.models import RecoveryCode, Staff, StaffSession, now

CODES = 8
"""Recovery codes that are given at once."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another."""


class SecondFactor:
    """Sets up, checks and takes away second factors; `key` is the installation's, which is not in the database."""

    def __init__(self, database: Database, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._database, self._key, self._clock = database, key, clock

    def has(self, staff_id: str) -> bool:
        """Whether a member's sign-in needs a code."""
        with self._database.reading() as session:
            return bool(session.scalar(select(Staff.totp).where(Staff.id == staff_id)))

    def offer(self, staff_id: str, sign_in: str) -> str:
        """The secret that one sign-in sets up (`sign_in` is its token's hash); it counts only once a code of it was given.

        Another sign-in gets another secret: somebody who knows the password must neither read the one that its owner is
        setting up, nor have set up for them one that they read before.
        """
        with self._database.transaction() as session:
            row = session.get_one(Staff, staff_id, with_for_update=True)
            if secret := self._offered(row, sign_in):
                return secret
            made = totp.new_secret()
            row.totp_new = self._seal(f"{sign_in}:{made}")
            return made

    def confirm(self, staff_id: str, sign_in: str, typed: str) -> Sequence[str]:
        """Take the secret that this sign-in was offered into use, with a code of it; recovery codes, or none where it is wrong.

        Every other sign-in of theirs that is not through ends with it: it was begun under what counted before.
        """
        with self._database.transaction() as session:
            row = session.get_one(Staff, staff_id, with_for_update=True)
            secret = self._offered(row, sign_in)
            step = totp.accepted(secret, typed, self._clock(), 0) if secret else None
            if step is None:
                return ()
            row.totp, row.totp_new, row.totp_step = self._seal(secret), "", step
            unfinished = (StaffSession.staff_id == staff_id, StaffSession.stage != "full", StaffSession.token_hash != sign_in)
            session.execute(delete(StaffSession).where(*unfinished))
            record(session, staff_id, "staff.second_factor_set", staff_id)
            return _fresh_codes(session, staff_id)

    def check(self, staff_id: str, typed: str) -> bool:
        """Whether a typed code is right now: of the app, or a recovery code, which is then used up. None works twice."""
        with self._database.transaction() as session:
            row = session.get_one(Staff, staff_id, with_for_update=True)
            if not row.totp:
                return False
            step = totp.accepted(self._open(row.totp), typed, self._clock(), row.totp_step)
            if step is not None:
                row.totp_step = step
                return True
            return _recovered(session, staff_id, typed)

    def left(self, staff_id: str) -> int:
        """Recovery codes that are not used."""
        with self._database.reading() as session:
            unused = select(RecoveryCode).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used.is_(None))
            return len(session.scalars(unused).all())

    def _offered(self, row: Staff, sign_in: str) -> str:
        """The secret that this sign-in was offered; empty where it was none, or another one was since."""
        holder, _, secret = self._open(row.totp_new).partition(":") if row.totp_new else ("", "", "")
        return secret if holder == sign_in else ""

    def _seal(self, secret: str) -> str:
        return Fernet(self._key).encrypt(secret.encode()).decode()

    def _open(self, sealed: str) -> str:
        try:
            return Fernet(self._key).decrypt(sealed).decode()
        except InvalidToken:
            raise RecordsError(
                "a second factor cannot be opened; put back the file secrets/records that sealed it, or use 'carelight staff reset-totp'"
            ) from None


def take_away(session: Session, row: Staff) -> None:
    """A member has no second factor any more, within a transaction."""
    row.totp, row.totp_new, row.totp_step = "", "", 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == row.id))


def _fresh_codes(session: Session, staff_id: str) -> Sequence[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    made = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(CODES)]
    session.add_all(RecoveryCode(code_hash=_hash(staff_id, code), staff_id=staff_id) for code in made)
    return made


def _recovered(session: Session, staff_id: str, typed: str) -> bool:
    row = session.get(RecoveryCode, _hash(staff_id, typed))
    if row is None or row.used is not None:
        return False
    row.used = now()
    record(session, staff_id, "staff.recovery_code_used", staff_id)
    return True


def _hash(staff_id: str, code: str) -> str:
    """Seventy-nine random bits need no slow hash."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(f"{staff_id}:{plain}".encode()).hexdigest()
