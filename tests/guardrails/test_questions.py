"""Rules that ask: one answer decides, silence has its meaning, and nothing is asked of someone who must act."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails import red_flags, rules
from guardrails.level import SEVERITY, UNANSWERED, Level, Profile, worst
from guardrails.red_flags import Asking, RedFlagRules
from guardrails.rules import RuleError
from guardrails.screen import Screener, TimedLayer
from tests.fakes import ScriptedLayer, finding
from tests.guardrails.small import CONTEXT, starter, write

ASKING = """
rules:
  - id: ask-chest
    version: 1
    level: emergency
    pathway: medical
    reason: {en: "It can be the heart.", es: "Puede ser el corazón."}
    source: https://medlineplus.gov/heartattack.html
    when: [[chest_pain]]
    ask:
      meanwhile: {en: "If it crushes, call now.", es: "Si le aprieta, llame ya."}
      questions:
        - id: sweat
          text: {en: "Do you sweat?", es: "¿Suda?"}
          known: [sweating]
          choices:
            - {id: "yes", label: {en: "Yes", es: "Sí"}, level: emergency}
            - {id: "no", label: {en: "No", es: "No"}}
        - id: pregnant
          text: {en: "Are you pregnant?", es: "¿Está embarazada?"}
          known: [pregnant, age_months]
          choices:
            - {id: "yes", label: {en: "Yes", es: "Sí"}, level: urgent}
            - {id: "no", label: {en: "No", es: "No"}}
      while_asking: routine
      unanswered: urgent
    fires: ["yes"]
    silent: ["no"]
"""
SWEAT, PREGNANT = "ask-chest/sweat", "ask-chest/pregnant"


def layer(folder: Path) -> RedFlagRules:
    """The rule layer over one rule that asks."""
    written = write(folder, rule_text=ASKING, context_text=CONTEXT)
    return red_flags.load(written)


def ask(folder: Path, *turns: str, **answers: str) -> Asking:
    """What comes of asking; answers by the question's short name."""
    return layer(folder).ask(turns, Profile(), {f"ask-chest/{name}": choice for name, choice in answers.items()})


def test_words_that_decide_nothing_alone_ask(tmp_path: Path) -> None:
    """Both questions are put, and the words raise nothing by themselves."""
    asking = ask(tmp_path, "my chest hurts")
    assert [question.key for question in asking.questions] == [SWEAT, PREGNANT]
    assert (asking.findings, asking.held) == ((), "routine")
    assert layer(tmp_path).find(["my chest hurts"], Profile()) == ()


def test_an_answer_that_decides_is_a_finding_with_the_patients_words(tmp_path: Path) -> None:
    """The care team reads the words that were asked about, and nothing more is asked."""
    asking = ask(tmp_path, "my chest hurts", sweat="yes")
    assert [(f.rule, f.level, f.evidence[0].text) for f in asking.findings] == [("ask-chest", "emergency", "chest hurts")]
    assert asking.questions == ()


def test_an_answer_that_decides_nothing_leaves_the_next_question(tmp_path: Path) -> None:
    """One "no" does not clear a person."""
    asking = ask(tmp_path, "my chest hurts", sweat="no")
    assert (asking.findings, [question.key for question in asking.questions]) == ((), [PREGNANT])


def test_when_every_answer_is_no_nothing_is_found(tmp_path: Path) -> None:
    """The ordinary answer may then be given."""
    assert ask(tmp_path, "my chest hurts", sweat="no", pregnant="no") == Asking()


def test_the_worst_answer_counts(tmp_path: Path) -> None:
    """A harmless answer beside it lowers nothing."""
    assert ask(tmp_path, "my chest hurts", sweat="no", pregnant="yes").findings[0].level == "urgent"
    assert ask(tmp_path, "my chest hurts", sweat="yes", pregnant="no").findings[0].level == "emergency"


def test_silence_counts_as_the_rule_says(tmp_path: Path) -> None:
    """Three minutes without an answer, or leaving."""
    assert [f.level for f in ask(tmp_path, "my chest hurts", sweat=UNANSWERED, pregnant=UNANSWERED).findings] == ["urgent"]


def test_silence_to_another_rules_question_keeps_this_one_from_nothing(tmp_path: Path) -> None:
    """Who let a question about a headache pass is still asked about their chest."""
    asking = layer(tmp_path).ask(["my chest hurts"], Profile(), {"ask-headache/with": UNANSWERED})
    assert [question.key for question in asking.questions] == [SWEAT, PREGNANT]


