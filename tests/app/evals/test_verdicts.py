"""Verdicts as labelled conversations: the right level, the right messages, masked, and read back by the evaluation."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from app.escalation.case_state import Verdict
from app.evals import red_flags
from app.evals.verdicts import SettledCase, SettledReview, export, should_be
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.demo import DemoRows
from app.records.review_list import ReviewList
from app.records.verdicts import VerdictStore
from app.settings import Settings
from app.wiring import Application
from guardrails.level import Evidence, Finding, Level
from guardrails.privacy import MaskingError
from tests.app.records.test_review_list import MONDAY, chat
from tests.fakes import settle

TURNS = ("hello", "my chest feels odd", "it is crushing", "thanks")


def settled(verdict: Verdict, level: Level = "emergency", first: int = 3) -> SettledCase:
    """A case of four messages that fired at the third."""
    return SettledCase("case", level, verdict, "heart-attack", TURNS, first, 3)


def rows(*cases: SettledCase, reviews: tuple[SettledReview, ...] = ()) -> list[dict[str, object]]:
    """What is exported, unmasked."""
    return [json.loads(line) for line in export(cases, reviews, lambda text: text).lines]


def fired(rule: str, turn: int) -> Finding:
    """A finding resting on a turn."""
    return Finding(rule, 1, "emergency", "medical", "It may be serious.", "rule", (Evidence(turn, 0, 2, "it"),))


@pytest.mark.parametrize(
    ("level", "verdict", "label"),
    [
        ("emergency", "true_emergency", "emergency"),
        ("crisis", "true_emergency", "crisis"),
        ("urgent", "true_emergency", "emergency"),
        ("emergency", "less_urgent", "urgent"),
        ("urgent", "less_urgent", "routine"),
        ("emergency", "false_alarm", "routine"),
        ("routine", "missed_earlier", "urgent"),
        ("crisis", "missed_earlier", "crisis"),
        ("emergency", "test", None),
    ],
)
def test_a_verdict_stands_for_a_level(level: Level, verdict: Verdict, label: Level | None) -> None:
    """What the screen should have said."""
    assert should_be(level, verdict) == label


def test_messages_end_where_the_last_finding_came_and_before_the_first_where_it_was_missed() -> None:
    """A label holds after the last message of its line."""
    assert rows(settled("true_emergency"))[0]["messages"] == ["hello", "my chest feels odd", "it is crushing"]
    assert rows(settled("missed_earlier"))[0]["messages"] == ["hello", "my chest feels odd"]
    assert rows(settled("missed_earlier", first=1))[0]["messages"] == ["hello", "my chest feels odd", "it is crushing"]


def test_what_cannot_be_masked_is_left_out_and_counted() -> None:
    """And the rest is written."""

    def mask(text: str) -> str:
        if "odd" in text:
            raise MaskingError("no")
        return text

    made = export([settled("true_emergency")], [SettledReview("r", "fine", ("gout?",)), SettledReview("s", "unsure", ("gout?",))], mask)
    assert ([json.loads(line)["level"] for line in made.lines], made.unmasked, made.unlabelled) == (["routine"], 1, 1)


def test_cases_are_read_in_the_chat_that_fired_without_demo_and_test(database: Database) -> None:
    """A second case of the same chat begins where the first ended."""
    chats, cases = ConversationStore(database), CaseStore(database)
    for text in TURNS[:2]:
        chats.receive("p1", "c1", text)
    cases.escalate("p1", "c1", [fired("stroke", 1)])
    settle(database, cases.queue()[0].id)
    for text in TURNS[2:]:
        chats.receive("p1", "c1", text)
    cases.escalate("p1", "c1", [fired("heart-attack", 3)])
    settle(database, cases.queue()[0].id, "false_alarm")
    demo = DemoRows(database).patient({})
    chats.receive(demo, "c2", "made up")
    cases.escalate(demo, "c2", [fired("stroke", 0)])
    settle(database, cases.queue()[0].id)
    read = VerdictStore(database).cases()
    assert [(case.rule, case.messages[: case.last], case.verdict) for case in read] == [
        ("stroke", TURNS[:2], "true_emergency"),
        ("heart-attack", TURNS[2:], "false_alarm"),
    ]


def test_a_review_ends_with_the_message_that_was_called_urgent(database: Database) -> None:
    """What came after, the screen could not know."""
    chat(database, 1)
    ConversationStore(database).receive("p1", "c1", "later")
    reviews = ReviewList(database)
    reviews.sample(1, MONDAY)
    reviews.settle(reviews.all()[0].id, _nurse(database), "missed_emergency")
    assert [(read.verdict, read.messages) for read in VerdictStore(database).reviews()] == [("missed_emergency", ("message 1", "later"))]


def _nurse(database: Database) -> str:
    """Somebody whose id can stand on a review."""
    rows = DemoRows(database)
    rows.colleagues()
    return "demo-colleague-a"


def test_the_exported_file_is_read_by_the_evaluation(run: Callable[..., Result], folder: Path, tmp_path: Path) -> None:
    """All the way: a settled case, the command, a masked file, and its figures."""
    app = Application(Settings(data_dir=folder))
    app.conversations.receive("p1", "c1", "my name is Ana Lopez and I have crushing chest pain and I am sweating")
    app.case_store.escalate("p1", "c1", [fired("heart-attack", 0)])
    settle(app.database, app.case_store.queue()[0].id)
    app.close()
    file = tmp_path / "verdicts.jsonl"
    assert "1 labelled conversations" in run("eval", "export-verdicts", str(file)).output
    assert "Lopez" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    assert [(row.level, row.topic) for row in red_flags.read(file)] == [("emergency", "heart-attack")]
    assert "1 of     1" in run("eval", "red-flags", str(file)).output
