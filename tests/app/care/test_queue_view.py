"""What the queue shows: levels and waits in words, filters that hide nothing silently, escaped records."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.care import queue_view
from app.care.queue_view import Filter, Row
from app.desk_words import span
from app.escalation.case_state import Standing
from app.records.case_reads import OpenCase
from guardrails.level import Level

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _row(level: Level = "emergency", waited: float | None = 1, owner: str = "", *, mine: bool = False, connected: bool = True) -> Row:
    since = None if waited is None else AT - timedelta(minutes=waited)
    standing = Standing(level, since, owner=owner and f"id-{owner}")
    case = OpenCase("4f2a91c0-1111", "c1", level, AT, ("Chest pain.",), ("medical",), 67, "male", standing, owner, connected, demo=False)
    return Row(case, 0, timedelta(minutes=2), mine)


def test_a_wait_past_its_target_says_by_how_much() -> None:
    """Two seconds must do."""
    html = queue_view.row_html(_row(waited=5), AT)
    assert "3 min past target" in html
    assert "cd-late" in html
    assert "past target" not in queue_view.row_html(_row(waited=1), AT)


def test_an_answered_case_has_no_clock() -> None:
    """Nobody waits there."""
    html = queue_view.row_html(_row(waited=None), AT)
    assert "Answered" in html
    assert "data-since" not in html


def test_words_of_the_records_are_escaped() -> None:
    """A rule's reason and a colleague's name are text."""
    row = _row(owner="<b>Nora</b>")
    row = replace(row, case=replace(row.case, reasons=("<script>x</script>", "a & b", "c")))
    html = queue_view.row_html(row, AT)
    assert "<script>" not in html
    assert "<b>Nora" not in html
    assert "a &amp; b and 1 more" in html


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        (Filter(), [True, True, True]),
        (Filter(levels={"urgent"}), [False, True, False]),
        (Filter(levels={"urgent", "emergency"}), [True, True, False]),
        (Filter(mine=True), [False, True, False]),
        (Filter(unclaimed=True), [True, False, False]),
        (Filter(connected=True), [True, True, False]),
        (Filter(text="sam"), [False, False, True]),
        (Filter(text="CHEST 4f2a"), [True, True, True]),
        (Filter(text="gout"), [False, False, False]),
    ],
)
def test_a_filter_takes_what_it_says(chosen: Filter, taken: list[bool]) -> None:
    """By level, owner, connection and words of reasons, owners and numbers."""
    rows = [_row(), _row("urgent", owner="Nora", mine=True), _row("crisis", owner="Sam", connected=False)]
    assert [chosen.takes(row) for row in rows] == taken


def test_what_the_filters_hide_is_said_with_the_worst_of_it() -> None:
    """A forgotten filter must not hide an emergency."""
    rows = [_row(), _row("routine")]
    assert queue_view.hidden(rows, Filter(mine=True)) == "2 open cases are hidden by the filters, among them emergency."
    assert queue_view.hidden(rows, Filter()) == ""


def test_the_badge_counts_waiting_cases_that_nobody_has_and_a_rise_is_a_new_one() -> None:
    """Title and sound follow it."""
    assert queue_view.unclaimed([_row(), _row(owner="Sam"), _row(waited=None)]) == ["4f2a91c0-1111:emergency"]
    assert queue_view.unclaimed([_row("urgent")]) == ["4f2a91c0-1111:urgent"]


def test_the_summary_counts_who_waits_and_who_waited_too_long() -> None:
    """The desk in one line."""
    assert queue_view.summary([_row(waited=5), _row(), _row(waited=None)], AT) == "2 waiting for a person, 1 past target"
    assert queue_view.summary([], AT) == "Nobody waits."


def test_a_hand_over_begins_with_ones_own_cases_and_no_reason_of_them() -> None:
    """By age and level: it is read aloud in corridors."""
    draft = queue_view.handover_draft([_row(mine=True, waited=5), _row(owner="Sam")], AT)
    assert draft.count("4f2a91c0") == 1
    assert "emergency, 67 years, male: waits for 5 min" in draft
    assert "Chest" not in draft


@pytest.mark.parametrize(
    ("seconds", "fine", "said"),
    [
        (0, True, "0 s"),
        (59, True, "59 s"),
        (84, True, "1 min 24 s"),
        (84, False, "1 min"),
        (120, True, "2 min"),
        (700, True, "11 min"),
        (3600, False, "1 h"),
        (3900, True, "1 h 5 min"),
        (90000, False, "1 d 1 h"),
        (-5, True, "0 s"),
    ],
)
def test_a_span_is_said_in_at_most_two_units(seconds: int, fine: bool, said: str) -> None:
    """The page's script says the same."""
    assert span(timedelta(seconds=seconds), fine=fine) == said


def _crowd(number: int, level: Level = "urgent", crowd: str = "many") -> Row:
    row = _row(level)
    return replace(row, case=replace(row.case, id=f"{number}", crowd=crowd))


def test_cases_of_one_address_are_one_line_beside_the_others() -> None:
    """Counted apart, called for once, with the gravest level; never left out."""
    crowd = [_crowd(1), _crowd(2, "emergency"), _crowd(3, crowd="other")]
    assert queue_view.crowd_line(crowd) == "Possibly automated: 3 cases from 2 addresses within an hour, the most severe emergency"
    assert queue_view.crowd_line(crowd[:1]) == "Possibly automated: 1 case from one address within an hour, the most severe urgent"
    assert queue_view.crowd_line([]) == ""
    assert queue_view.summary([_row(), *crowd], AT) == "1 waiting for a person; 3 more possibly automated"
    assert set(queue_view.unclaimed([_row(), *crowd])) == {"4f2a91c0-1111:emergency", "other:urgent", "many:emergency"}