@pytest.mark.parametrize(
    ("text", "open_questions"),
    [
        ("my chest hurts, not sweating", [PREGNANT]),
        ("my chest hurts and I'm sweating", [PREGNANT]),
        ("my chest hurts, I am 40 years old", [SWEAT]),
        ("my chest hurts, pregnant, sweating", []),
    ],
)
def test_what_was_said_already_is_not_asked(tmp_path: Path, text: str, open_questions: list[str]) -> None:
    """To be asked what one has just written tells a person that nobody listens."""
    assert [question.key for question in ask(tmp_path, text).questions] == open_questions


def test_words_set_aside_ask_nothing(tmp_path: Path) -> None:
    """A question in general is answered, not asked back."""
    assert ask(tmp_path, "No chest pain today") == Asking()


def test_nothing_is_asked_beside_an_emergency(tmp_path: Path) -> None:
    """Who must call now has no time for questions."""
    serious = ScriptedLayer(lambda _turns: (finding("stroke"),))
    screener = Screener([TimedLayer(serious, 5.0)], layer(tmp_path))
    assert screener.screen(["my chest hurts"], Profile()).questions == ()


def test_the_level_held_while_asking_is_part_of_the_verdict(tmp_path: Path) -> None:
    """A fever in a baby of unknown age is urgent until somebody says how old it is."""
    held = write(tmp_path, rule_text=ASKING.replace("while_asking: routine", "while_asking: urgent"))
    asking = red_flags.load(held)
    assert Screener([TimedLayer(asking, 5.0)], asking).screen(["my chest hurts"], Profile()).level == "urgent"


def test_questions_that_cannot_be_worked_out_make_the_screening_incomplete() -> None:
    """A check that fails ends towards the person (rule of care 8)."""

    class Broken:
        def ask(self, *_: object) -> Asking:
            raise RuntimeError("broken")

    screening = Screener([TimedLayer(ScriptedLayer(lambda _turns: ()), 5.0)], Broken()).screen(["hello"], Profile())
    assert (screening.complete, screening.failure) == (False, "questions: RuntimeError")


@settings(deadline=None)  # the shipped rules are compiled in the first example
@given(st.dictionaries(st.sampled_from([SWEAT, PREGNANT]), st.sampled_from(["yes", "no", UNANSWERED, "nonsense"])))
def test_an_answer_more_never_lowers_what_the_others_decided(answers: dict[str, str]) -> None:
    """Whatever is answered, in whatever order, the level only rises with what decides."""
    shipped = starter()
    questions = [q for rule in shipped.rules.rules if rule.ask for q in rule.ask.questions][:2]
    given_answers = {question.key: answer for question, answer in zip(questions, answers.values(), strict=False)}
    whole = SEVERITY[_level(shipped, given_answers)]
    for key in given_answers:
        fewer = {other: answer for other, answer in given_answers.items() if other != key}
        assert SEVERITY[_level(shipped, fewer)] <= whole


def _level(shipped: RedFlagRules, answers: dict[str, str]) -> Level:
    return worst(finding.level for finding in shipped.ask(["my chest hurts a bit"], Profile(), answers).findings)


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("while_asking: routine", "while_asking: soon", "'soon' is no level"),
        ("      unanswered: urgent\n", "", "ask lacks or misspells 'unanswered'"),
        ("known: [sweating]", "known: [swaeting]", "'swaeting' is neither a concept"),
        ('label: {en: "Yes", es: "Sí"}, level: emergency', 'label: {en: "Yes"}, level: emergency', "ask lacks or misspells 'es'"),
        ("level: emergency}", "level: urgent}", "silence may only count as urgent where an answer could mean"),
    ],
)
def test_a_wrong_question_is_refused_by_file_and_rule(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    """A question that cannot be answered would leave a person waiting for nothing."""
    assert right in ASKING
    with pytest.raises(RuleError, match=rf"heart\.yaml: rule 'ask-chest'.*{says}"):
        rules.load(write(tmp_path, rule_text=ASKING.replace(right, wrong, 1)))


def test_no_more_than_two_questions_are_asked(tmp_path: Path) -> None:
    """A frightened person does not fill in forms."""
    third = ASKING.replace(
        "      while_asking",
        ASKING[ASKING.index("        - id: pregnant") : ASKING.index("      while_asking")].replace("id: pregnant", "id: third")
        + "      while_asking",
    )
    with pytest.raises(RuleError, match="one or two questions"):
        rules.load(write(tmp_path, rule_text=third))
