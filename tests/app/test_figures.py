"""Figures counted by hand: medians, what is past its target, and what an alarm was worth."""

from datetime import UTC, datetime, timedelta

from app.escalation.case_state import Verdict
from app.escalation.figures import CaseFacts, figures, iso_week, percentile
from app.records.case_rows import TARGETS
from guardrails.level import Level

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def case(level: Level = "emergency", days: float = 0, answered: float | None = None, verdict: Verdict | None = None) -> CaseFacts:
    """A case opened some days ago, answered so many minutes later."""
    opened = AT - timedelta(days=days, hours=1)
    then = None if answered is None else opened + timedelta(minutes=answered)
    why = "negated" if verdict == "false_alarm" else None
    return CaseFacts(level, opened, then, then, then if verdict else None, verdict, why, ("heart-attack",))  # type: ignore[arg-type]


def test_waiting_is_counted_in_all_and_by_level() -> None:
    """A median over nothing is none, not zero."""
    made = figures([case(answered=1), case(answered=3), case("urgent")], TARGETS, AT)
    spreads = {spread.label: (spread.count, spread.median, spread.p90) for spread in made.to_answer}
    assert spreads["emergency"] == (2, timedelta(minutes=2), timedelta(minutes=3))
    assert spreads["urgent"] == (0, None, None)


def test_a_case_that_nobody_answered_is_past_its_target_while_it_waits() -> None:
    """Left out of the count, the worst cases would make the figures better."""
    made = figures([case(answered=1), case(), case("urgent", answered=20), case("routine")], TARGETS, AT)
    assert {each.label: (each.hits, each.total) for each in made.past_target} == {
        "all": (1, 4),
        "emergency": (1, 2),
        "urgent": (0, 1),
        "routine": (0, 1),
    }


def test_precision_is_over_settled_cases_without_tests() -> None:
    """A case still open, and one opened by the team itself to try, say nothing about the rule."""
    verdicts: list[Verdict | None] = ["true_emergency", "less_urgent", "missed_earlier", "false_alarm", "test", None]
    rule = figures([case(answered=1, verdict=verdict) for verdict in verdicts], TARGETS, AT).rules[0]
    assert (rule.cases, rule.precision.hits, rule.precision.total) == (6, 3, 4)
    assert rule.precision.bounds[0] < 0.75 < rule.precision.bounds[1]


def test_weeks_without_a_case_stand_between_those_with_one() -> None:
    """A gap that is left out looks like a steady stream; and a new year begins its own weeks."""
    made = figures([case(days=22), case()], TARGETS, AT)
    assert made.weeks == ("2026-W44", "2026-W45", "2026-W46", "2026-W47")
    assert made.by_week["emergency"] == (1, 0, 0, 1)
    assert iso_week(datetime(2027, 1, 2, tzinfo=UTC)) == "2026-W53"


def test_no_case_has_figures_too() -> None:
    """A clinic's first day."""
    made = figures([], TARGETS, AT)
    assert (made.cases, made.weeks, made.to_claim, made.past_target, made.rules) == (0, (), (), (), ())


def test_nine_of_ten_is_the_time_that_nine_of_ten_did_not_exceed() -> None:
    """By rank, not between ranks: it was some patient's waiting."""
    times = [timedelta(minutes=minute) for minute in range(1, 11)]
    assert percentile(times, 0.9) == timedelta(minutes=9)
    assert percentile(times, 0.5) == timedelta(minutes=5.5)
    assert percentile(times[:1], 0.9) == timedelta(minutes=1)
