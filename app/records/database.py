"""The database of the records: its migrations and its short transactions, for SQLite and PostgreSQL alike."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from app.errors import RecordsError
from app.records import sealed
from app.records.audit_chain import append_waiting
from app.records.engines import open_engine, without_haste
from app.records.keyring import Keyring
from app.records.transactions import mapped, set_up_sqlite

_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The engine and its sessions. `lock_wait_s` bounds how long a write waits for another, and with it every other wait
    (`app.records.engines`); `keyring` seals patients' words.

    Without a keyring everything else can be read and written, and their words are refused.
    """

    def __init__(self, url: str, lock_wait_s: float = 0.3, keyring: Keyring | None = None) -> None:
        self.engine = open_engine(url, lock_wait_s)
        set_up_sqlite(self.engine, "foreign_keys=ON")
        if keyring is not None:
            sealed.use(self.engine, keyring)
        self._writing = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)
        event.listen(self._writing, "before_commit", append_waiting)
        self._reading = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One short writing transaction: all of it or nothing. RecordsError where the database fails."""
        with _mapped(), self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent read, which waits for no writer. RecordsError where the database fails."""
        with _mapped(), self._reading.begin() as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to the newest form; RecordsError where that fails."""
        with _mapped(), self.engine.execution_options(writes=True).begin() as connection:
            without_haste(connection)
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def compact(self) -> None:
        """Write every page anew, so that none holds what was there before; RecordsError where another program reads just then."""
        if self.engine.dialect.name != "sqlite":
            with _mapped(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.detach()  # closed afterwards: nobody else may get a connection without limits
                for step in ("SET lock_timeout = '30s'", "SET statement_timeout = 0", "VACUUM FULL"):
                    connection.exec_driver_sql(step)
            return
        with _mapped(), closing(self.engine.raw_connection()) as raw:
            try:
                for step in ("PRAGMA secure_delete=ON", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    raw.cursor().execute(step).fetchall()
            except sqlite3.Error as error:
                raise RecordsError(f"the database could not be written anew ({type(error).__name__}); does another use it?") from None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _mapped() -> AbstractContextManager[None]:
    """What the seal met while a statement was made stays what it was."""
    advice = "check free disk space and that no other program holds it"
    return mapped("the database", advice, RecordsError, sealed.UnsealedError)
