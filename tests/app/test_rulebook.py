"""The rules as people read them: complete, honest about what fails, and a trial that records nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from typer.testing import Result

from app import rulebook
from app.rulebook import Tried
from guardrails.explain import Neighbour
from guardrails.level import Finding
from tests.guardrails.small import engine, starter

Run = Callable[..., Result]


def test_every_rule_is_in_the_reference_with_its_reason_and_source() -> None:
    """A clinician signs what is written there."""
    text = rulebook.reference(starter().rules.rules)
    for rule in starter().rules.rules:
        assert f"### {rule.id}\n" in text
        assert rule.reason["en"] in text
        assert rule.source in text


def test_the_most_severe_rules_come_first() -> None:
    """They are what is signed for."""
    text = rulebook.reference(starter().rules.rules)
    assert text.index("## Emergency") < text.index("## Crisis") < text.index("## Urgent")


def test_examples_that_do_not_do_what_they_must_are_named() -> None:
    """`rules test` is what a rule author runs after each change."""
    rule = replace(engine().rules.rules[0], fires=("my chest hurts and I'm sweating", "a cold"), silent=("an elephant on my chest",))
    assert list(rulebook.failing(engine(), [rule])) == [
        "heart: does not fire on 'a cold'",
        "heart: fires on 'an elephant on my chest'",
    ]


def test_a_condition_reads_as_words() -> None:
    """Nobody signs YAML."""
    assert list(rulebook.condition(engine().rules.rules[2])) == ["fever and age_months < 3"]


def test_a_trial_tells_the_level_and_why() -> None:
    """Finding, what was set aside, scores and neighbours, in the order a reader asks for them."""
    finding = Finding("heart", 1, "emergency", "medical", "reason", "rule", ())
    tried = Tried(
        "emergency",
        (finding,),
        (),
        engine().set_aside("no fever"),
        {"emergency": 0.93},
        (Neighbour("01-001", "emergency", "a text", 0.8),),
        "rules: X",
    )
    lines = list(rulebook.tried_lines(tried))
    assert lines[0] == "level: emergency"
    assert [line.split()[0] for line in lines[1:]] == ["emergency", "set", "classifier", "nearest", "incomplete:"]


def test_rules_list_ends_with_who_signed(run: Run) -> None:
    """The state of the set in force is the first thing an auditor asks."""
    result = run("rules", "list")
    assert result.exit_code == 0
    assert "heart-attack" in result.stdout
    assert "signed by nobody (2 people must sign it before production)" in result.stdout.splitlines()[-1]


def test_rules_show_prints_one_rule_whole(run: Run) -> None:
    """Examples included."""
    result = run("rules", "show", "ask-headache")
    assert result.exit_code == 0
    assert "while asking: routine; unanswered: routine" in result.stdout


def test_rules_show_says_that_there_is_no_such_rule(run: Run) -> None:
    """And where to look."""
    result = run("rules", "show", "hart-attack")
    assert result.exit_code == 1
    assert "no rule is called hart-attack; see 'carelight rules list'" in result.stderr


def test_rules_try_says_what_the_whole_screen_makes_of_a_text(run: Run) -> None:
    """The same layers as the chat."""
    result = run("rules", "try", "No fever, but crushing chest pain down my arm and I am sweating")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "level: emergency"
    assert "set aside 'fever' (negated: 'no')" in result.stdout


def test_eval_says_that_a_file_cannot_be_used(run: Run) -> None:
    """One line, no traceback."""
    result = run("eval", "red-flags", "/nowhere.jsonl")
    assert result.exit_code == 1
    assert "/nowhere.jsonl cannot be used (FileNotFoundError)" in result.stderr


@pytest.mark.parametrize("command", ["red-flags", "workload"])
def test_eval_measures_with_the_products_own_screen(command: str, run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Not with a copy of it."""
    data = tmp_path_factory.mktemp("eval") / "rows.jsonl"
    data.write_text(
        '{"id": 1, "level": "emergency", "messages": ["he is not breathing"], "text": "he is not breathing"}\n', encoding="utf-8"
    )
    result = run("eval", command, str(data))
    assert result.exit_code == 0
    assert "1 of     1" in result.stdout
