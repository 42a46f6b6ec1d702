"""Numbers that are read when someone asks: what stands in the records, on disk and in the queues."""

import time
from collections.abc import Iterator

from app.errors import CarelightError
from app.server.metrics import Gauge
from app.wiring import Application


def gauges(app: Application) -> Iterator[Gauge]:
    """Everything that can be read now; where the records fail their numbers are missing, and that is a number too."""
    yield from _records(app)
    yield Gauge("carelight_spool_waiting", len(app.case_desk.spooled()))
    yield Gauge("carelight_answers_waiting", app.answers.waiting)
    yield Gauge("carelight_answers_making", app.answers.making)
    if app.indexed_at is not None:
        yield Gauge("carelight_index_age_seconds", round(time.time() - app.indexed_at))


def _records(app: Application) -> Iterator[Gauge]:
    try:
        counted = app.census.take()
        version = app.library.snapshot().version
    except CarelightError:
        yield Gauge("carelight_database_up", 0)
        return
    yield Gauge("carelight_database_up", 1)
    for level, number in counted.open.items():
        yield Gauge("carelight_cases_open", number, (("level", level),))
    yield Gauge("carelight_cases_waiting", counted.waiting)
    yield Gauge("carelight_cases_late", counted.late)
    yield Gauge("carelight_notices_waiting", counted.notices_waiting)
    yield Gauge("carelight_notices_failed", counted.notices_failed)
    yield Gauge("carelight_messages_undelivered", counted.undelivered)
    yield Gauge("carelight_chats_open", counted.connected)
    yield Gauge("carelight_index_behind", int(app.indexed_version != version))
