"""What a patient deletes is also gone from the memory of the server: nothing that was remembered to answer faster holds a word of it."""

import gc
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.records.database import Database
from app.records.erasing import Eraser
from app.records.models import now
from app.upkeep import Upkeep
from app.wiring import Application
from tests.app.test_discretion import Clinic
from tests.app.turns import World

_MARK = bytes(reversed(b"xuuqrabiznaz"))
"""A word that stands nowhere else; as bytes, so that the test itself holds no text with it."""


def _write(app: Application, chat: str, words: str) -> None:
    for _event in app.conversation.reply("p1", chat, words.format(_MARK.decode())):
        pass


def _left() -> Iterator[str]:
    """The kinds of things in memory that hold a text with the mark."""
    gc.collect()
    for holder in gc.get_objects():
        if any(_MARK in text.encode("utf-8", "replace") for text in _texts(holder)):
            yield f"{type(holder).__module__}.{type(holder).__name__}"


def _texts(holder: object) -> Iterator[str]:
    """The texts that a thing holds, also in what holds nothing but texts, which the collector does not list by itself.

    By the type, for to ask some of torch's things what they are makes them warn.
    """
    for held in gc.get_referents(holder):
        if issubclass(type(held), str):
            yield held
        elif issubclass(type(held), dict | tuple) and not gc.is_tracked(held):
            yield from _texts(held)


def _remembered(app: Application) -> int:
    """Stretches of text that the rules have in memory."""
    return app.red_flags._reader._window.cache_info().currsize


def test_a_deleted_chat_is_gone_from_memory_too(small: Application) -> None:
    """Rules, classifier, embedder, search and spelling remember the newest texts and words."""
    small.red_flags.forget()
    for chat_goes_on in ("my {} hurts, what is gout", "and the {} swelling of my toe"):
        _write(small, "c1", chat_goes_on)
    assert _remembered(small)
    small.eraser.delete("p1", "c1")
    assert list(_left()) == []


def test_what_another_process_deleted_is_forgotten_within_seconds(small: Application) -> None:
    """`carelight purge` beside a running server, or a second server; until then what was read is remembered."""
    upkeep = Upkeep(small)
    upkeep.do("memory")
    _write(small, "c1", "my {} hurts, what is gout")
    _look(upkeep, timedelta(seconds=11))
    assert _remembered(small)
    Eraser(small.database, small.keyring, str).delete("p1", "c1")
    _look(upkeep, timedelta(seconds=22))
    assert not _remembered(small)


def _look(upkeep: Upkeep, later: timedelta) -> None:
    at = now() + later
    with pytest.MonkeyPatch.context() as then:
        then.setattr("app.upkeep.now", lambda: at)
        upkeep.do("memory")


def test_what_nothing_could_store_is_held_for_half_an_hour(
    database: Database, broken: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A danger may be told in two messages; after that it is over, also where nobody writes any more."""
    world = World(database, tmp_path, records=broken)
    world.turn("my toe hurts")
    world.conversation.forget_old()
    assert [held.texts for held in world.conversation._unsaved.values()] == [["my toe hurts"]]
    late = time.monotonic() + 31 * 60
    monkeypatch.setattr("app.conversation.time.monotonic", lambda: late)
    world.conversation.forget_old()
    assert not world.conversation._unsaved
    world.screener.close()


def test_what_is_held_before_a_patient_agreed_goes_by_itself(database: Database, tmp_path: Path) -> None:
    """Nothing of it was ever stored, so no deletion would meet it."""
    clinic = Clinic(database, tmp_path)
    clinic.turn("my toe hurts")
    clinic.kept.forget_old()
    assert clinic.kept._held
    clinic.time = 31 * 60.0
    clinic.kept.forget_old()
    assert not clinic.kept._held
    clinic.screener.close()


def test_a_running_server_looks_at_what_it_holds(small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chore reaches both."""
    met: list[str] = []
    for name in ("conversation", "discretion"):
        monkeypatch.setattr(getattr(small, name), "forget_old", lambda name=name: met.append(name))
    Upkeep(small).do("memory")
    assert sorted(met) == ["conversation", "discretion"]
