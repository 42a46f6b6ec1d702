"""What sealing costs: `python -m benchmarks.sealing`, beside the same records with a keyring that leaves words as they are.

Two folders, the two measured in turns, so that whatever else the machine does falls on both: a message stored with its reply
in a chat that has a key already, the first message of a chat (whose key is made and written to disk), and a transcript of
40 turns read with its keys open, and by a process that has opened none yet.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.journal import Reply
from app.masters import MasterFile
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.keyring import MARK, Keyring
from app.records.models import new_id

_TURNS = 40
_MESSAGE = "I have had a headache on one side for two days, and light makes it worse. What can I take?"
_ANSWER = "Rest in a dark room. " * 40
_BODY = {"statements": [{"text": "Rest in a dark room.", "href": "/library/migraine"}] * 8}


class Unsealed(Keyring):
    """Leaves words as they are: what the records cost without their seal."""

    def seal(self, subject: str, place: str, words: str) -> str:
        return MARK + words

    def open(self, sealed: str, place: str) -> str:
        return sealed.removeprefix(MARK)


class Side:
    """Records in a folder of their own."""

    def __init__(self, folder: Path, kind: type[Keyring]) -> None:
        self.keyring = kind(f"sqlite:///{folder / 'keys.db'}", MasterFile(folder / "master"))
        self.database = Database(f"sqlite:///{folder / 'records.db'}", lock_wait_s=5, keyring=self.keyring)
        self.database.migrate()
        self.store = ConversationStore(self.database)
        self.chat = new_id()
        for _ in range(_TURNS):
            self.turn(self.chat)

    def turn(self, chat: str) -> None:
        turn = self.store.receive("p", chat, _MESSAGE)
        self.store.record(turn, Reply(new_id(), "answer", _ANSWER, _BODY))

    def read(self) -> None:
        chat = self.store.chat(self.chat)
        if chat is None or len(chat.entries) != 2 * _TURNS:
            raise RuntimeError("the transcript is not whole")

    def read_cold(self) -> None:
        self.keyring.forget()
        self.read()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        sides = {}
        for name, kind in (("sealed", Keyring), ("plain", Unsealed)):
            (Path(folder) / name).mkdir()
            sides[name] = Side(Path(folder) / name, kind)
        sealed, plain = sides["sealed"], sides["plain"]
        chats = [new_id() for _ in range(rounds)]
        _compare("first message of a chat and its reply", rounds, *(_each(side, chats) for side in (sealed, plain)))
        _compare("a later message and its reply", rounds, *(_each(side, chats) for side in (sealed, plain)))
        _compare(f"transcript of {_TURNS} turns read", rounds, sealed.read, plain.read)
        _compare("the same with no key open yet", rounds, sealed.read_cold, plain.read_cold)


def _each(side: Side, chats: list[str]) -> Callable[[], None]:
    waiting = iter(chats)
    return lambda: side.turn(next(waiting))


def _compare(label: str, rounds: int, sealed: Callable[[], None], plain: Callable[[], None]) -> None:
    times = [(_ms(sealed), _ms(plain)) for _ in range(rounds)]
    ours, bare = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{label}: sealed {ours:.1f} ms, plain {bare:.1f} ms, ratio {ours / bare:.2f}; medians of {rounds}")


def _ms(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
