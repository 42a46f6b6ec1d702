"""Questions that patients ask, one file an article beside the corpus: how people put it, and the lines that answer.

They are our own, written for this library. They help a search to understand, are what its answers are measured with, and
never reach a patient.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ASKED_FOLDER = Path(__file__).parent / "corpus" / "questions"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """`text` is the question with the message before it, where it goes on from one; `answers` are lines of the article."""

    article: str
    text: str
    answers: tuple[str, ...]
    messages: tuple[str, ...] = ()
    """The same as a patient types it: the messages before, and the question last."""


def read(folder: Path = ASKED_FOLDER) -> Iterator[AskedQuestion]:
    """Every question of a folder, article by article; a wrong line raises ValueError with its file and number."""
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                answers = tuple(answer["text"] for answer in row["a"])
                yield AskedQuestion(file.stem, " ".join((*row["h"][-1:], row["q"])), answers, (*row["h"], row["q"]))
            except (ValueError, LookupError, TypeError) as error:
                raise ValueError(f"{file.name}, line {number}: no question ({type(error).__name__})") from None
