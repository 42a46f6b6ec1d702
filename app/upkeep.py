"""What a running server does by itself beside calling the care team: follows what is served, ends old questions.

Only the server that holds the data folder writes the embedded index; whoever publishes changes one row of the database.
"""

import logging
from datetime import timedelta

from app import audit_trail, retention
from app.content.review_cycle import withdraw_overdue
from app.escalation.reviews import Sampling
from app.records.models import now
from app.watch import AtMostEvery, Watch
from app.wiring import Application

log = logging.getLogger("carelight.upkeep")
ANSWER_WITHIN = timedelta(minutes=3)
"""How long a rule's question may wait for its answer."""
_CHAT_FIRST = timedelta(seconds=15)
"""An open chat asks for its own card at that time, and shows it; only what it did not is done here."""


class Upkeep(Watch):
    """Chores that may take a while; alarms do not wait for them."""

    def __init__(self, app: Application) -> None:
        chores = {
            "index": self._index,
            "questions": self._expire,
            "deletions": self._finish,
            "retention": self._purge,
            "reviews": self._review,
            "overdue": self._withdraw,
            "audit": self._checkpoint,
            "memory": self._forget,
        }
        super().__init__("upkeep", chores, every_s=0.5)
        self._app = app
        self._sampling = Sampling(app.review_list, app.settings.review_sample)
        self._hourly, self._overdue, self._audit = (AtMostEvery(timedelta(hours=1)) for _ in range(3))
        self._minutely, self._often = AtMostEvery(timedelta(minutes=1)), AtMostEvery(timedelta(seconds=10))
        self._destructions = ""

    def _review(self) -> None:
        """Last week's sample of chats that raised no alarm, where the clinic reads one."""
        self._sampling.due(now())

    def _expire(self) -> None:
        """Questions that nobody answered in time: their rule says what silence means, also where the chat was closed."""
        for patient, chat in self._app.conversations.left_unanswered(now() - ANSWER_WITHIN - _CHAT_FIRST):
            for _event in self._app.conversation.unanswered(patient, chat):
                pass

    def _finish(self) -> None:
        """What patients deleted while a case was open, or a server that ended left half done, looked at once a minute."""
        self._minutely.do(now(), self._app.eraser.finish)

    def _purge(self) -> None:
        """What was kept long enough is deleted, looked at once an hour, so that no night is missed."""
        at = now()
        purged = self._hourly.do(at, lambda: self._app.retention.purge(retention.keep(self._app.settings), at))
        if purged and any(purged.values()):
            log.info("kept long enough, and deleted: %s", ", ".join(f"{count} {kind}" for kind, count in purged.items() if count))

    def _withdraw(self) -> None:
        """Articles whose review is overdue for longer than the clinic allows, looked at once an hour."""
        at = now()
        self._overdue.do(at, lambda: withdraw_overdue(self._app, at.date()))

    def _checkpoint(self) -> None:
        """The audit log's checkpoint of the day, looked at once an hour."""
        self._audit.do(now(), lambda: audit_trail.nightly(self._app))

    def _forget(self) -> None:
        """Words in this process's memory that no key stands for any more, looked at every ten seconds: also where another deleted them."""
        self._often.do(now(), self._forget_deleted)

    def _forget_deleted(self) -> None:
        self._app.forget_old()
        counted = self._app.keyring.destructions
        if counted != self._destructions:
            self._app.forget_texts()
            self._destructions = counted

    def _index(self) -> None:
        """Index what is served now; an index that could not be used at start is left to `carelight index rebuild`."""
        version = self._app.library.snapshot().version
        if self._app.indexed_version in (None, version):
            return
        report = self._app.sync_index()
        self._app.warm_search()
        log.info("index follows version %d: %d added, %d removed", version, report.added, report.removed)


class Following(Watch):
    """Follows what is served into what is said: on a thread of its own, for an index that is being built must not hold it up."""

    def __init__(self, app: Application) -> None:
        super().__init__("following", {"texts": app.follow_texts, "first aid": self._pin}, every_s=0.5)
        self._app = app
        self._pinned: int | None = None

    def _pin(self) -> None:
        """The rules' first aid: a withdrawn article gives place to the built-in line, on the next card."""
        version = self._app.library.snapshot().version
        if version != self._pinned:
            self._app.pin_first_aid()
            self._pinned = version
