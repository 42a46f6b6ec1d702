"""What a server does first after it was killed: spooled cases are stored, and messages cut off in the middle get their card."""

import logging
from datetime import datetime

from app.errors import RecordsError
from app.records.conversations import CutOff
from app.wiring import Application

log = logging.getLogger("carelight")


def recover(app: Application, started: datetime) -> None:
    """Leave nothing of before `started` undone; RecordsError where the database fails, and it must be asked again.

    A turn counts as cut off until its card is recorded, so that a kill in the middle of this loses nothing either.
    """
    app.notifications.store.release(started)
    replayed = app.case_desk.replay()
    found = app.conversations.cut_off(started)
    failures = [error for error in (_recovered(app, cut) for cut in found) if error is not None]
    if found or replayed:
        log.warning("%d turns were cut off before this start, %d spooled cases were stored", len(found), replayed)
    if failures:
        raise failures[0]


def _recovered(app: Application, cut: CutOff) -> RecordsError | None:
    """One turn screened and told that it was cut off; what failed, so that it holds up none of the others."""
    try:
        if not cut.carded:
            for _event in app.conversation.resume(cut.turn):
                pass
        app.conversations.mark_interrupted(cut.turn, app.words.say("interrupted"))
    except RecordsError as error:
        return error
    return None
