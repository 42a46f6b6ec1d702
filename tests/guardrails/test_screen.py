"""The front door: the worst verdict counts, and a layer that fails never turns into an answer."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import pytest

from guardrails.level import Evidence, Finding, Level, Profile, UnfinishedError
from guardrails.red_flags import Asking
from guardrails.screen import Layer, Screener, TimedLayer
from tests.fakes import ScriptedLayer, finding

Act = Callable[[Sequence[str]], tuple[Finding, ...]]


@pytest.fixture
def hanging() -> Iterator[Act]:
    """A layer's work that does not end before the test does."""
    released = threading.Event()

    def hang(_turns: Sequence[str]) -> tuple[Finding, ...]:
        released.wait(20)
        return (finding("late"),)

    yield hang
    released.set()


def finds(*found: Finding, name: str = "rules") -> TimedLayer:
    """A layer that finds `found`."""
    return TimedLayer(ScriptedLayer(lambda _turns: found, name), 5.0)


def raises(_turns: Sequence[str]) -> tuple[Finding, ...]:
    """A layer's work that crashes over the patient's words."""
    raise RuntimeError("I want to die")


def at(turn: int, rule: str = "heart-attack", level: Level = "emergency") -> Finding:
    """A finding with its evidence in `turn`."""
    return Finding(rule, 1, level, "medical", "Reason.", "rule", (Evidence(turn, 0, 1, "x"),))


def test_the_worst_verdict_of_all_layers_counts() -> None:
    """A classifier that sees nothing cannot calm down a rule that does."""
    screener = Screener([finds(finding("uti", "urgent")), finds(finding()), finds(name="classifier")])
    screening = screener.screen(["help"], Profile())
    assert (screening.level, [f.rule for f in screening.findings]) == ("emergency", ["heart-attack", "uti"])
    assert screening.complete


def test_nothing_found_by_layers_that_worked_is_routine() -> None:
    """Otherwise every message would get the card of a failure."""
    screening = Screener([finds(), finds()]).screen(["hello"], Profile())
    assert (screening.level, screening.complete, screening.failure) == ("routine", True, "")


def test_a_layer_that_raises_leaves_the_others_to_decide() -> None:
    """The crash of one layer may neither hide the emergency nor pass for a clean bill."""
    screener = Screener([TimedLayer(ScriptedLayer(raises, "classifier"), 5.0), finds(finding())])
    screening = screener.screen(["help"], Profile())
    assert screening.level == "emergency"
    assert not screening.complete


def test_a_layer_that_hangs_is_left_behind_at_its_limit(hanging: Act) -> None:
    """Urgency never waits: the verdict comes when the limit is up, without the late layer's findings."""
    screener = Screener([TimedLayer(ScriptedLayer(hanging, "classifier"), 0.1), finds(finding("uti", "urgent"))])
    screening = screener.screen(["help"], Profile())
    assert ([f.rule for f in screening.findings], screening.complete) == (["uti"], False)
    assert screening.failure == "classifier: no verdict within 0.1 s"


def test_rules_that_ask_and_had_no_time_leave_the_screening_incomplete() -> None:
    """What the answers decided of what was read still counts."""

    class Hurried:
        def ask(self, *_told: object) -> Asking:
            raise UnfinishedError((finding("stroke"),))

    screening = Screener([finds()], Hurried()).screen(["a very long message"], Profile())
    assert ([f.rule for f in screening.findings], screening.complete) == (["stroke"], False)
    assert screening.failure == "questions: not everything was read in time"


def test_hung_layers_that_fill_every_thread_make_later_screenings_incomplete(hanging: Act) -> None:
    """With no thread left nobody looks at the message, and that must not read as routine."""
    screener = Screener([TimedLayer(ScriptedLayer(hanging), 0.05)], threads=1)
    screener.screen(["first"], Profile())
    assert not screener.screen(["second"], Profile()).complete


def test_a_screener_without_layers_is_never_complete() -> None:
    """Nobody looked: a screening wired without its rules must show the emergency contacts."""
    screening = Screener([]).screen(["he stopped breathing"], Profile())
    assert not screening.complete
    assert screening.failure


def test_a_layer_that_is_none_leaves_the_others_to_decide() -> None:
    """A classifier that could not be loaded is missing, not clean."""
    missing = TimedLayer(cast("Layer", None), 5.0)
    screening = Screener([missing, finds(finding())]).screen(["help"], Profile())
    assert (screening.level, screening.complete) == ("emergency", False)
    assert screening.failure


def test_a_layer_that_answers_nonsense_has_failed() -> None:
    """None is no verdict."""
    nonsense = ScriptedLayer(lambda _turns: cast("tuple[Finding, ...]", None), "classifier")
    assert not Screener([TimedLayer(nonsense, 5.0), finds()]).screen(["help"], Profile()).complete


def test_screening_after_closing_is_incomplete_and_does_not_raise() -> None:
    """While the program stops, a message still gets its emergency contacts."""
    screener = Screener([finds(finding())])
    screener.close()
    assert not screener.screen(["help"], Profile()).complete


def test_a_failure_names_the_layer_and_never_the_words() -> None:
    """What failed goes to the log; what the patient wrote does not."""
    screening = Screener([TimedLayer(ScriptedLayer(raises, "classifier"), 5.0)]).screen(["I want to die"], Profile())
    assert screening.failure == "classifier: RuntimeError"


def test_a_rule_found_twice_counts_once_at_its_worst() -> None:
    """Two layers may see the same thing; the one that takes it lightly must not win by coming last."""
    screening = Screener([finds(at(0, level="emergency")), finds(at(1, level="urgent"))]).screen(["help", "ok"], Profile())
    assert [(f.rule, f.level) for f in screening.findings] == [("heart-attack", "emergency")]


def test_the_most_severe_finding_comes_first_whatever_the_layers_order() -> None:
    """The care team reads from the top, and the card leads with its first finding."""
    screening = Screener([finds(at(0, "abscess", "urgent"), at(0, "stroke"), at(0, "bleed", "crisis"))]).screen(["help"], Profile())
    assert [finding.rule for finding in screening.findings] == ["stroke", "bleed", "abscess"]


def test_settled_findings_no_longer_set_the_level() -> None:
    """Closing a case settles what was said up to that turn, and nothing said since."""
    screener = Screener([finds(at(0), at(2, "uti", "urgent"))])
    assert screener.screen(["a", "b", "c"], Profile(), settled_through=1).level == "urgent"
    assert screener.screen(["a", "b", "c"], Profile()).level == "emergency"


def test_a_settled_finding_does_not_hide_the_same_rule_found_since() -> None:
    """The pain that came back is found by another layer, after the case was closed."""
    screener = Screener([finds(at(2, level="urgent")), finds(at(0))])
    assert screener.screen(["a", "b", "c"], Profile(), settled_through=1).level == "urgent"


def test_layers_see_every_turn() -> None:
    """Red flags add up over a conversation; a layer given the last message alone would miss them."""
    seen: list[Sequence[str]] = []

    def look(turns: Sequence[str]) -> tuple[Finding, ...]:
        seen.append(turns)
        return ()

    Screener([TimedLayer(ScriptedLayer(look), 5.0)]).screen(["pain", "sweat"], Profile())
    assert seen == [("pain", "sweat")]
