"""How a database is connected to: for the records and for the store of their keys."""

from sqlalchemy import Engine, create_engine


def open_engine(url: str, wait_s: float) -> Engine:
    """An engine of SQLite, which waits `wait_s` seconds for a lock, or of PostgreSQL."""
    sqlite = url.startswith("sqlite")
    settings = {"timeout": wait_s, "check_same_thread": False} if sqlite else {}
    return create_engine(url, hide_parameters=True, pool_pre_ping=not sqlite, connect_args=settings)
