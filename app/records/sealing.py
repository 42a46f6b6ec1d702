"""Rows that were written before words were sealed: sealed once, at start, before anything is served.

In batches, so that a start that is killed goes on where it was; then the file is written anew, so that no page of it holds
an old word. And whose keys these records are: with another key store nothing is served.
"""

import logging
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import Column, Table, Text, literal, select, type_coerce, update
from sqlalchemy.orm import Session

from app.errors import DataFolderError
from app.records import care_tables, editor_tables, models
from app.records.database import Database
from app.records.keyring import MARK, Keyring
from app.records.sealed import HoldsWords, Sealed

log = logging.getLogger("carelight.keys")
_BATCH = 500
_EMPTY = ("", "{}", "[]")
_HERE = (models, care_tables, editor_tables)
"""Where the tables stand; named, so that all of them are known when this looks for sealed columns."""


def sealed_columns() -> Iterator[tuple[type[HoldsWords], Column[Any]]]:
    """Every sealed column with its model."""
    for mapper in models.Base.registry.mappers:
        for column in cast("Table", mapper.local_table).c:
            if isinstance(column.type, Sealed):
                yield mapper.class_, column


def bring_in(database: Database, keyring: Keyring) -> int:
    """Seal what is not yet; how many values. DataFolderError where other keys than these sealed the records."""
    with database.reading() as session:
        row = session.get(models.SealingRow, 1)
    if row is not None and row.keyring != keyring.id:
        raise DataFolderError("the key store is not that of these records; put back the one they were written with (CARELIGHT_KEYS)")
    if row is not None:
        return 0
    done = sum(_seal_column(database, keyring, model, column) for model, column in sealed_columns())
    database.compact()
    if done:
        log.warning("%d values of patients' words, stored plain until now, were sealed", done)
    with database.transaction() as session:
        session.merge(models.SealingRow(id=1, keyring=keyring.id))
    return done


def _seal_column(database: Database, keyring: Keyring, model: type[HoldsWords], column: Column[Any]) -> int:
    done = 0
    while True:
        with database.transaction() as session:
            count = _seal_batch(session, keyring, model, column)
        if not count:
            return done
        done += count


def _seal_batch(session: Session, keyring: Keyring, model: type[HoldsWords], column: Column[Any]) -> int:
    """The next plain values of a column, read and written as the text they are."""
    table, raw = column.table, type_coerce(column, Text)
    names = [other for other in table.c if not isinstance(other.type, Sealed)]
    plain = select(*names, raw.label("words")).where(column.is_not(None), raw.not_in(_EMPTY), ~raw.startswith(MARK))
    rows = session.execute(plain.limit(_BATCH)).mappings().all()
    place = cast("Sealed", column.type).place
    for row in rows:
        key_name = model(**{other.name: row[other.name] for other in names}).key_name
        same = [key == row[key.name] for key in table.primary_key]
        words = literal(keyring.seal(key_name, place, row["words"]), Text)
        session.execute(update(table).where(*same).values({column.name: words}))
    return len(rows)
