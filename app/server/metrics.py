"""What happened, in numbers: counters and times in the text form that Prometheus reads. No words and no ids are labels.

Times are taken where the chat's turns pass (`watched`); what stands in the records is read when someone asks
(`app.server.gauges`).
"""

import logging
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.conversation import Event, Finished, Screened, Shown

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
"""Seconds; 0.3 and 1.5 are the targets of a card and of an answer."""
HELP = {
    "carelight_messages_total": "Messages of patients by the level that the screen found.",
    "carelight_replies_total": "Replies shown, by kind.",
    "carelight_withheld_total": "Answers not made, by why: a limit, or no place in time.",
    "carelight_refused_total": "Requests refused, by status.",
    "carelight_requests_total": "Requests answered, by part of the product and class of status.",
    "carelight_errors_total": "Errors logged, by logger.",
    "carelight_card_seconds": "From a message to its card (or to nothing found), waiting included.",
    "carelight_answer_seconds": "From a message to the end of its turn, waiting included.",
    "carelight_stage_seconds": "Work by stage of a turn.",
    "carelight_request_seconds": "Time to answer a request, by part of the product.",
    "carelight_cases_open": "Open cases by level.",
    "carelight_cases_waiting": "Open cases whose patient waits for a person.",
    "carelight_cases_late": "Open cases whose patient waits longer than the target.",
    "carelight_notices_waiting": "Notices to the care team that no channel has taken yet.",
    "carelight_notices_failed": "Notices given up within a day.",
    "carelight_messages_undelivered": "Messages of the care team that no page has drawn yet.",
    "carelight_spool_waiting": "Cases on disk that the database has not taken yet.",
    "carelight_chats_open": "Patients with a chat open now.",
    "carelight_answers_waiting": "Answers that wait for a place.",
    "carelight_answers_making": "Answers being made.",
    "carelight_index_age_seconds": "Since the search index was last brought up to date.",
    "carelight_index_behind": "1 while the index does not hold the served articles.",
    "carelight_database_up": "1 where the records could be read just now.",
}
Labels = tuple[tuple[str, str], ...]


@dataclass
class _Times:
    """How often something took how long."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BUCKETS) + 1))
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number as it is now."""

    name: str
    value: float
    labels: Labels = ()


class Metrics:
    """One process's numbers since it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, Labels], int] = {}
        self._times: dict[tuple[str, Labels], _Times] = {}

    def count(self, name: str, **labels: str) -> None:
        """One more."""
        key = name, tuple(sorted(labels.items()))
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + 1

    def took(self, name: str, seconds: float, **labels: str) -> None:
        """Something took that long."""
        key = name, tuple(sorted(labels.items()))
        with self._lock:
            held = self._times.setdefault(key, _Times())
            held.counts[bisect_left(_BUCKETS, seconds)] += 1
            held.total += seconds

    def watched(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events of a turn that begins now, counted and timed as they pass."""
        return self._passing(events, time.perf_counter())

    def _passing(self, events: Iterator[Event], began: float) -> Iterator[Event]:
        for event in events:
            if isinstance(event, Shown):
                self.count("carelight_replies_total", kind=event.reply.kind)
            elif isinstance(event, Screened):
                self.count("carelight_messages_total", level=event.level)
                self.took("carelight_card_seconds", time.perf_counter() - began)
            elif isinstance(event, Finished):
                self.took("carelight_answer_seconds", time.perf_counter() - began)
                for stage, milliseconds in event.ms.items():
                    self.took("carelight_stage_seconds", milliseconds / 1000, stage=stage)
            yield event

    def text(self, gauges: Iterable[Gauge] = ()) -> str:
        """Everything in Prometheus' text form."""
        with self._lock:
            counts = [Gauge(name, value, labels) for (name, labels), value in self._counts.items()]
            times = [(key, _Times(list(held.counts), held.total)) for key, held in self._times.items()]
        lines = _described("counter", counts) + _described("gauge", list(gauges))
        for name in dict.fromkeys(name for (name, _), _ in times):
            lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} histogram"]
            for (_, labels), held in [each for each in times if each[0][0] == name]:
                lines += _histogram(name, labels, held)
        return "\n".join(lines) + "\n"


class ErrorCount(logging.Handler):
    """Counts what is logged as an error, by logger."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.ERROR)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """One more; the message is not looked at."""
        self._metrics.count("carelight_errors_total", logger=record.name)


def _described(kind: str, numbers: list[Gauge]) -> list[str]:
    lines = []
    for name in dict.fromkeys(number.name for number in numbers):
        lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_written(each.labels)} {each.value:g}" for each in numbers if each.name == name]
    return lines


def _histogram(name: str, labels: Labels, held: _Times) -> list[str]:
    lines, so_far = [], 0
    for bound, count in zip([*map(str, _BUCKETS), "+Inf"], held.counts, strict=True):
        so_far += count
        lines.append(f"{name}_bucket{_written((*labels, ('le', bound)))} {so_far}")
    return [*lines, f"{name}_sum{_written(labels)} {held.total:g}", f"{name}_count{_written(labels)} {so_far}"]


def _written(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}" if labels else ""
