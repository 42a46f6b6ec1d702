"""How a database is connected to, and how long anything may wait for it: for the records and for the store of their keys.

A database that is away, locked or slow must fail soon: the case then goes to the spool and the card to the patient. SQLite knows
one wait, that for a lock. PostgreSQL waits for ever unless it is told otherwise, at four places: to be reached, for a lock, in a
statement, and on a network that swallows everything.
"""

import math
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url

_CONNECT_S = 2
"""The least that PostgreSQL's client library can wait to connect."""
_STATEMENTS, _PLACES = 30, 10
"""How many waits for a lock a statement may take, and how many a thread may wait for a free connection."""
_SILENT_S, _ASKED_EVERY_S, _ASKED = 10, 5, 3
"""When a silent connection is asked whether somebody is there, how often, and after how many such questions it is given up."""


def open_engine(url: str, wait_s: float) -> Engine:
    """An engine that waits `wait_s` seconds for a lock, and not much longer for anything else."""
    return create_engine(url, **options(url, wait_s))


def options(url: str, wait_s: float) -> dict[str, Any]:
    """What an engine for that address is made with; what the address itself says of PostgreSQL's limits goes before ours."""
    sqlite = url.startswith("sqlite")
    return {
        "hide_parameters": True,
        "pool_pre_ping": not sqlite,
        "pool_timeout": _PLACES * wait_s,
        "connect_args": {"timeout": wait_s, "check_same_thread": False} if sqlite else _limits(url, wait_s),
    }


def without_haste(connection: Connection) -> None:
    """Let one transaction of an operator take its time, such as a change of every table; where the database has such limits."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _limits(url: str, wait_s: float) -> dict[str, Any]:
    """By the names of libpq. A server limits its own statements; a silent network only the client can notice."""
    chosen = make_url(url).query
    lock, statement = round(wait_s * 1000), round(wait_s * 1000 * _STATEMENTS)
    ours = {
        "connect_timeout": max(_CONNECT_S, math.ceil(wait_s)),
        "keepalives_idle": _SILENT_S,
        "keepalives_interval": _ASKED_EVERY_S,
        "keepalives_count": _ASKED,
        "tcp_user_timeout": statement + _SILENT_S * 1000,
    }
    kept = {name: value for name, value in ours.items() if name not in chosen}
    return {**kept, "options": f"-c lock_timeout={lock} -c statement_timeout={statement} {chosen.get('options', '')}".rstrip()}
