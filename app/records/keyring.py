"""Keys of patients' words: one for each chat, case or person, each wrapped by the installation's master key, in a store of their own.

The words and their keys stand in different databases, so that a copy of the words is unreadable without the key store, and a
key destroyed here makes its words unreadable in every copy and backup. What was destroyed is remembered by name: no late
write can bring a deleted chat to life under a new key.
"""

import base64
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import RecordsError
from app.records.key_store import DATA_KEYS, KEYRING, MASTERS, TABLES, KeyStore

log = logging.getLogger("carelight.keys")
MARK = "s1|"
"""What a sealed value begins with."""
_NONCE = 12
_OPEN = 4096
"""Keys that are held open."""
_LOOK_AGAIN_S = 1.0
"""How long a key that another process destroyed may still be held open here."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Master:
    """A key that wraps the others; `id` names it and says nothing of it."""

    id: str
    key: bytes = field(repr=False)


class Masters(Protocol):
    """The installation's master keys: the one in use, and older ones until nothing is wrapped by them."""

    def current(self, *, may_make: bool) -> Master:
        """The one that wraps new keys; with `may_make` a first one is made where there is none."""
        ...

    def of(self, master_id: str) -> Master | None:
        """The one with that id, looked for again where it is not known."""
        ...


class Keyring(KeyStore):
    """Seals and opens values by the name of their key; RecordsError where the key store or the master key cannot be used."""

    def __init__(self, url: str, masters: Masters, look_again_s: float = _LOOK_AGAIN_S, wait_s: float = 1.0) -> None:
        super().__init__(url, wait_s)
        self._masters, self._look_again_s = masters, look_again_s
        self._lock = threading.Lock()
        self._open: OrderedDict[str, AESGCM] = OrderedDict()
        self._looked, self._destroyed = 0.0, ""
        self._missing = False

    # Words

    def seal(self, subject: str, place: str, words: str) -> str:
        """`words` as they are stored: sealed with the key of `subject`, for that place alone; RecordsError where it was destroyed."""
        cipher = self._cipher(subject, make=True)
        if cipher is None:
            raise RecordsError("what would be stored belongs to something that was deleted; nothing was written")
        nonce = secrets.token_bytes(_NONCE)
        body = nonce + cipher.encrypt(nonce, words.encode(), _bound(subject, place))
        return f"{MARK}{subject}|{base64.b64encode(body).decode()}"

    def open(self, sealed: str, place: str) -> str | None:
        """The words of a sealed value; None where their key was destroyed. RecordsError where they were changed or moved."""
        subject, _, text = sealed.removeprefix(MARK).rpartition("|")
        cipher = self._cipher(subject, make=False)
        if cipher is None:
            return None
        try:
            body = base64.b64decode(text, validate=True)
            return cipher.decrypt(body[:_NONCE], body[_NONCE:], _bound(subject, place)).decode()
        except (InvalidTag, ValueError):
            raise RecordsError(f"a value of {place} was changed outside Carelight, or its key is another; restore a backup") from None

    # Keys

    def destroy(self, subjects: Collection[str]) -> None:
        """Destroy those keys, also ones never made: what they sealed is unreadable in every copy, and nothing is sealed with them again."""
        with self.writing() as connection:
            for subject in sorted(set(subjects)):
                gone = {"wrapped": None, "destroyed": func.now()}
                if not connection.execute(update(DATA_KEYS).where(DATA_KEYS.c.subject == subject).values(**gone)).rowcount:
                    connection.execute(insert(DATA_KEYS).values(subject=subject, master_id="", **gone))
            counted = connection.scalar(select(KEYRING.c.value).where(KEYRING.c.name == "destroyed").with_for_update())
            connection.execute(update(KEYRING).where(KEYRING.c.name == "destroyed").values(value=str(int(counted or 0) + 1)))
        with self._lock:
            for subject in subjects:
                self._open.pop(subject, None)
        self.wipe()

    def forget(self) -> None:
        """Let go of the open keys; each is read again when it is needed."""
        with self._lock:
            self._open.clear()

    def close(self) -> None:
        """Let go of connections and open keys."""
        self.forget()
        self.engine.dispose()

    # Copies

    def copy_to(self, file: Path) -> None:
        """A copy of the whole store as a new SQLite file; the master key is not in it."""
        other = Keyring(f"sqlite:///{file}", self._masters)
        with self.reading() as connection:
            held = {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in TABLES.sorted_tables}
        with other.writing() as connection:
            for table in TABLES.sorted_tables:
                connection.execute(delete(table))
                if held[table.name]:
                    connection.execute(insert(table), held[table.name])
        other.wipe()
        other.close()

    def take_in(self, file: Path) -> int:
        """Take from a copy of this very store what it lost since; how many keys. What either has destroyed stays destroyed."""
        other = Keyring(f"sqlite:///{file}", self._masters)
        with other.reading() as connection:
            rows = [dict(row) for row in connection.execute(select(DATA_KEYS)).mappings()]
        other.close()
        with self.writing() as connection:
            known = set(connection.scalars(select(DATA_KEYS.c.subject)))
            new = [row for row in rows if row["subject"] not in known]
            if new:
                connection.execute(insert(DATA_KEYS), new)
        self.destroy([row["subject"] for row in rows if row["wrapped"] is None])
        return len(new)

    # Rotation

    def wrapped_by_others(self) -> Sequence[str]:
        """Ids of the masters, other than the one in use, that still wrap a key."""
        current = self._masters.current(may_make=False).id
        with self.reading() as connection:
            held = select(DATA_KEYS.c.master_id).where(DATA_KEYS.c.wrapped.is_not(None), DATA_KEYS.c.master_id != current)
            return sorted(connection.scalars(held.distinct()))

    def rewrap(self) -> int:
        """Wrap the next keys that another master wraps with the one in use; how many, 0 once none is left."""
        current = self._masters.current(may_make=False)
        with self.writing() as connection:
            self._known(connection, current)
            wanted = select(DATA_KEYS).where(DATA_KEYS.c.wrapped.is_not(None), DATA_KEYS.c.master_id != current.id)
            rows = connection.execute(wanted.limit(_AT_ONCE).with_for_update()).all()
            for row in rows:
                wrapped = _wrap(current, row.subject, self._unwrap(row.subject, row.wrapped, row.master_id))
                here = update(DATA_KEYS).where(DATA_KEYS.c.subject == row.subject)
                connection.execute(here.values(wrapped=wrapped, master_id=current.id))
            return len(rows)

    def retire(self, master_id: str) -> bool:
        """Never wrap with that master again; False where it still wraps a key."""
        with self.writing() as connection:
            held = select(DATA_KEYS.c.subject).where(DATA_KEYS.c.master_id == master_id, DATA_KEYS.c.wrapped.is_not(None)).limit(1)
            if connection.scalar(held) is not None:
                return False
            connection.execute(update(MASTERS).where(MASTERS.c.id == master_id).values(retired=func.now()))
            return True

    # Inside

    def _cipher(self, subject: str, *, make: bool) -> AESGCM | None:
        """The open key of a subject; None where it was destroyed, or is not here and is not to be made."""
        self._follow()
        with self._lock:
            if subject in self._open:
                self._open.move_to_end(subject)
                return self._open[subject]
            before = self._destroyed
        key = self._read(subject, make=make)
        if key is None:
            return None
        cipher = AESGCM(key)
        with self._lock:
            if before == self._destroyed:  # else one may have been destroyed since it was read
                self._open[subject] = cipher
                while len(self._open) > _OPEN:
                    self._open.popitem(last=False)
        return cipher

    def _follow(self) -> None:
        """Forget the open keys where another process destroyed one, looked at once a second."""
        if time.monotonic() - self._looked < self._look_again_s:
            return
        counted = self.destructions
        with self._lock:
            if counted != self._destroyed:
                self._open.clear()
            self._destroyed, self._looked = counted, time.monotonic()

    def _read(self, subject: str, *, make: bool) -> bytes | None:
        wanted = select(DATA_KEYS.c.wrapped, DATA_KEYS.c.master_id).where(DATA_KEYS.c.subject == subject)
        with self.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None and make:
            with suppress(IntegrityError):  # another process made it at the same moment
                return self._make(subject)
            with self.reading() as connection:
                row = connection.execute(wanted).first()
        if row is None:
            self._tell_missing()
            return None
        return None if row.wrapped is None else self._unwrap(subject, row.wrapped, row.master_id)

    def _make(self, subject: str) -> bytes:
        key = AESGCM.generate_key(256)
        with self.writing() as connection:
            none_yet = connection.scalar(select(DATA_KEYS.c.subject).where(DATA_KEYS.c.wrapped.is_not(None)).limit(1)) is None
            master = self._known(connection, self._masters.current(may_make=none_yet))
            connection.execute(insert(DATA_KEYS).values(subject=subject, wrapped=_wrap(master, subject, key), master_id=master.id))
        return key

    @staticmethod
    def _known(connection: Connection, master: Master) -> Master:
        """The master, on the list of those that wrap; RecordsError where a rotation has retired it meanwhile."""
        row = connection.execute(select(MASTERS).where(MASTERS.c.id == master.id).with_for_update()).first()
        if row is None:
            connection.execute(insert(MASTERS).values(id=master.id))
        elif row.retired is not None:
            raise RecordsError("the master key was replaced by `carelight keys rotate`; use the new one")
        return master

    def _unwrap(self, subject: str, wrapped: str, master_id: str) -> bytes:
        master = self._masters.of(master_id)
        if master is None:
            raise RecordsError(f"the master key {master_id} is not here; put back secrets/master or CARELIGHT_MASTER_KEY")
        body = base64.b64decode(wrapped)
        try:
            return AESGCM(master.key).decrypt(body[:_NONCE], body[_NONCE:], subject.encode())
        except InvalidTag:
            raise RecordsError("a key in the key store was changed outside Carelight; restore its backup") from None

    def _tell_missing(self) -> None:
        """Once: words whose key this store never had point at a key store that was restored from an old copy."""
        if not self._missing:
            self._missing = True
            log.error("words were met whose key is not in the key store; it may be an old copy: restore its newest backup")


def _bound(subject: str, place: str) -> bytes:
    """What a sealed value is tied to: put elsewhere, it does not open."""
    return f"{subject}|{place}".encode()


def _wrap(master: Master, subject: str, key: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + AESGCM(master.key).encrypt(nonce, key, subject.encode())).decode()
