"""The measurement itself: what counts as a miss, exact bounds, and every wrong verdict listed for reading."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.evals import red_flags, workload
from app.evals.red_flags import Judged, Labelled
from app.evals.report import LabelledError, printed
from guardrails.level import Finding
from guardrails.screen import Screener, TimedLayer
from tests.app.turns import by_keyword
from tests.fakes import ScriptedLayer

SCREENER = Screener([TimedLayer(ScriptedLayer(by_keyword), 5.0)])
ROWS = [
    {"id": 1, "messages": ["a crushing pain"], "level": "emergency", "topic": "heart", "form": "plain"},
    {"id": 2, "messages": ["my arm feels funny"], "level": "emergency", "topic": "heart", "form": "down"},
    {"id": 3, "messages": ["I feel hopeless", "thanks"], "level": "crisis", "topic": "mind", "form": "multi"},
    {"id": 4, "messages": ["a sprain"], "level": "urgent", "topic": "ankle", "form": "plain"},
    {"id": 5, "messages": ["what is a stroke"], "level": "information", "topic": "brain", "form": "question"},
    {"id": 6, "messages": ["opening hours?"], "level": "out_of_scope", "topic": "admin", "form": "plain"},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The rows as a file."""
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)) + "\n", encoding="utf-8")
    return path


def test_the_figures_of_a_small_set(file: Path) -> None:
    """Counted by hand: one of three serious missed, one false alarm in two."""
    judged = list(red_flags.judge(SCREENER, red_flags.read(file)))
    assert {share.label: (share.hits, share.total) for share in red_flags.shares(judged)} == {
        "emergency and crisis recognised as such": (2, 3),
        "urgent recognised as urgent or higher": (1, 1),
        "emergency or crisis raised where none is needed": (1, 2),
        "any alarm where none is needed": (1, 2),
    }


def test_every_wrong_verdict_is_listed_with_its_words_and_the_tables_hold_none(file: Path) -> None:
    """A figure hides what kind of person was not heard; and a table may be passed on."""
    judged = list(red_flags.judge(SCREENER, red_flags.read(file)))
    lines = list(red_flags.wrong(judged))
    assert [line.split(":")[0] for line in lines] == ["MISS  2", "ALARM 5"]
    assert "my arm feels funny" in lines[0]
    assert not any("my arm feels funny" in line for line in printed(red_flags.report(judged)))


def test_each_conversation_is_a_case_that_can_be_compared(file: Path) -> None:
    """By its id: recognised where help was needed, quiet where none was."""
    cases = {case.id: case.scores for case in red_flags.report(list(red_flags.judge(SCREENER, red_flags.read(file)))).cases}
    assert cases["2"] == {"recognised": 0.0, "exact level": 0.0}
    assert cases["5"] == {"no alarm": 0.0, "exact level": 0.0}
    assert cases["1"] == {"recognised": 1.0, "exact level": 1.0}


@pytest.mark.parametrize(
    ("needs", "got", "missed", "false_alarm"),
    [
        ("emergency", "crisis", False, False),
        ("crisis", "emergency", False, False),
        ("emergency", "urgent", True, False),
        ("urgent", "emergency", False, False),
        ("urgent", "routine", True, False),
        ("routine", "urgent", False, True),
        ("routine", "routine", False, False),
    ],
)
def test_what_counts_as_a_miss_and_as_a_false_alarm(needs: str, got: str, missed: bool, false_alarm: bool) -> None:
    """An urgent card for an emergency is a miss; a higher level for something urgent is none."""
    judged = Judged(Labelled("1", ("text",), needs), got, ())  # type: ignore[arg-type]
    assert (judged.missed, judged.false_alarm) == (missed, false_alarm)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("no json", "line 1: no labelled conversation"),
        ('{"id": 1, "messages": ["x"], "level": "dire"}', "line 1: level 'dire'"),
        ('{"id": 1, "level": "urgent"}', "line 1: no labelled conversation"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, says: str) -> None:
    """A figure over half a file is no figure."""
    path = tmp_path / "bad.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(LabelledError, match=says):
        red_flags.read(path)


def test_the_workload_counts_alarms_per_thousand_and_lists_them(tmp_path: Path) -> None:
    """From a CSV of letters as from JSON lines."""
    letters = tmp_path / "letters.csv"
    letters.write_text("File,CHQ\n1,a crushing pain\n2,opening hours\n3,a sprain\n4,\n", encoding="utf-8")
    lines = list(workload.report(SCREENER, letters))
    assert any(line.startswith("emergency") and "1 of     3" in line and "333 per 1,000" in line for line in lines)
    assert any(line.startswith("any") and "2 of     3" in line for line in lines)
    assert any("heart-attack" in line and "a crushing pain" in line for line in lines)
    same = tmp_path / "letters.jsonl"
    same.write_text('{"text": "a crushing pain"}\n', encoding="utf-8")
    assert list(workload.messages(same)) == ["a crushing pain"]


def test_a_file_without_messages_reports_nothing(tmp_path: Path) -> None:
    """Rather than "0 of 0"."""
    empty = tmp_path / "empty.csv"
    empty.write_text("a,b\n1,2\n", encoding="utf-8")
    assert list(workload.report(SCREENER, empty)) == []


def test_a_screen_that_ran_out_of_time_is_made_again() -> None:
    """A layer that fails once, as on a busy machine, costs no miss."""
    calls: list[object] = []

    def act(turns: Sequence[str]) -> tuple[Finding, ...]:
        calls.append(turns)
        if len(calls) == 1:
            raise RuntimeError("too slow")
        return by_keyword(turns)

    screener = Screener([TimedLayer(ScriptedLayer(act), 5.0)])
    [judged] = red_flags.judge(screener, [Labelled("1", ("a crushing pain",), "emergency")])
    assert (judged.got, len(calls)) == ("emergency", 2)
