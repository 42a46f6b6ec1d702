"""Backups: the words, dated and kept as long as the clinic likes, and apart from them the keys, of which there is one copy.

The newest keys open every copy of the words, but for what was deleted since: that is how a deletion reaches backups. So the
copy of the keys is always replaced, and must not itself be kept in old versions. The master key is in neither.

Nor is the spool, which holds messages for a while under a key that no deletion destroys: a copy of it would outlive them.
"""

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.errors import DataFolderError, RecordsError
from app.records import backup
from app.records.keyring import Keyring
from app.settings import Settings

_WORDS, _KEYS = "words-", "keys"
_MANIFEST, _RECORDS, _KEY_STORE = "manifest.json", "records", "keys.db"


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder that was written by a backup, with its files proved whole."""

    folder: Path
    keyring: str
    made: datetime


def write_words(settings: Settings, keyring: Keyring, into: Path, at: datetime) -> Path:
    """A dated copy of the records; the folder it stands in."""
    with _fresh(into, f"{_WORDS}{at:%Y%m%dT%H%M%SZ}") as folder:
        backup.dump(settings.database, folder / _RECORDS)
        return _finished(folder, keyring, at)


def write_keys(keyring: Keyring, into: Path, at: datetime) -> Path:
    """The one copy of the keys, in the place of the one before; the folder it stands in."""
    with _fresh(into, _KEYS) as folder:
        keyring.copy_to(folder / _KEY_STORE)
        return _finished(folder, keyring, at)


@contextmanager
def _fresh(into: Path, name: str) -> Iterator[Path]:
    """A folder to fill, under another name until it is whole. Where it does not become whole it goes, as do those left before:

    a copy of the keys that nobody replaces would undo deletions. DataFolderError where something cannot be written.
    """
    folder = into / f".{name}.{secrets.token_hex(4)}"
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear(into, name)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        why = error.strerror or type(error).__name__
        told = f"the backup cannot be written into {into} ({why}); check free disk space, and that this user may write there"
        raise DataFolderError(told) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(into: Path, name: str) -> None:
    """Take away what a write that was stopped has left; the copy before it is put back where that one had moved it away."""
    moved = into / f".{name}.old"
    if moved.exists() and not (into / name).exists():
        moved.rename(into / name)
    for left in into.glob(f".{name}.*"):
        shutil.rmtree(left)


def _finished(folder: Path, keyring: Keyring, at: datetime) -> Path:
    """The manifest last, then the name: a folder with its name is a whole one."""
    files = {file.name: _sha256(file) for file in sorted(folder.iterdir())}
    for file in folder.iterdir():
        file.chmod(0o600)
    told = {"made": at.isoformat(timespec="seconds"), "keyring": keyring.id, "files": files}
    (folder / _MANIFEST).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    whole = folder.with_name(folder.name[1:].rpartition(".")[0])
    if whole.exists():
        old = whole.with_name(f".{whole.name}.old")
        whole.rename(old)
        try:
            folder.rename(whole)
        except OSError:
            old.rename(whole)
            raise
        shutil.rmtree(old)
    else:
        folder.rename(whole)
    return whole


def words_in(backups: Path) -> Sequence[str]:
    """Names of the copies of the words in a folder of backups, oldest first."""
    return sorted(folder.name for folder in backups.glob(f"{_WORDS}*") if folder.is_dir())


def opened(folder: Path) -> Archive:
    """A backup's folder, each file held against the manifest; RecordsError where one is missing or was changed."""
    try:
        told: Mapping[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        wrong = [name for name, digest in told["files"].items() if not (folder / name).is_file() or _sha256(folder / name) != digest]
        made, keyring = datetime.fromisoformat(told["made"]), str(told["keyring"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise RecordsError(f"{folder} is no backup of Carelight: its manifest is missing or cannot be read") from None
    if wrong:
        raise RecordsError(f"{folder} is damaged: {', '.join(sorted(wrong))} is not what was written")
    return Archive(folder, keyring, made)


def restore(settings: Settings, keyring: Keyring, backups: Path, name: str) -> Archive:
    """Put a copy of the words back, and the keys that are missing; keys destroyed since the backup stay destroyed.

    Nobody may use the data folder meanwhile. RecordsError where the words and the keys do not belong together; then nothing
    was changed.
    """
    words, keys = opened(backups / name), _keys_in(backups)
    here = keyring.id if backup.exists(settings.key_store) else ""
    belongs = {archive.keyring for archive in (words, keys) if archive} | ({here} if here else set())
    if len(belongs) > 1:
        raise RecordsError("the words and the keys are of different installations; move keys.db of this data folder away, if it is new")
    if not (here or keys):
        raise RecordsError(f"there are no keys, neither here nor in {backups / _KEYS}: the words could not be read")
    if here and keys:
        keyring.take_in(keys.folder / _KEY_STORE)
    elif keys:
        backup.load(keys.folder / _KEY_STORE, settings.key_store)
    backup.load(words.folder / _RECORDS, settings.database)
    return words


def _keys_in(backups: Path) -> Archive | None:
    return opened(backups / _KEYS) if (backups / _KEYS).exists() else None


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
