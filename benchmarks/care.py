"""How soon a nurse sees a case, and a patient a nurse's words: `python -m benchmarks.care [--rounds N] [--patients N]`.

A real server on a fresh data folder; patients over the chat's own socket, desks as real pages in Chromium. Measured:
from a patient's Enter to their case on an open desk, from a nurse's reply to the patient's page, and both again while
many patients write at once, 20 cases are open and five desks watch.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from app import settings
from app.escalation.care_team import said
from app.records.models import new_id
from app.wiring import Application
from benchmarks import page
from guardrails.level import Finding
from tests.server_process import running

_START_S = 600
_PASSWORD = "correct horse battery"  # noqa: S105 (of accounts in a folder that is thrown away)
_RED_FLAG = "I have crushing chest pain going down my left arm and I am sweating"
_QUESTION = "What is gout?"
_OPEN_CASES = 20
_NURSES = 5
_EVERY_S = 60
"""Seconds between two questions of one of the crowd: reading an answer takes a while."""
_SEEN = """() => {
  window.seen = {}
  const look = () => document.querySelectorAll('[data-testid="case"] a, a[href*="/desk/care/"]').forEach(link => {
    const id = link.getAttribute("href").split("/").pop().split("?")[0]
    window.seen[id] = window.seen[id] || Date.now()
  })
  look()
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true })
}"""
"""When each case first stood on the page, by the page's own clock, which is this machine's."""


def main() -> None:
    """Measure and print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--patients", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        app = Application(settings.read(data_dir=data_dir, region="US"))
        app.initialise()
        for number in range(_NURSES):
            app.staff.add(f"nurse{number}", f"Bench {number}", "care", _PASSWORD)
        with closing(app), running(data_dir, _START_S) as server:
            asyncio.run(_measure(_Clinic(server.url, app), chosen.rounds, chosen.patients))
            print(f"resident memory of the server: {server.memory_mb:.0f} MB")


@dataclass(frozen=True)
class _Clinic:
    """A running server, and its records as another process reads and writes them."""

    url: str
    app: Application

    def queue(self) -> set[str]:
        """Ids of the cases that stand in the queue."""
        return {case.id for case in self.app.case_store.queue()}


async def _measure(clinic: _Clinic, rounds: int, patients: int) -> None:
    """Quiet first, then the crowd."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        desk = await _desk(browser, clinic.url, 0)
        _print("Enter to the case on an open desk, ms", await _to_desk(clinic, desk, rounds))
        _print("reply to the patient's page, ms", await _replies(clinic, rounds))
        _open_cases(clinic, _OPEN_CASES)
        desks = [desk, *(await asyncio.gather(*(_desk(browser, clinic.url, number) for number in range(1, _NURSES))))]
        await _crowd(clinic, desks, patients, rounds)
        await browser.close()


async def _desk(browser: Browser, url: str, number: int) -> Page:
    """A nurse's desk, open and watched."""
    desk = await (await browser.new_context()).new_page()
    desk.set_default_timeout(60_000)
    await desk.goto(f"{url}/sign-in?to=/desk/care")
    await desk.fill("#login", f"nurse{number}")
    await desk.fill("#password", _PASSWORD)
    await desk.click("button[type=submit]")
    await desk.wait_for_url("**/desk/care")
    await desk.wait_for_load_state("networkidle")
    await desk.evaluate(_SEEN)
    return desk


@dataclass
class _Patient:
    """A browser as the server sees it."""

    http: aiohttp.ClientSession
    client: Any
    elements: "asyncio.Queue[Any]"

    @classmethod
    async def arrive(cls, url: str) -> "_Patient":
        """A new guest with an open chat."""
        http, elements = page.browser(), asyncio.Queue[Any]()
        return cls(http, await page.connect(http, url, {"element": elements.put}), elements)

    async def say(self, text: str) -> None:
        """Press Enter."""
        await page.write(self.client, text)

    async def drawn(self, name: str = "") -> None:
        """Wait until an element (called `name`) arrives."""
        while True:
            element = await asyncio.wait_for(self.elements.get(), 60)
            if not name or element.get("name") == name:
                return

    async def leave(self) -> None:
        """Close the browser."""
        await self.client.disconnect()
        await self.http.close()


