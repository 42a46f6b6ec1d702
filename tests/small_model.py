"""The real small model as a process of its own, and a check of drafted sentences that shares no code with the product's."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from knowledge.library import Snapshot
from tests.server_process import answers, free_port

ROOT = Path(__file__).parent.parent
_START_S = 240
_NUMBERS = dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True))
_NOT = re.compile(r"\b(?:not|no|never|without|cannot|nor|neither|none|avoid|[a-z]+n['’]t)\b", re.IGNORECASE)


@contextmanager
def small_model(log: Path) -> Iterator[str]:
    """The address of the model, served as long as the block runs; what it prints goes to `log`."""
    port = free_port()
    command = [sys.executable, "-m", "tools.small_model", "--port", str(port)]
    with log.open("wb") as output:
        quiet = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}  # on a busy machine threads that spin take hours
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=quiet)
    try:
        if not answers(f"http://127.0.0.1:{port}/openapi.json", lambda: process.poll() is None, _START_S):
            raise AssertionError(f"the small model did not start: {log.read_text()[-800:]}")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()  # it may be in the middle of a reply that nobody reads
        process.wait(timeout=20)


def medicines_of(snapshot: Snapshot) -> frozenset[str]:
    """Titles and synonyms of medicine articles, lower case."""
    articles = [revision.article for revision in snapshot.revisions.values()]
    return frozenset(name.lower() for a in articles if a.kind == "medicine" for name in (a.title, *a.synonyms))


def unsupported_by(sentence: str, quotes: Sequence[str], medicines: Iterable[str]) -> list[str]:
    """What of a sentence its quotes do not hold: numbers, medicines, words, or a negation; empty where all is there."""
    source = " ".join(quotes).lower()
    wrong = [f"number {number}" for number in _numbers(sentence) - _numbers(source)]
    wrong += [f"medicine {name}" for name in medicines if _names(name, sentence) and not _names(name, source)]
    words = set(re.findall(r"[a-z]{5,}", sentence.lower()))
    missing = {word for word in words if word[:5] not in source}
    if len(missing) > 0.25 * len(words):
        wrong.append(f"words {sorted(missing)}")
    nearest = max(_parts(quotes), key=lambda part: len(words & set(re.findall(r"[a-z]{5,}", part.lower()))), default="")
    if bool(_NOT.search(sentence)) != bool(_NOT.search(nearest)):
        wrong.append("negation")
    return wrong


def _numbers(text: str) -> set[float]:
    spelt = {float(number) for word, number in _NUMBERS.items() if re.search(rf"\b{word}\b", text.lower())}
    return spelt | {float(number.replace(",", "")) for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)}


def _names(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}s?\b", text, re.IGNORECASE) is not None


def _parts(quotes: Sequence[str]) -> list[str]:
    """Sentences of the quotes; a list is one, for its lead-in rules every line."""
    return [part for quote in quotes for part in ([quote] if "\n- " in quote else re.split(r"(?<=[.!?])\s+", quote))]
