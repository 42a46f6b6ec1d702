"""The weekly review as people see it: a masked reading, the rate of misses, and the hourly look whether a sample is due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.evals.report import Share, share
from app.records.review_list import Read, Review, ReviewList
from app.watch import AtMostEvery
from guardrails.privacy import MaskingError, mask

_MISSED = ("missed_emergency", "missed_urgent")


@dataclass(frozen=True, slots=True)
class MissedRate:
    """Of the sampled chats that were read and judged, those in which something was missed; `label` is the week, or "all"."""

    label: str
    share: Share
    unread: int


class Sampling:
    """Draws the weekly sample; looks once an hour, for the first look after Monday's midnight draws it."""

    def __init__(self, reviews: ReviewList, size: int) -> None:
        self._reviews, self._size = reviews, size
        self._hourly = AtMostEvery(timedelta(hours=1))

    def due(self, at: datetime) -> int:
        """Draw the sample if it has not been drawn; how many chats were drawn. RecordsError where that fails, and it is tried again."""
        if not self._size:
            return 0
        return self._hourly.do(at, lambda: self._reviews.sample(self._size, at)) or 0


def masked(reviews: ReviewList, review_id: int, who: str) -> Sequence[Read] | None:
    """A conversation without identifiers; None where masking failed for any line, and then nothing of it may be shown."""
    lines = reviews.open(review_id, who)
    try:
        return [replace(line, text=mask(line.text).text) for line in lines]
    except MaskingError:
        return None


def missed_rates(reviews: Sequence[Review]) -> Sequence[MissedRate]:
    """The rate over the whole sample, then week by week, the newest first; what patients reported is no sample."""
    sampled = [review for review in reviews if review.why == "sample"]
    weeks = sorted({review.week for review in sampled}, reverse=True)
    groups = [("all", sampled), *((week, [review for review in sampled if review.week == week]) for week in weeks)]
    return [_rate(label, group) for label, group in groups if group]


def _rate(label: str, group: Sequence[Review]) -> MissedRate:
    judged = [review.verdict in _MISSED for review in group if review.verdict not in (None, "unsure")]
    return MissedRate(label, share(label, judged, "less"), sum(review.verdict is None for review in group))
