"""What a server does first after it was killed: spooled cases are stored, and messages cut off in the middle get their card."""

import logging
from datetime import datetime

from app.wiring import Application

log = logging.getLogger("carelight")


def recover(app: Application, started: datetime) -> None:
    """Leave nothing of before `started` undone; RecordsError where the database fails, and it must be asked again.

    A turn counts as cut off until its card is recorded, so that a kill in the middle of this loses nothing either.
    """
    replayed = app.case_desk.replay()
    found = app.conversations.cut_off(started)
    for cut in found:
        if not cut.carded:
            for _event in app.conversation.resume(cut.turn):
                pass
        app.conversations.mark_interrupted(cut.turn, app.words.say("interrupted"))
    if found or replayed:
        log.warning("%d turns were cut off before this start, %d spooled cases were stored", len(found), replayed)
