"""Backups are proved by restoring them: words come back, what was deleted since does not, and damage is found first."""

import errno
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.fernet import Fernet, InvalidToken

from app import backups
from app.data_folder import DataFolderLock
from app.errors import RecordsError
from app.records import backup as databases
from app.records.keyring import Keyring
from app.records.models import now
from app.records.spool import Spool, Spooled
from app.settings import Settings
from app.wiring import Application
from guardrails.level import Evidence, Finding
from tests.app.records.test_sealed import files_with

WORDS = "my rare banana rash"
Run = Callable[..., Result]


def opened(folder: Path) -> Application:
    """What a server sees in a data folder."""
    return Application(Settings(data_dir=folder))


def write(folder: Path, *chats: str) -> None:
    """Patients write."""
    app = opened(folder)
    for chat in chats:
        app.conversations.receive("p1", chat, WORDS)
    app.close()


def read(folder: Path) -> dict[str, str]:
    """What patients see: text by chat."""
    app = opened(folder)
    chats = [app.conversations.chat(chat.id) for chat in app.conversations.chats("p1")]
    app.close()
    return {chat.id: chat.entries[0].text for chat in chats if chat}


@pytest.fixture
def kept(run: Run, folder: Path, tmp_path: Path) -> Path:
    """A folder of backups with one copy of two chats."""
    write(folder, "c1", "c2")
    into = tmp_path / "backups"
    assert run("backup", str(into)).exit_code == 0
    return into


def test_a_restored_backup_reads_as_it_was(run: Run, folder: Path, kept: Path) -> None:
    """On another machine, with the secrets that were kept apart."""
    for name in ("carelight.db", "carelight.db-wal", "carelight.db-shm", "keys.db", "keys.db-wal", "keys.db-shm"):
        (folder / name).unlink(missing_ok=True)
    ran = run("restore", str(kept))
    assert ran.exit_code == 0, ran.output
    assert read(folder) == {"c1": WORDS, "c2": WORDS}


def test_words_and_keys_are_in_different_folders_and_neither_holds_a_word(kept: Path) -> None:
    """Whoever finds one of them, or both without the master key, reads nothing."""
    [words] = backups.words_in(kept)
    assert {file.name for file in (kept / words).iterdir()} == {"records", "manifest.json"}
    assert {file.name for file in (kept / "keys").iterdir()} == {"keys.db", "manifest.json"}
    assert files_with(kept, "banana") == []
    assert {oct(file.stat().st_mode & 0o077) for file in kept.rglob("*") if file.is_file() and file.name != "manifest.json"} == {"0o0"}


def test_what_waits_for_the_database_is_in_no_copy_and_that_is_said(run: Run, folder: Path, tmp_path: Path) -> None:
    """It stands under a key that no deletion destroys: a copy would keep what a patient deletes later."""
    app = opened(folder)
    words = Finding("heart-attack", 1, "emergency", "medical", "Reason.", "rule", (Evidence(0, 0, 4, WORDS),))
    Spool(folder / "spool", app.secrets.spool).append(Spooled("p1", "c1", (words,), at=now()))
    app.close()
    ran = run("backup", str(tmp_path / "backups"))
    assert "1 escalations wait on disk" in ran.output
    assert [file.name for file in (tmp_path / "backups").rglob("*") if "spool" in file.name] == []
    key = Fernet((folder / "secrets" / "spool").read_bytes())
    assert [file for file in (tmp_path / "backups").rglob("*") if file.is_file() and _opens(key, file)] == []


def _opens(key: Fernet, file: Path) -> bool:
    """Whether a line of the file can be read with the spool's key."""
    for line in file.read_bytes().splitlines():
        with suppress(InvalidToken):
            key.decrypt(line)
            return True
    return False


