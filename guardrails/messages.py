"""The labelled messages that the classifier learned from: written for this project, with a second blind reading.

They are kept as data beside the rules so that anyone can read what was taught, make the model again, and be shown the
nearest of them as an explanation of a finding. `messages/README.md` says how they came to be.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardrails.level import Level, Pathway

MESSAGES_DIR = Path(__file__).parent / "messages"


@dataclass(frozen=True, slots=True)
class Message:
    """A conversation as a patient might type it, with the level that holds after its last turn."""

    id: str
    turns: tuple[str, ...]
    level: Level
    pathway: Pathway | None
    form: str
    language: str
    topic: str

    @property
    def text(self) -> str:
        """All turns as one text."""
        return " || ".join(self.turns)


def read_messages(folder: Path = MESSAGES_DIR) -> list[Message]:
    """Every message in the `.jsonl` files of `folder`, in the order of the files; ValueError names a line that is none."""
    return [message for path in sorted(folder.glob("*.jsonl")) for message in _read(path)]


def _read(path: Path) -> Iterator[Message]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row: dict[str, Any] = json.loads(line)
            yield Message(row["id"], tuple(row["turns"]), row["level"], row["pathway"], row["form"], row["language"], row["topic"])
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(f"{path.name}, line {number}: no message ({type(error).__name__})") from None
