"""What a running server does by itself: follows the served set into its index, and stores spooled cases.

Only the server that holds the data folder writes the embedded index; whoever publishes changes one row of the database.
"""

import logging
import threading
from datetime import timedelta

from app.errors import CarelightError
from app.logs import place
from app.records.models import now
from app.reviews import Sampling
from app.wiring import Application
from retrieval.index import IndexUnusableError

log = logging.getLogger("carelight.upkeep")
_EVERY_S = 1.0
ANSWER_WITHIN = timedelta(minutes=3)
"""How long a rule's question may wait for its answer."""
_CHAT_FIRST = timedelta(seconds=15)
"""An open chat asks for its own card at that time, and shows it; only what it did not is done here."""


class Upkeep:
    """A thread that looks every second; each chore that fails is logged once and tried again."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._complained = ""
        self._pinned: int | None = None
        self._sampling = Sampling(app.review_list, app.settings.review_sample)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the chore in hand."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self.once()

    def once(self) -> None:
        """Every chore, once."""
        try:
            self._replay()
            self._follow()
            self._expire()
            self._sampling.due(now())
            self._complained = ""
        except (CarelightError, IndexUnusableError, OSError) as error:
            self._complain(str(error))
        except Exception as error:  # a chore that breaks must not end the thread that stores spooled cases
            self._complain(place(error))

    def _complain(self, problem: str) -> None:
        """Log a problem once, not every second."""
        if problem != self._complained:
            log.error("upkeep: %s", problem)
            self._complained = problem

    def _replay(self) -> None:
        """Spooled cases reach the care desk as soon as the database works: waiting for the next start would be silence."""
        if stored := self._app.case_desk.replay():
            log.warning("%d spooled cases were stored", stored)

    def _expire(self) -> None:
        """Questions that nobody answered in time: their rule says what silence means, also where the chat was closed."""
        for patient, chat in self._app.conversations.left_unanswered(now() - ANSWER_WITHIN - _CHAT_FIRST):
            for _event in self._app.conversation.unanswered(patient, chat):
                pass

    def _follow(self) -> None:
        """Index what is served now; an index that could not be used at start is left to `carelight index rebuild`."""
        version = self._app.library.snapshot().version
        if version != self._pinned:
            self._app.pin_first_aid()
            self._pinned = version
        if self._app.indexed_version in (None, version):
            return
        report = self._app.sync_index()
        self._app.warm_search()
        log.info("index follows version %d: %d added, %d removed", version, report.added, report.removed)