def test_what_was_deleted_since_stays_deleted(run: Run, folder: Path, kept: Path) -> None:
    """Old words beside the newest keys: hidden, emptied, unreadable."""
    app = opened(folder)
    app.eraser.delete("p1", "c1")
    app.close()
    ran = run("restore", str(kept), "--force")
    assert ran.exit_code == 0, ran.output
    assert "1 chats that were deleted since stay deleted" in ran.output
    assert read(folder) == {"c2": WORDS}


def test_also_where_only_the_copy_of_the_keys_knows_it(run: Run, folder: Path, kept: Path) -> None:
    """The machine is lost; the keys were copied once more after the deletion."""
    app = opened(folder)
    app.eraser.delete("p1", "c1")
    app.close()
    assert run("backup", str(kept), "--keys-only").exit_code == 0
    for file in folder.glob("*.db*"):
        file.unlink()
    assert run("restore", str(kept)).exit_code == 0
    assert read(folder) == {"c2": WORDS}


def test_there_is_one_copy_of_the_keys_however_many_of_the_words(run: Run, folder: Path, kept: Path) -> None:
    """An old copy of the keys would undo deletions."""
    run("backup", str(kept))
    assert sorted(path.name for path in kept.iterdir() if not path.name.startswith("words-")) == ["keys"]


