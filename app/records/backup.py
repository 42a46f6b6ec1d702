"""A whole database as one file, and back: SQLite by its online backup, PostgreSQL by its own programs."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.engine import URL

from app.errors import RecordsError

_LONGEST_S = 3600


def dump(address: str, file: Path) -> None:
    """Write the database at that address into a new file, while others may use it; RecordsError where it cannot be."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        _copy(Path(str(url.database)), file)
        check(file)
    else:
        _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={file}", _plain(url))


def load(file: Path, address: str) -> None:
    """Put a dumped database in the place of the one at that address, which nobody may use meanwhile."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={_plain(url)}", str(file))
        return
    check(file)
    into = Path(str(url.database))
    beside = into.with_name(f"{into.name}.restoring")
    shutil.copyfile(file, beside)
    beside.chmod(0o600)
    for old in (f"{into.name}-wal", f"{into.name}-shm"):
        into.with_name(old).unlink(missing_ok=True)
    beside.replace(into)


def exists(address: str) -> bool:
    """Whether there is a database file already; of a database server it is taken for granted."""
    url = make_url(address)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def check(file: Path) -> None:
    """RecordsError where an SQLite file is damaged."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
            told = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise RecordsError(f"{file} is not a whole database ({type(error).__name__})") from None
    if told != "ok":
        raise RecordsError(f"{file} is damaged")


def _copy(source: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(file)) as into:
            from_.backup(into, pages=1000)
            into.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except sqlite3.Error as error:
        raise RecordsError(f"{source} could not be copied ({type(error).__name__}); check free disk space") from None


def _plain(url: URL) -> str:
    """The address as PostgreSQL's own programs take it, without the password, which goes by the environment."""
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string(hide_password=False)


def _run(program: str, url: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise RecordsError(f"{program} is not installed; it comes with PostgreSQL's client programs, of the server's version or newer")
    environment = {**os.environ, "PGPASSWORD": url.password or ""} if url.password else dict(os.environ)
    try:
        ran = subprocess.run(  # noqa: S603 (a program of PostgreSQL, with the operator's own settings)
            [found, *arguments], env=environment, capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise RecordsError(f"{program} did not end within an hour") from None
    if ran.returncode:
        told = next((line for line in ran.stderr.splitlines() if "error" in line.lower()), "").split("DETAIL")[0][:200]
        raise RecordsError(f"{program} failed: {told}")
