"""What the desk is told of the channels: whether there are any, and which of them fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.escalation.notify import Channels
from app.records.models import now
from app.records.notifications import NotificationStore


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel that does not take notices."""

    channel: str
    """Its list, place and service, such as "first 1: E-Mail"; no secret."""
    since: datetime
    problem: str
    """The class of the problem, such as "no connection"."""
    pending: int
    """Notices that are still tried."""
    given_up: int
    """Notices that were given up within a day."""


class Notifications:
    """The channels as the desk shows them."""

    def __init__(self, store: NotificationStore, channels: Channels) -> None:
        self.store, self._channels = store, channels

    def channels_set(self) -> bool:
        """Whether anyone is told of cases at all."""
        return bool(self._channels.for_stages(0, 1))

    def troubles(self) -> Sequence[Trouble]:
        """Channels that do not take notices now; RecordsError where the database fails."""
        named = self._channels.all()
        return [
            Trouble(
                named[failing.channel].label if failing.channel in named else "a channel that is set no more",
                failing.since,
                failing.problem,
                failing.pending,
                failing.given_up,
            )
            for failing in self.store.failing(now())
        ]