@pytest.mark.parametrize("failing", ["copying", "naming"])
def test_a_copy_of_the_keys_that_failed_leaves_nothing_but_the_one_before(
    failing: str, run: Run, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-written ones would pile up, each with keys of chats that are deleted later."""
    before = (kept / "keys" / "manifest.json").read_text()

    def full(*_told: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        if failing == "copying":
            broken.setattr(Keyring, "copy_to", full)
        else:
            broken.setattr(Path, "rename", _fails_first_under(kept / "keys"))
        ran = run("backup", str(kept), "--keys-only")
    assert ran.exit_code == 1
    assert "No space left on device" in ran.output
    assert "check free disk space" in ran.output
    assert [path.name for path in kept.iterdir() if not path.name.startswith("words-")] == ["keys"]
    assert (kept / "keys" / "manifest.json").read_text() == before


def _fails_first_under(name: Path) -> Callable[[Path, Path], Path]:
    """A rename that fails when the finished copy takes its name, once the one before was moved away."""
    real = Path.rename
    failed: list[Path] = []

    def rename(path: Path, target: Path) -> Path:
        if target == name and not failed:
            failed.append(target)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, target)

    return rename


def test_what_a_write_that_was_killed_has_left_goes_with_the_next_one(run: Run, kept: Path) -> None:
    """Also between the two names: the copy before it is there again until the new one is whole."""
    shutil.copytree(kept / "keys", kept / ".keys.0badcafe")
    (kept / "keys").rename(kept / ".keys.old")
    assert run("backup", str(kept), "--keys-only").exit_code == 0
    assert [path.name for path in kept.iterdir() if not path.name.startswith("words-")] == ["keys"]


def test_keys_that_the_data_folder_lost_come_back(run: Run, folder: Path, kept: Path) -> None:
    """An older key store was put there by hand: what the copy knows more is taken in."""
    shutil.copyfile(kept / "keys" / "keys.db", kept / "old.db")
    write(folder, "c3")
    run("backup", str(kept))
    for name in ("keys.db-wal", "keys.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.move(kept / "old.db", folder / "keys.db")
    assert "c3" not in {chat for chat, text in read(folder).items() if text == WORDS}
    assert run("restore", str(kept), "--force").exit_code == 0
    assert read(folder)["c3"] == WORDS


def test_a_running_server_is_never_restored_under(run: Run, folder: Path, kept: Path) -> None:
    """Not even by force: it would go on with what is no longer there."""
    with DataFolderLock(folder / "index.lock"):
        ran = run("restore", str(kept), "--force")
    assert ran.exit_code == 1
    assert read(folder) == {"c1": WORDS, "c2": WORDS}


def test_records_that_are_there_are_replaced_by_force_alone(run: Run, kept: Path) -> None:
    """A slip of the hand must not cost today's chats."""
    assert run("restore", str(kept)).exit_code == 1
    assert run("restore", str(kept), "--force", "--words", "words-20200101T000000Z").exit_code == 1


@pytest.mark.parametrize("damage", ["records", "manifest.json", "missing"])
def test_a_damaged_backup_changes_nothing(damage: str, run: Run, folder: Path, kept: Path) -> None:
    """It is read whole before anything is replaced."""
    [name] = backups.words_in(kept)
    if damage == "missing":
        (kept / name / "records").unlink()
    else:
        (kept / name / damage).write_bytes(b"{}")
    write(folder, "c3")
    assert run("restore", str(kept), "--force").exit_code == 1
    assert set(read(folder)) == {"c1", "c2", "c3"}


def test_words_of_one_clinic_are_not_put_beside_the_keys_of_another(run: Run, folder: Path, kept: Path, tmp_path: Path) -> None:
    """Nothing could be read, and new words would go astray."""
    other = opened(tmp_path / "other")
    (tmp_path / "other").mkdir()
    shutil.rmtree(kept / "keys")
    backups.write_keys(other.keyring, kept, backups.opened(kept / backups.words_in(kept)[0]).made)
    other.close()
    assert run("restore", str(kept), "--force").exit_code == 1
    assert json.loads((kept / "keys" / "manifest.json").read_text())["keyring"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Before it takes the place of one."""
    (tmp_path / "x").write_bytes(b"SQLite format 3\0" + bytes(4000))
    with pytest.raises(RecordsError):
        databases.load(tmp_path / "x", f"sqlite:///{tmp_path / 'records.db'}")
    assert not (tmp_path / "records.db").exists()


def test_without_postgresqls_programs_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And never shows the password."""
    monkeypatch.setenv("PATH", str(tmp_path))
    address = "postgresql+psycopg://u:secret@h/db"
    with pytest.raises(RecordsError, match="pg_dump is not installed") as dumping:
        databases.dump(address, tmp_path / "x")
    with pytest.raises(RecordsError, match="pg_restore is not installed") as loading:
        databases.load(tmp_path / "x", address)
    assert "secret" not in f"{dumping.value} {loading.value}"


def test_the_programs_get_the_password_by_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command line can be read by everybody on the machine."""
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@" > "$OUT"\necho "$PGPASSWORD" >> "$OUT"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("OUT", str(tmp_path / "told"))
    databases.dump("postgresql+psycopg://u:secret@h/db", tmp_path / "file")
    arguments, password = (tmp_path / "told").read_text().splitlines()
    assert "postgresql://u@h/db" in arguments
    assert ("secret" in arguments, password) == (False, "secret")


def test_rotation_and_purge_run_from_the_command_line(run: Run, folder: Path, kept: Path) -> None:
    """With the words readable afterwards, and the old master forgotten."""
    before = (folder / "secrets" / "master").read_text()
    ran = run("keys", "rotate")
    assert ran.exit_code == 0, ran.output
    after = (folder / "secrets" / "master").read_text()
    assert len(after.split()) == 1
    assert before.split()[0] not in after
    assert "keys in" in run("keys", "show").output
    assert "0  chats, after 365 days" in run("purge", "--dry-run").output
    assert run("purge").exit_code == 0
    assert read(folder) == {"c1": WORDS, "c2": WORDS}


def test_a_master_key_that_is_still_needed_is_kept_and_named(run: Run, folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server wrapped a key with it meanwhile: 'forgotten' would be believed, and the key thrown away."""
    assert kept.exists()
    before = (folder / "secrets" / "master").read_text().split()
    with monkeypatch.context() as raced:
        raced.setattr(Keyring, "rewrap", lambda _self: 0)
        ran = run("keys", "rotate")
    assert ran.exit_code == 1
    assert "forgotten" not in ran.output
    assert "keys rotate` again" in ran.output
    assert (folder / "secrets" / "master").read_text().split()[1:] == before
    assert "forgotten" in run("keys", "rotate").output
    assert read(folder) == {"c1": WORDS, "c2": WORDS}
