"""What the records and the store of their keys share of their transactions: how SQLite takes them, and how their errors read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from app.errors import RecordsError


def set_up_sqlite(engine: Engine, pragma: str) -> None:
    """Make SQLite durable and let readers wait for nobody; `pragma` holds beside. PostgreSQL needs nothing of it."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for each in ("journal_mode=WAL", "synchronous=FULL", pragma):
            connection.execute(f"PRAGMA {each}")

    event.listen(engine, "begin", _begin)


def _begin(connection: Any) -> None:
    """A writer takes its lock at the start, so that it never fails half way for want of it; a reader takes none."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def mapped(failed: str, advice: str, *passed_on: type[Exception]) -> Iterator[None]:
    """A database's errors as RecordsError, which names a kind and never a row; those of `passed_on`, also met within one, stay."""
    try:
        yield
    except SQLAlchemyError as error:
        met = getattr(error, "orig", None) or error
        for known in (error, met):
            if isinstance(known, passed_on):
                raise known from None
        raise RecordsError(f"{failed} did not complete the work ({type(met).__name__}); {advice}") from None
