"""Sends what stands in the outbox. A channel that hangs holds up only itself: every channel has a few threads of its own."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.errors import CarelightError
from app.escalation.notices import Message, Wording
from app.escalation.notify import Channel, Channels
from app.logs import place
from app.records.models import now
from app.records.notifications import Leased, NotificationStore

log = logging.getLogger("carelight.pager")
_AT_ONCE = 4
"""Sends under way a channel. One that never comes back holds its place until the server ends, and the desk shows the channel."""


@dataclass
class _Places:
    """How many more sends a channel may have under way."""

    free: int = _AT_ONCE
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> bool:
        with self.lock:
            if not self.free:
                return False
            self.free -= 1
            return True

    def give(self) -> None:
        with self.lock:
            self.free += 1


class Delivery:
    """Carries notices to their channels."""

    def __init__(self, store: NotificationStore, channels: Channels, wording: Wording, wake: Callable[[], None] = lambda: None) -> None:
        self._store, self._wording, self._wake = store, wording, wake
        self._channels = channels.all()
        self._places = {fingerprint: _Places() for fingerprint in self._channels}

    def once(self, at: datetime) -> None:
        """Begin to send what is due and has room."""
        room = {fingerprint: places.free for fingerprint, places in self._places.items() if places.free}
        for leased in self._store.lease(room, at):
            message = self._wording.message(leased.notice, at)
            self.begin(self._channels[leased.channel], message, lambda problem, leased=leased: self._note(leased, problem))  # type: ignore[misc]

    def begin(self, channel: Channel, message: Message, done: Callable[[str], None]) -> bool:
        """Send in a thread of its own and tell `done` the problem, an empty one where there is none; False where there is no room."""
        places = self._places[channel.fingerprint]
        if not places.take():
            return False
        threading.Thread(target=self._send, args=(channel, message, done, places), name="notify", daemon=True).start()
        return True

    def _send(self, channel: Channel, message: Message, done: Callable[[str], None], places: _Places) -> None:
        try:
            problem = channel.send(message.title, message.body)
            if problem:
                log.warning("a notice was not taken by the channel '%s': %s", channel.label, problem)
            done(problem)
        except CarelightError as error:  # sent or not, it is tried again when its lease ends: at least once
            log.error("what became of a notice could not be stored: %s", error)
        except Exception as error:  # a thread that dies silently would hide it
            log.error("a notice failed: %s", place(error))
        finally:
            places.give()
            self._wake()

    def _note(self, leased: Leased, problem: str) -> None:
        if problem:
            self._store.failed(leased.id, problem, now())
        else:
            self._store.sent(leased.id, now())