async def _to_desk(clinic: _Clinic, desk: Page, rounds: int) -> list[float]:
    """Milliseconds from Enter to the new case's line on the desk; the first round is left out."""
    times = []
    for _ in range(rounds + 1):
        patient = await _Patient.arrive(clinic.url)
        known = clinic.queue()
        started = time.time()
        await patient.say(_RED_FLAG)
        await patient.drawn()
        case = await _new_case(clinic, known)
        shown = await desk.wait_for_function("id => window.seen[id]", arg=case, timeout=60_000)
        times.append(float(await shown.json_value()) - started * 1000)
        await patient.leave()
    return times[1:]


async def _new_case(clinic: _Clinic, known: set[str]) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if new := clinic.queue() - known:
            return new.pop()
        await asyncio.sleep(0.05)
    raise SystemExit("the case was not stored")


async def _replies(clinic: _Clinic, rounds: int) -> list[float]:
    """Milliseconds from a nurse's reply, sent by another process than the patient's, to its element on the patient's page."""
    patient = await _Patient.arrive(clinic.url)
    known = clinic.queue()
    await patient.say(_RED_FLAG)
    await patient.drawn()
    new, app = await _new_case(clinic, known), clinic.app
    case = next(case for case in app.case_store.queue() if case.id == new)
    nurse = app.staff.team("care")[0]
    app.case_work.claim(case.id, nurse.id)
    times = []
    for number in range(rounds):
        started = time.perf_counter()
        app.case_work.reply(case.id, nurse.id, case.conversation_id, said(nurse, f"I am here ({number})."))
        await patient.drawn("Staff")
        times.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.1)
    await patient.leave()
    return times


def _open_cases(clinic: _Clinic, wanted: int) -> None:
    """Fill the queue up to `wanted` cases."""
    found = Finding("bench", 1, "urgent", "medical", "A case that stands in the queue.", "rule", ())
    for _ in range(wanted - len(clinic.queue())):
        clinic.app.case_store.escalate(new_id(), new_id(), [found])


async def _crowd(clinic: _Clinic, desks: Sequence[Page], patients: int, rounds: int) -> None:
    """Everyone asks about once a minute; in between, people in need are timed to the last desk that shows them."""
    crowd = []
    for first in range(0, patients, 20):  # a page at a time, as people arrive
        crowd += await asyncio.gather(*(_Patient.arrive(clinic.url) for _ in range(first, min(first + 20, patients))))
    talking = [asyncio.create_task(_talk(patient, number)) for number, patient in enumerate(crowd)]
    try:
        cards: list[float] = []
        lines: list[float] = []
        for _ in range(rounds):
            card, line = await _under_load(clinic, desks)
            cards.append(card)
            lines.append(line)
        _print(f"message to card beside {patients} patients, ms", cards)
        _print(f"Enter to the last of {len(desks)} desks beside {patients} patients, {_OPEN_CASES} cases and more, ms", lines)
        _print(f"reply to the patient's page beside {patients} patients, ms", await _replies(clinic, rounds))
    finally:
        for task in talking:
            task.cancel()
        answers = await asyncio.gather(*talking, return_exceptions=True)
        failed = sum(isinstance(answer, Exception) and not isinstance(answer, asyncio.CancelledError) for answer in answers)
        print(f"patients whose chat failed: {failed} of {patients}")
        await asyncio.gather(*(patient.leave() for patient in crowd))


async def _talk(patient: _Patient, number: int) -> None:
    await asyncio.sleep(number % _EVERY_S)
    while True:
        await patient.say(_QUESTION)
        await patient.drawn()
        await asyncio.sleep(_EVERY_S)


async def _under_load(clinic: _Clinic, desks: Sequence[Page]) -> tuple[float, float]:
    """Milliseconds to the card, and to the last desk."""
    patient = await _Patient.arrive(clinic.url)
    known = clinic.queue()
    started, clock = time.time(), time.perf_counter()
    await patient.say(_RED_FLAG)
    await patient.drawn()
    card = (time.perf_counter() - clock) * 1000
    case = await _new_case(clinic, known)
    shown = [await desk.wait_for_function("id => window.seen[id]", arg=case, timeout=60_000) for desk in desks]
    last = max([float(await each.json_value()) for each in shown])
    await patient.leave()
    return card, last - started * 1000


def _print(label: str, times: Sequence[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    print(f"{label}: median {statistics.median(times):.0f}, p95 {p95:.0f}, {len(times)} rounds", flush=True)


if __name__ == "__main__":
    main()
