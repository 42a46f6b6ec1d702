"""Keys of patients' words: made once, wrapped, destroyed for good, and seen to be destroyed by other processes too."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.errors import DataFolderError, RecordsError
from app.masters import MasterFile, MastersFromSettings
from app.records import keyring as keyring_module
from app.records.keyring import Keyring
from tests.keys import OneMaster

PLACE = "turns.text"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where the key store of a test stands."""
    return f"sqlite:///{tmp_path / 'keys.db'}"


@pytest.fixture
def keys(url: str) -> Iterator[Keyring]:
    """A key store that looks every time whether a key was destroyed."""
    made = Keyring(url, OneMaster(), look_again_s=0)
    yield made
    made.close()


def test_what_is_sealed_is_opened_again_and_hides_its_words(keys: Keyring) -> None:
    """Also by a process that comes later."""
    sealed = keys.seal("chat:c1", PLACE, "my knee hurts")
    assert "knee" not in sealed
    assert keys.open(sealed, PLACE) == "my knee hurts"


def test_the_same_words_are_sealed_differently_each_time(keys: Keyring) -> None:
    """Whoever compares rows learns nothing."""
    assert keys.seal("chat:c1", PLACE, "yes") != keys.seal("chat:c1", PLACE, "yes")


def test_a_value_moved_to_another_chat_or_column_does_not_open(keys: Keyring) -> None:
    """Whoever can write the database cannot put one patient's words into another's mouth."""
    sealed = keys.seal("chat:c1", PLACE, "my knee hurts")
    keys.seal("chat:c2", PLACE, "hello")
    with pytest.raises(RecordsError, match="was changed outside"):
        keys.open(sealed.replace("c1", "c2"), PLACE)
    with pytest.raises(RecordsError, match="was changed outside"):
        keys.open(sealed, "replies.text")


def test_a_destroyed_key_opens_nothing_and_is_never_made_again(keys: Keyring) -> None:
    """A late write must not bring a deleted chat to life."""
    sealed = keys.seal("chat:c1", PLACE, "my knee hurts")
    keys.destroy(["chat:c1", "chat:never-written"])
    assert keys.open(sealed, PLACE) is None
    for gone in ("chat:c1", "chat:never-written"):
        with pytest.raises(RecordsError, match="was deleted"):
            keys.seal(gone, PLACE, "more")
    assert sorted(keys.destroyed("chat:")) == ["chat:c1", "chat:never-written"]


def test_another_process_sees_a_deletion_within_two_seconds(url: str) -> None:
    """Its open keys must not outlive it."""
    here, there = Keyring(url, OneMaster()), Keyring(url, OneMaster())
    sealed = here.seal("chat:c1", PLACE, "my knee hurts")
    assert there.open(sealed, PLACE) == "my knee hurts"
    here.destroy(["chat:c1"])
    assert here.open(sealed, PLACE) is None
    until = time.monotonic() + 2
    while there.open(sealed, PLACE) is not None:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_destroyed_key_stands_in_no_file_of_the_store(keys: Keyring, tmp_path: Path) -> None:
    """Neither in its pages nor in its log."""
    keys.seal("chat:c1", PLACE, "my knee hurts")
    with keys.engine.connect() as connection:
        wrapped = connection.scalar(text("SELECT wrapped FROM data_keys")).encode()
    assert any(wrapped in file.read_bytes() for file in tmp_path.iterdir())
    keys.destroy(["chat:c1"])
    assert not any(wrapped in file.read_bytes() for file in tmp_path.iterdir())


def test_many_who_write_first_at_once_share_one_key(url: str) -> None:
    """Two keys of one chat would leave half of it unreadable."""
    stores = [Keyring(url, OneMaster(), wait_s=20) for _ in range(4)]
    sealed: list[str] = []
    threads = [threading.Thread(target=lambda store=store: sealed.append(store.seal("chat:c1", PLACE, "hello"))) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [Keyring(url, OneMaster()).open(each, PLACE) for each in sealed] == ["hello"] * 4


def test_open_keys_are_bounded(keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that runs for months holds no more of them than it needs."""
    monkeypatch.setattr(keyring_module, "_OPEN", 3)
    sealed = [keys.seal(f"chat:{number}", PLACE, str(number)) for number in range(9)]
    assert len(keys._open) == 3
    assert [keys.open(each, PLACE) for each in sealed] == [str(number) for number in range(9)]


def test_without_its_master_nothing_opens_and_no_new_one_is_made(url: str, tmp_path: Path) -> None:
    """A new one, made in silence, would leave every old word unreadable and nobody told."""
    file = MasterFile(tmp_path / "secrets" / "master")
    sealed = Keyring(url, file).seal("chat:c1", PLACE, "my knee hurts")
    assert file.path.stat().st_mode & 0o777 == 0o600
    file.path.unlink()
    with pytest.raises(RecordsError, match="is not here"):
        Keyring(url, file).open(sealed, PLACE)
    with pytest.raises(DataFolderError, match="put it back"):
        Keyring(url, file).seal("chat:c2", PLACE, "hello")
    assert not file.path.exists()


def test_a_rotation_rewraps_every_key_and_goes_on_where_it_was_stopped(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the words untouched, and the old master needed no more."""
    monkeypatch.setattr(keyring_module, "_AT_ONCE", 2)
    file = MasterFile(tmp_path / "master")
    keys = Keyring(url, file)
    sealed = [keys.seal(f"chat:{number}", PLACE, str(number)) for number in range(5)]
    old = file.all()[0]
    new = file.begin()
    assert keys.rewrap() == 2
    assert keys.wrapped_by_others() == [old.id]
    assert not keys.retire(old.id)
    while keys.rewrap():
        pass
    assert keys.retire(old.id)
    file.drop(old.id)
    assert [master.id for master in file.all()] == [new.id]
    assert [Keyring(url, file).open(each, PLACE) for each in sealed] == ["0", "1", "2", "3", "4"]


def test_a_process_that_missed_the_rotation_wraps_nothing_with_the_old_master(url: str, tmp_path: Path) -> None:
    """What it wrapped would be unreadable once the old one is gone."""

    file = MasterFile(tmp_path / "master")
    Keyring(url, file).seal("chat:c1", PLACE, "hello")
    stale = MastersFromSettings(file.path.read_text())
    keys = Keyring(url, file)
    old = file.all()[0]
    file.begin()
    while keys.rewrap():
        pass
    keys.retire(old.id)
    with pytest.raises(RecordsError, match="was replaced"):
        Keyring(url, stale).seal("chat:c2", PLACE, "hello")


def test_a_key_store_that_cannot_be_reached_is_an_error_and_never_a_deletion(tmp_path: Path) -> None:
    """Nobody may read 'deleted' because a disk is gone."""
    with pytest.raises(RecordsError, match="key store"):
        Keyring(f"sqlite:///{tmp_path / 'gone' / 'keys.db'}", OneMaster()).open("s1|chat:c1|AAAA", PLACE)
