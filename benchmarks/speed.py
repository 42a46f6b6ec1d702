"""How fast and how large: `python -m benchmarks.speed [--rounds N]`. Everything is measured on this machine in one run.

Starts the real server on a fresh data folder and talks to it over its socket as a browser does: cold start, second start,
time from a message to its card and to its full answer, memory, index build rate, and the size of the installation.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from app import settings
from app.wiring import Application
from benchmarks import page
from guardrails.level import Profile
from tests.server_process import Server, running

_RED_FLAG = "I have crushing chest pain going down my left arm and I am sweating"
_QUESTIONS = (
    "What is gout?",
    "What helps a cold?",
    "How is asthma treated?",
    "What are the side effects of ibuprofen?",
    "What causes hives?",
)
_START_S = 300


def main() -> None:
    """Measure and print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    _screen_and_index()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        with _started(data_dir, "first start, index built"):
            pass
        with _started(data_dir, "second start") as server:
            cards = asyncio.run(_times(server.url, rounds, lambda _: _RED_FLAG))
            answers = asyncio.run(_times(server.url, rounds, lambda n: _QUESTIONS[n % len(_QUESTIONS)]))
            _print_times("message to card, new guest each, ms", cards)
            _print_times("message to full answer, ms", answers)
            print(f"resident memory after {2 * rounds} chats: {server.memory_mb:.0f} MB")
        print(f"data folder: {_size_mb(data_dir):.0f} MB")
    print(f"installation: {_size_mb(Path(sys.prefix)):.0f} MB")


def _screen_and_index() -> None:
    """The screen over words it has not seen (cut from the articles), and the index over the starter corpus."""
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder)))
        app.initialise()
        words = " ".join(r.article.body for r in app.library.snapshot().revisions.values()).split()
        app.screener.screen(["warm"], Profile())
        for count in (30, 150, 1000):
            texts = [" ".join(words[start : start + count]) for start in range(0, 100 * count, count)]
            times = [_timed(partial(app.screener.screen, [text], Profile())) for text in texts if text]
            _print_times(f"screen of {count} words, ms", times)
        long = " ".join(words)[:50_000]
        print(f"rules over 50,000 characters: {_timed(lambda: app.red_flags.find([long], Profile())):.0f} ms")
        print(f"whole screen of 50,000 other characters: {_timed(lambda: app.screener.screen([long[::-1]], Profile())):.0f} ms")
        app.embedder.embed(["warm"])
        seconds = _timed(app.sync_index) / 1000
        print(f"index of {app.index.size} passages: {seconds:.1f} s, {app.index.size / seconds:.0f} passages/s")
        app.close()


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


@contextmanager
def _started(data_dir: Path, label: str) -> Iterator[Server]:
    began = time.perf_counter()
    with running(data_dir, _START_S) as server:
        print(f"{label}: {time.perf_counter() - began:.1f} s")
        yield server


async def _times(url: str, rounds: int, message: Callable[[int], str]) -> list[float]:
    """Milliseconds from a message to its first drawn reply, each from a guest of its own, the first round left out."""
    times = [await _one(url, message(number)) for number in range(rounds + 1)]
    return times[1:]


async def _one(url: str, text: str) -> float:
    replies: asyncio.Queue[Any] = asyncio.Queue()
    async with page.browser() as http:
        client = await page.connect(http, url, {"element": replies.put})
        started = time.perf_counter()
        await page.write(client, text)
        await asyncio.wait_for(replies.get(), 30)
        milliseconds = (time.perf_counter() - started) * 1000
        await client.disconnect()
        return milliseconds


def _print_times(label: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{label}: median {statistics.median(times):.0f}, p95 {p95:.0f}, {len(times)} rounds")


def _size_mb(folder: Path) -> float:
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return total / 1e6


if __name__ == "__main__":
    main()
