"""How an open page stays true: one reading a second for all desks of a process, one look at the session, and only changes drawn."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from nicegui import ElementFilter, run, ui

from app.desk.frame import STOPPED, Visit
from app.errors import CarelightError, NotAllowedError, RecordsError, TakenError
from app.records.stops import Turned
from app.wiring import Application

T = TypeVar("T")
Refresh = Callable[[], Awaitable[None]]
LOOK_EVERY_S = 0.5
FRESH_S = 0.9
"""A reading serves every desk for that long; with the look, what happened is on every desk within a second and a half."""
_LAST_WORD_S = 1.0
"""How long a page whose session ended may take to leave."""
NOT_READ = "The records cannot be read just now. Reload this page in a moment."
NOT_SAVED = "The records did not take this, so nothing was changed. Please try again."
_SCRIPT = """<script src="/site/desk.js" defer></script><script>
(() => {
  let last = 0
  const tell = () => { if (Date.now() - last > 30000) { last = Date.now(); emitEvent("carelight_active") } }
  for (const kind of ["pointerdown", "pointermove", "keydown"]) document.addEventListener(kind, tell, { passive: true })
})()
</script>"""
"""A desk counts as staffed while a person moves at it, not while its page refreshes itself (rule of care 7)."""


class Shared(Generic[T]):
    """One reading that every desk of the process uses until it is stale; whoever comes meanwhile waits for that one."""

    def __init__(self, read: Callable[[], T], fresh_s: float = FRESH_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._fresh_s, self._clock = read, fresh_s, clock
        self._lock = threading.Lock()
        self._held: tuple[float, T] | None = None

    def get(self) -> T:
        """The reading; RecordsError where it is stale and cannot be read again."""
        with self._lock:
            if self._held is None or self._clock() - self._held[0] > self._fresh_s:
                at = self._clock()
                self._held = None
                self._held = (at, self._read())
            return self._held[1]

    def forget(self) -> None:
        """Read again at the next look: something was just changed here."""
        with self._lock:
            self._held = None


async def keep(
    visit: Visit, read: Callable[[], T], draw: Callable[[T], None], failed: Callable[[str], None], back: str = "/desk/care"
) -> Refresh:
    """Draw what `read` finds, now and twice a second; what is returned looks at once.

    The page ends where its session ends: at the sign-in, which leads to the desk page `back`. What it held is then gone from
    the server too: a browser that stays where it is has nothing left to press.
    """
    timers: list[ui.timer] = []
    client, bars = ui.context.client, list(ElementFilter(kind=ui.label, marker=STOPPED))

    def look() -> tuple[bool, T | None, str, Turned | None]:
        try:
            member = visit.app.staff.member(visit.token, active=False)
            if member is None or member.role != visit.member.role:
                return False, None, "", None
            return True, read(), "", visit.app.stop_switch.now()
        except RecordsError:
            down = "The records cannot be read just now. What you see may be old. This page keeps trying by itself."
            return True, None, down, visit.app.stop_switch.now()

    async def refresh() -> None:
        seen = await run.io_bound(look)
        if seen is None:  # the server stops
            return
        signed_in, found, problem, stopped = seen
        if not signed_in:
            for timer in timers:
                timer.deactivate()
            go(f"/sign-in?to={back}")
            await asyncio.sleep(_LAST_WORD_S)
            client.remove_all_elements()
            return
        for bar in bars:
            _say_stopped(bar, stopped)
        failed(problem)
        if found is not None:
            draw(found)

    ui.on("carelight_active", lambda: run.io_bound(visit.app.staff.member, visit.token))
    ui.add_body_html(_SCRIPT)
    await refresh()
    timers.append(ui.timer(LOOK_EVERY_S, refresh))  # after the first look: a timer sends the page off as it stands
    return refresh


def _say_stopped(bar: ui.label, stopped: Turned | None) -> None:
    """That the assistant is stopped, below the header of every desk page."""
    said = f"The assistant is stopped since {stopped.at:%d %b, %H:%M} UTC: {stopped.why}" if stopped else ""
    if bar.text != said:
        bar.set_text(said)
        bar.set_visibility(bool(said))


async def keep_signed_in(visit: Visit, back: str = "/desk/care") -> None:
    """End a page that shows nothing live as soon as its session ends."""
    await keep(visit, lambda: None, lambda _nothing: None, lambda _problem: None, back)


async def attempt(step: Callable[[], object], taken: Callable[[], str] | None = None) -> bool:
    """Take a step away from the event loop; what kept it from being taken is said, and nothing that was typed is lost.

    `taken` says who has the case, where somebody else does.
    """
    try:
        await run.io_bound(step)
    except TakenError as error:
        notice((await run.io_bound(taken) if taken else None) or str(error))
    except (NotAllowedError, ValueError) as error:
        notice(str(error))
    except CarelightError:
        notice(NOT_SAVED)
    else:
        return True
    return False


async def find(read: Callable[[], T | None], absent: str = "") -> tuple[T | None, str]:
    """What a page is about, read away from the event loop, or None with why; `absent` is why where there is no such thing."""

    def look() -> tuple[T | None, str]:
        try:
            return read(), absent
        except RecordsError:
            return None, NOT_READ

    return await run.io_bound(look) or (None, NOT_READ)


def who_has(app: Application, case_id: str) -> str:
    """Who has a case now, in a sentence; empty where nobody does or it cannot be read."""
    try:
        owners = [case.owner for case in app.case_store.queue() if case.id == case_id]
    except RecordsError:
        return ""
    return f"{owners[0]} has this case now." if owners and owners[0] else ""


def go(address: str) -> None:
    """Leave for another page of the site (NiceGUI's own way would put the desk's path before it)."""
    ui.run_javascript(f"location.assign({json.dumps(address)})")


def notice(text: str, *, good: bool = False) -> None:
    """A line that comes and goes, announced to screen readers too."""
    said = text[:1].upper() + text[1:]
    ui.notify(said, position="top", color="#11676b" if good else "#8a1c12", timeout=4000 if good else 8000, close_button="Close")
