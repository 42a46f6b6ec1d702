"""A review as people see it: masked or not at all, a rate with bounds, an hourly look."""

from datetime import UTC, datetime, timedelta

import pytest

from app.escalation import reviews
from app.escalation.reviews import Sampling, masked, missed_rates
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.review_list import Review, ReviewList, ReviewVerdict, Why
from guardrails.privacy import MaskingError
from tests.app.records.test_review_list import MONDAY, chat


def review(number: int, verdict: ReviewVerdict | None, why: Why = "sample", week: str = "2026-W47") -> Review:
    """A line of the list."""
    return Review(number, f"c{number}", why, week, datetime(2026, 11, 21, tzinfo=UTC), 1, verdict)


def test_identifiers_are_masked_and_the_rest_stays(database: Database) -> None:
    """What a reader needs is the complaint, not the person."""
    chat(database, 1)
    ConversationStore(database).receive("p1", "c1", "my name is Ana Lopez, call 555 123 4567, my chest hurts")
    ReviewList(database).sample(1, MONDAY)
    lines = masked(ReviewList(database), ReviewList(database).all()[0].id, "nora")
    assert lines is not None
    assert "my chest hurts" in lines[1].text
    assert "Lopez" not in lines[1].text
    assert "4567" not in lines[1].text


def test_where_one_line_cannot_be_masked_nothing_is_shown(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing check withholds."""

    def fail(_text: str) -> None:
        raise MaskingError("the text is too long; send nothing of it")

    chat(database, 1)
    ReviewList(database).sample(1, MONDAY)
    monkeypatch.setattr(reviews, "mask", fail)
    assert masked(ReviewList(database), ReviewList(database).all()[0].id, "nora") is None


def test_the_rate_is_over_the_sample_that_was_judged() -> None:
    """Patients' own reports are no sample, "unsure" is no verdict, and what is unread is said."""
    listed = [
        review(1, "missed_emergency"),
        review(2, "fine"),
        review(3, "unsure"),
        review(4, None),
        review(5, "missed_urgent", why="said_urgent"),
        review(6, "fine", week="2026-W46"),
    ]
    rates = {rate.label: (rate.share.hits, rate.share.total, rate.unread) for rate in missed_rates(listed)}
    assert rates == {"all": (1, 3, 1), "2026-W47": (1, 2, 1), "2026-W46": (0, 1, 0)}
    assert missed_rates(listed)[0].share.bounds[1] > 0.9


def test_the_sample_is_looked_for_once_an_hour_and_again_after_a_failure(database: Database, broken: Database) -> None:
    """The thread that stores spooled cases must not read a week of chats every second."""
    chat(database, 1)
    sampling = Sampling(ReviewList(database), 5)
    assert sampling.due(MONDAY - timedelta(minutes=30)) == 0
    assert sampling.due(MONDAY) == 0  # half an hour later
    assert sampling.due(MONDAY + timedelta(minutes=40)) == 1
    failing = Sampling(ReviewList(broken), 5)
    for _ in range(2):
        with pytest.raises(Exception, match="OperationalError"):
            failing.due(MONDAY)


def test_no_sample_is_drawn_unless_the_clinic_asks_for_one(database: Database) -> None:
    """The default reads nobody's chat."""
    chat(database, 1)
    assert Sampling(ReviewList(database), 0).due(MONDAY) == 0
    assert list(ReviewList(database).all()) == []
