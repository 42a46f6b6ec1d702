"""Many guests at once on one server: `python -m benchmarks.load [--guests N] [--minutes M] [--url URL]`.

Each guest has a socket of the chat's own and writes once a minute: 85 % ordinary questions, 10 % small talk, 5 % red flags.
The guests run in a process of their own, whose processor time is told apart from the server's, for both share this
machine. Without `--url` a server is started on a fresh data folder, with limits that let so many write from one address.
"""

import argparse
import asyncio
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import page
from tests.server_process import Server, running

_EVERY_S = 60.0
_PATIENCE_S = 30.0
_ORDINARY = (
    "What is gout?",
    "What helps with a common cold?",
    "When should I worry about a fever in a child?",
    "How much acetaminophen can an adult take in a day?",
    "What happens during an MRI?",
    "How is asthma treated?",
    "What are the side effects of statins?",
    "What causes kidney stones?",
    "How can I sleep better?",
    "What is high blood pressure?",
)
_SMALL_TALK = ("hello", "thank you", "good morning", "who are you?")
_RED_FLAGS = (
    "I have crushing chest pain going down my left arm and I am sweating",
    "my face droops on one side and I cannot lift my arm",
    "I cannot breathe and my lips are blue",
    "I want to kill myself tonight",
)
_OPEN_FILES = 8192
_START_S = 900


@dataclass
class Measured:
    """What the guests saw. Times are milliseconds."""

    cards: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    withheld: int = 0
    processor_s: float = 0.0


def main() -> None:
    """Measure, and print one line a figure; exit code 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guests", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--url", default="", help="A server that runs already; its limits must allow so many from one address.")
    parser.add_argument("--as-guests", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.as_guests:
        print(json.dumps(asdict(asyncio.run(_crowd(chosen.url, chosen.guests, chosen.minutes * 60)))))
        return
    with tempfile.TemporaryDirectory() as folder:
        serving: AbstractContextManager[Server | None] = nullcontext() if chosen.url else _started(Path(folder) / "data")
        with serving as server:
            sys.exit(_report(server.url if server else chosen.url, server, chosen.guests, chosen.minutes))


def _started(data_dir: Path) -> AbstractContextManager[Server]:
    """A server with the limits off."""
    _open_files()
    return running(data_dir, _START_S, **{f"CARELIGHT_LIMIT_{name}": "0" for name in ("ADDRESS_MESSAGES", "GUESTS", "CASES")})


def _report(url: str, server: Server | None, guests: int, minutes: float) -> int:
    """Run the guests in their own process and print what they saw; the exit code."""
    memory, used, began = (server.memory_mb, server.processor_s, time.monotonic()) if server else (0.0, 0.0, 0.0)
    command = [sys.executable, "-m", "benchmarks.load", "--as-guests", "--url", url, "--guests", str(guests), "--minutes", str(minutes)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    seen = Measured(**json.loads(done.stdout.splitlines()[-1]))
    print(f"{guests} guests for {minutes:g} min, one message a minute each")
    _print("message to card, ms", seen.cards)
    _print("message to answer, ms", seen.answers)
    print(f"errors: {len(seen.errors)} {sorted(set(seen.errors))[:5] or ''}; answers withheld: {seen.withheld}")
    if server:
        took, worked = time.monotonic() - began, server.processor_s - used
        print(f"server: {worked:.0f} s of processor in {took:.0f} s, memory {memory:.0f} to {server.memory_mb:.0f} MB")
    print(f"guests' own process: {seen.processor_s:.0f} s of processor")
    return int(bool(seen.errors))


async def _crowd(url: str, guests: int, seconds: float) -> Measured:
    """All guests arrive within a minute, or within half of a shorter run, and write until the time is over."""
    _open_files()
    seen = Measured()
    arrive = min(_EVERY_S, seconds / 2)
    ends = time.monotonic() + arrive + seconds
    await asyncio.gather(*(_guest(url, number, number / guests * arrive, ends, seen) for number in range(guests)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seen.processor_s = used.ru_utime + used.ru_stime
    return seen


async def _guest(url: str, number: int, wait: float, ends: float, seen: Measured) -> None:
    """One guest from the page's opening to the end; whatever fails is an error with its kind."""
    await asyncio.sleep(wait)
    chance = random.Random(number)
    try:
        async with page.browser() as http:
            shown: asyncio.Queue[Any] = asyncio.Queue()
            client = await page.connect(http, url, {"element": shown.put, "new_message": shown.put})
            while time.monotonic() < ends:
                began = time.monotonic()
                await _message(client, shown, chance, seen)
                await asyncio.sleep(max(0.0, _EVERY_S * chance.uniform(0.9, 1.1) - (time.monotonic() - began)))
            await client.disconnect()
    except Exception as error:  # a guest that fails must not end the others
        seen.errors.append(type(error).__name__)


async def _message(client: Any, shown: "asyncio.Queue[Any]", chance: random.Random, seen: Measured) -> None:
    """Write one message and wait for what answers it."""
    kind = chance.random()
    red = kind >= 0.95
    text = chance.choice(_RED_FLAGS if red else _ORDINARY if kind < 0.85 else _SMALL_TALK)
    while not shown.empty():
        shown.get_nowait()
    began = time.perf_counter()
    await page.write(client, text)
    try:
        what = await asyncio.wait_for(_answered(shown, red=red), _PATIENCE_S)
    except TimeoutError:
        seen.errors.append("no card" if red else "no answer")
        return
    (seen.cards if red else seen.answers).append((time.perf_counter() - began) * 1000)
    seen.withheld += "I could not answer this in time" in what or "I am not answering this one" in what


async def _answered(shown: "asyncio.Queue[Any]", *, red: bool) -> str:
    """The first thing that is drawn for a message, the word of patience not counted; of a red flag its card or banner."""
    while True:
        item = await shown.get()
        if "props" in item and (not red or item.get("name") in ("CareCard", "Ask", "Words", "Answer")):
            return str(item["props"])
        if not red and item.get("type") == "assistant_message" and item.get("output") and not item["output"].startswith("Looking"):
            return str(item["output"])


def _open_files() -> None:
    """A socket each, in both processes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_OPEN_FILES, most), most))


def _print(label: str, times: Sequence[float]) -> None:
    if not times:
        print(f"{label}: none")
        return
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    print(f"{label}: median {statistics.median(times):.0f}, p95 {p95:.0f}, longest {max(times):.0f}, {len(times)} messages", flush=True)


if __name__ == "__main__":
    main()
