"""What the database cannot take is on disk, encrypted, before the card is shown, and is stored once."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.errors import RecordsError
from app.records.spool import Spool, Spooled
from guardrails.level import Evidence
from tests.fakes import finding

KEY = Fernet.generate_key()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """An empty spool."""
    return Spool(tmp_path / "spool", KEY)


def _item(rule: str = "stroke", words: str = "his face droops") -> Spooled:
    return Spooled("p1", "c1", (replace(finding(rule), evidence=(Evidence(0, 0, len(words), words),)),))


def _replayed(spool: Spool) -> list[Spooled]:
    found: list[Spooled] = []
    spool.replay(found.append)
    return found


def test_the_patients_words_are_not_readable_on_disk(spool: Spool, tmp_path: Path) -> None:
    """The spool is the only file of ours that holds words outside the database."""
    assert spool.append(_item())
    held = (tmp_path / "spool").read_bytes()
    assert not any(word in held for word in (b"droops", b"stroke", b"conversation_id"))


def test_what_was_spooled_comes_back_as_it_was_and_in_order(spool: Spool) -> None:
    """Words and reason are what the care team needs, whichever way the case came."""
    spooled = [_item(rule) for rule in ("stroke", "sepsis", "heart-attack")]
    for item in spooled:
        spool.append(item)
    assert _replayed(spool) == spooled


def test_a_replay_happens_once(spool: Spool) -> None:
    """A case that was settled meanwhile must not open again at the next start."""
    spool.append(_item())
    assert (len(_replayed(spool)), _replayed(spool)) == (1, [])


def test_a_replay_that_fails_keeps_everything(spool: Spool) -> None:
    """The database may still be down, or fail again half way."""
    for rule in ("stroke", "sepsis"):
        spool.append(_item(rule))
    with pytest.raises(RecordsError):
        spool.replay(_fails_at_the_second())
    assert [item.findings[0].rule for item in _replayed(spool)] == ["stroke", "sepsis"]


def _fails_at_the_second() -> Callable[[Spooled], None]:
    stored: list[Spooled] = []

    def store(item: Spooled) -> None:
        stored.append(item)
        if len(stored) == 2:
            raise RecordsError("still down")

    return store


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_torn_line_costs_only_itself(cut: int, spool: Spool, tmp_path: Path) -> None:
    """The process may die while it writes: never an earlier escalation, nor a later one, is lost for that."""
    spool.append(_item("stroke"))
    file = tmp_path / "spool"
    whole = file.read_bytes()
    spool.append(_item("torn"))
    file.write_bytes(file.read_bytes()[: len(whole) + cut])
    spool.append(_item("sepsis"))
    assert [item.findings[0].rule for item in _replayed(spool)] == ["stroke", "sepsis"]


def test_a_line_of_another_key_is_left_out(spool: Spool, tmp_path: Path) -> None:
    """A replaced key must not stop the server from starting."""
    Spool(tmp_path / "spool", Fernet.generate_key()).append(_item("foreign"))
    spool.append(_item("stroke"))
    assert [item.findings[0].rule for item in _replayed(spool)] == ["stroke"]


def test_a_disk_that_fails_too_is_told_not_raised(tmp_path: Path) -> None:
    """The card must still be shown, and then says not to count on anyone."""
    assert not Spool(tmp_path / "gone" / "spool", KEY).append(_item())


def test_a_crash_while_replaying_replays_all_of_it_again_and_then_what_came_since(spool: Spool, tmp_path: Path) -> None:
    """Each has its key, under which it is stored once; none may be gone."""
    for rule in ("stroke", "sepsis"):
        spool.append(_item(rule))
    with pytest.raises(RecordsError):
        spool.replay(_fails_at_the_second())
    after = Spool(tmp_path / "spool", KEY)
    after.append(_item("heart-attack"))
    assert [item.findings[0].rule for item in after.waiting()] == ["stroke", "sepsis", "heart-attack"]
    assert [item.findings[0].rule for item in _replayed(after)] == ["stroke", "sepsis", "heart-attack"]
    assert (after.waiting(), _replayed(after)) == ([], [])


def test_a_case_is_spooled_while_a_replay_hangs(spool: Spool) -> None:
    """The database that holds up the replay is why the next card needs the spool."""
    spool.append(_item("stroke"))
    let, inside = threading.Event(), threading.Event()

    def hangs(_: Spooled) -> None:
        inside.set()
        let.wait(20)

    replay = threading.Thread(target=lambda: spool.replay(hangs))
    replay.start()
    assert inside.wait(20)
    assert spool.append(_item("sepsis"))
    let.set()
    replay.join()


def test_a_line_from_before_keys_is_read_under_the_same_key_each_time(spool: Spool, tmp_path: Path) -> None:
    """An update of the server must not lose what the one before spooled, nor store it twice."""
    old = {name: value for name, value in asdict(_item()).items() if name not in ("key", "at")}
    (tmp_path / "spool").write_bytes(b"\n" + Fernet(KEY).encrypt(json.dumps(old).encode()) + b"\n")
    first, second = spool.waiting()[0], spool.waiting()[0]
    assert (first.findings[0].rule, first.at, first.key) == ("stroke", None, second.key)


def test_key_and_time_come_back(spool: Spool) -> None:
    """What names the escalation, and since when the patient waits."""
    item = replace(_item(), key="k1", at=datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
    spool.append(item)
    assert spool.waiting() == [item]


def test_lines_that_cannot_be_read_are_kept_beside(spool: Spool, tmp_path: Path) -> None:
    """A key that was replaced by mistake can be put back."""
    Spool(tmp_path / "spool", Fernet.generate_key()).append(_item("foreign"))
    _replayed(spool)
    assert [path.name.startswith("spool.unreadable-") for path in tmp_path.iterdir()] == [True]


def test_without_a_spool_there_is_nothing_to_replay(spool: Spool) -> None:
    """Most starts."""
    assert _replayed(spool) == []
