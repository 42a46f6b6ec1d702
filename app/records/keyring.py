"""Keys of patients' words: one for each chat, case or person, each wrapped by the installation's master key, in a store of their own.

The words and their keys stand in different databases, so that a copy of the words is unreadable without the key store, and a
key destroyed here makes its words unreadable in every copy and backup. What was destroyed is remembered by name: no late
write can bring a deleted chat to life under a new key.
"""

import base64
import logging
import secrets
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.errors import RecordsError

log = logging.getLogger("carelight.keys")
MARK = "s1|"
"""What a sealed value begins with."""
_NONCE = 12
_OPEN = 4096
"""Keys that are held open."""
_LOOK_AGAIN_S = 1.0
"""How long a key that another process destroyed may still be held open here."""
_AT_ONCE = 500

_tables = MetaData()
_DATA_KEYS = Table(
    "data_keys",
    _tables,
    Column("subject", String(200), primary_key=True),
    Column("wrapped", Text),  # null once destroyed
    Column("master_id", String(16), nullable=False, index=True),
    Column("created", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("destroyed", DateTime(timezone=True)),
)
_MASTERS = Table("masters", _tables, Column("id", String(16), primary_key=True), Column("retired", DateTime(timezone=True)))
_KEYRING = Table("keyring", _tables, Column("name", String(16), primary_key=True), Column("value", String(64), nullable=False))


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


class Keyring:
    """Seals and opens values by the name of their key; RecordsError where the key store or the master key cannot be used."""

    def __init__(self, url: str, masters: Masters, look_again_s: float = _LOOK_AGAIN_S, wait_s: float = 1.0) -> None:
        sqlite = url.startswith("sqlite")
        settings = {"timeout": wait_s, "check_same_thread": False} if sqlite else {}
        self.engine = create_engine(url, hide_parameters=True, pool_pre_ping=not sqlite, connect_args=settings)
        self._sqlite = sqlite
        if sqlite:
            event.listen(self.engine, "connect", _pragmas)
            event.listen(self.engine, "begin", _begin)
        self._masters, self._look_again_s = masters, look_again_s
        self._lock = threading.Lock()
        self._open: OrderedDict[str, AESGCM] = OrderedDict()
        self._looked, self._destroyed, self._made = 0.0, "", False
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
        with self._writing() as connection:
            for subject in sorted(set(subjects)):
                gone = {"wrapped": None, "destroyed": func.now()}
                if not connection.execute(update(_DATA_KEYS).where(_DATA_KEYS.c.subject == subject).values(**gone)).rowcount:
                    connection.execute(insert(_DATA_KEYS).values(subject=subject, master_id="", **gone))
            counted = connection.scalar(select(_KEYRING.c.value).where(_KEYRING.c.name == "destroyed"))
            connection.execute(update(_KEYRING).where(_KEYRING.c.name == "destroyed").values(value=str(int(counted or 0) + 1)))
        with self._lock:
            for subject in subjects:
                self._open.pop(subject, None)
        self._wipe()

    def destroyed(self, prefix: str) -> Sequence[str]:
        """The subjects with that prefix whose key was destroyed."""
        with self._reading() as connection:
            gone = (_DATA_KEYS.c.wrapped.is_(None), _DATA_KEYS.c.subject.startswith(prefix, autoescape=True))
            return list(connection.scalars(select(_DATA_KEYS.c.subject).where(*gone)))

    @property
    def id(self) -> str:
        """Names this key store, so that records are never opened with another's."""
        with self._reading() as connection:
            return str(connection.scalar(select(_KEYRING.c.value).where(_KEYRING.c.name == "id")))

    @property
    def size(self) -> int:
        """How many keys there are."""
        with self._reading() as connection:
            return connection.scalar(select(func.count()).select_from(_DATA_KEYS).where(_DATA_KEYS.c.wrapped.is_not(None))) or 0

    def close(self) -> None:
        """Let go of connections and open keys."""
        self._open.clear()
        self.engine.dispose()

    # Copies

    def copy_to(self, file: Path) -> None:
        """A copy of the whole store as a new SQLite file; the master key is not in it."""
        other = Keyring(f"sqlite:///{file}", self._masters)
        with self._reading() as connection:
            held = {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in _tables.sorted_tables}
        with other._writing() as connection:
            for table in _tables.sorted_tables:
                connection.execute(delete(table))
                if held[table.name]:
                    connection.execute(insert(table), held[table.name])
        other._wipe()
        other.close()

    def take_in(self, file: Path) -> int:
        """Take from a copy of this very store what it lost since; how many keys. What either has destroyed stays destroyed."""
        other = Keyring(f"sqlite:///{file}", self._masters)
        with other._reading() as connection:
            rows = [dict(row) for row in connection.execute(select(_DATA_KEYS)).mappings()]
        other.close()
        with self._writing() as connection:
            known = set(connection.scalars(select(_DATA_KEYS.c.subject)))
            new = [row for row in rows if row["subject"] not in known]
            if new:
                connection.execute(insert(_DATA_KEYS), new)
        self.destroy([row["subject"] for row in rows if row["wrapped"] is None])
        return len(new)

    # Rotation

    def wrapped_by_others(self) -> Sequence[str]:
        """Ids of the masters, other than the one in use, that still wrap a key."""
        current = self._masters.current(may_make=False).id
        with self._reading() as connection:
            held = select(_DATA_KEYS.c.master_id).where(_DATA_KEYS.c.wrapped.is_not(None), _DATA_KEYS.c.master_id != current)
            return sorted(connection.scalars(held.distinct()))

    def rewrap(self) -> int:
        """Wrap the next keys that another master wraps with the one in use; how many, 0 once none is left."""
        current = self._masters.current(may_make=False)
        with self._writing() as connection:
            self._known(connection, current)
            wanted = select(_DATA_KEYS).where(_DATA_KEYS.c.wrapped.is_not(None), _DATA_KEYS.c.master_id != current.id)
            rows = connection.execute(wanted.limit(_AT_ONCE).with_for_update()).all()
            for row in rows:
                wrapped = _wrap(current, row.subject, self._unwrap(row.subject, row.wrapped, row.master_id))
                here = update(_DATA_KEYS).where(_DATA_KEYS.c.subject == row.subject)
                connection.execute(here.values(wrapped=wrapped, master_id=current.id))
            return len(rows)

    def retire(self, master_id: str) -> bool:
        """Never wrap with that master again; False where it still wraps a key."""
        with self._writing() as connection:
            held = select(_DATA_KEYS.c.subject).where(_DATA_KEYS.c.master_id == master_id, _DATA_KEYS.c.wrapped.is_not(None)).limit(1)
            if connection.scalar(held) is not None:
                return False
            connection.execute(update(_MASTERS).where(_MASTERS.c.id == master_id).values(retired=func.now()))
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
        with self._reading() as connection:
            counted = str(connection.scalar(select(_KEYRING.c.value).where(_KEYRING.c.name == "destroyed")))
        with self._lock:
            if counted != self._destroyed:
                self._open.clear()
            self._destroyed, self._looked = counted, time.monotonic()

    def _read(self, subject: str, *, make: bool) -> bytes | None:
        wanted = select(_DATA_KEYS.c.wrapped, _DATA_KEYS.c.master_id).where(_DATA_KEYS.c.subject == subject)
        with self._reading() as connection:
            row = connection.execute(wanted).first()
        if row is None and make:
            with suppress(IntegrityError):  # another process made it at the same moment
                return self._make(subject)
            with self._reading() as connection:
                row = connection.execute(wanted).first()
        if row is None:
            self._tell_missing()
            return None
        return None if row.wrapped is None else self._unwrap(subject, row.wrapped, row.master_id)

    def _make(self, subject: str) -> bytes:
        key = AESGCM.generate_key(256)
        with self._writing() as connection:
            none_yet = connection.scalar(select(_DATA_KEYS.c.subject).where(_DATA_KEYS.c.wrapped.is_not(None)).limit(1)) is None
            master = self._known(connection, self._masters.current(may_make=none_yet))
            connection.execute(insert(_DATA_KEYS).values(subject=subject, wrapped=_wrap(master, subject, key), master_id=master.id))
        return key

    @staticmethod
    def _known(connection: Connection, master: Master) -> Master:
        """The master, on the list of those that wrap; RecordsError where a rotation has retired it meanwhile."""
        row = connection.execute(select(_MASTERS).where(_MASTERS.c.id == master.id).with_for_update()).first()
        if row is None:
            connection.execute(insert(_MASTERS).values(id=master.id))
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

    def _wipe(self) -> None:
        """Take destroyed keys out of SQLite's write-ahead log too, as far as readers let it."""
        if self._sqlite:
            with suppress(SQLAlchemyError, sqlite3.Error), closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._prepare()
        with _mapped(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self._prepare()
        with _mapped(), self.engine.execution_options(writes=True).begin() as connection:
            yield connection

    def _prepare(self) -> None:
        """The tables and the store's own name, once."""
        if self._made:
            return
        with _mapped(), _first_wins(), self.engine.execution_options(writes=True).begin() as connection:
            _tables.create_all(connection)
            if connection.scalar(select(_KEYRING.c.value).where(_KEYRING.c.name == "id")) is None:
                made = {"id": secrets.token_hex(16), "destroyed": "0"}
                connection.execute(insert(_KEYRING), [{"name": name, "value": value} for name, value in made.items()])
        self._made = True


def _bound(subject: str, place: str) -> bytes:
    """What a sealed value is tied to: put elsewhere, it does not open."""
    return f"{subject}|{place}".encode()


def _wrap(master: Master, subject: str, key: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE)
    return base64.b64encode(nonce + AESGCM(master.key).encrypt(nonce, key, subject.encode())).decode()


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise RecordsError(f"the key store did not complete the work ({cause}); check CARELIGHT_KEYS and free disk space") from None


@contextmanager
def _first_wins() -> Iterator[None]:
    """Of two processes that make the tables at once, the first has made them for both."""
    with suppress(IntegrityError):
        yield


def _pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
