"""The database of keys: its tables, its transactions, and what it says without any key being opened.

Apart from the records, so that a copy of these is unreadable without it; on SQLite a destroyed key is overwritten, in the log too.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress

from sqlalchemy import Column, Connection, DateTime, MetaData, String, Table, Text, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.records.engines import open_engine
from app.records.transactions import mapped, set_up_sqlite

TABLES = MetaData()
DATA_KEYS = Table(
    "data_keys",
    TABLES,
    Column("subject", String(200), primary_key=True),
    Column("wrapped", Text),  # null once destroyed
    Column("master_id", String(16), nullable=False, index=True),
    Column("created", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("destroyed", DateTime(timezone=True)),
)
MASTERS = Table("masters", TABLES, Column("id", String(16), primary_key=True), Column("retired", DateTime(timezone=True)))
KEYRING = Table("keyring", TABLES, Column("name", String(16), primary_key=True), Column("value", String(64), nullable=False))


class KeyStore:
    """Reads and writes the tables of keys; RecordsError where their database fails."""

    def __init__(self, url: str, wait_s: float) -> None:
        self._sqlite = url.startswith("sqlite")
        self.engine = open_engine(url, wait_s)
        set_up_sqlite(self.engine, "secure_delete=ON")
        self._made = False

    @property
    def id(self) -> str:
        """Names this key store, so that records are never opened with another's."""
        with self.reading() as connection:
            return str(connection.scalar(select(KEYRING.c.value).where(KEYRING.c.name == "id")))

    @property
    def size(self) -> int:
        """How many keys there are."""
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(DATA_KEYS).where(DATA_KEYS.c.wrapped.is_not(None))) or 0

    @property
    def destructions(self) -> str:
        """Another value each time that keys were destroyed, here or by another process."""
        with self.reading() as connection:
            return str(connection.scalar(select(KEYRING.c.value).where(KEYRING.c.name == "destroyed")))

    def destroyed(self, prefix: str) -> Sequence[str]:
        """The subjects with that prefix whose key was destroyed."""
        with self.reading() as connection:
            gone = (DATA_KEYS.c.wrapped.is_(None), DATA_KEYS.c.subject.startswith(prefix, autoescape=True))
            return list(connection.scalars(select(DATA_KEYS.c.subject).where(*gone)))

    def wipe(self) -> None:
        """Take destroyed keys out of SQLite's write-ahead log too, as far as readers let it."""
        if self._sqlite:
            with suppress(SQLAlchemyError, sqlite3.Error), closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent read."""
        self._prepare()
        with _mapped(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One short writing transaction."""
        self._prepare()
        with _mapped(), self.engine.execution_options(writes=True).begin() as connection:
            yield connection

    def _prepare(self) -> None:
        """The tables and the store's own name, once."""
        if self._made:
            return
        with _mapped(), _first_wins(), self.engine.execution_options(writes=True).begin() as connection:
            TABLES.create_all(connection)
            if connection.scalar(select(KEYRING.c.value).where(KEYRING.c.name == "id")) is None:
                made = {"id": secrets.token_hex(16), "destroyed": "0"}
                connection.execute(insert(KEYRING), [{"name": name, "value": value} for name, value in made.items()])
        self._made = True


def _mapped() -> AbstractContextManager[None]:
    """That a row is there already is whoever wrote it to settle."""
    return mapped("the key store", "check CARELIGHT_KEYS and free disk space", IntegrityError)


@contextmanager
def _first_wins() -> Iterator[None]:
    """Of two processes that make the tables at once, the first has made them for both."""
    with suppress(IntegrityError):
        yield
