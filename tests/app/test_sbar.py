"""The summary of a case: from what was said and shown alone, every line tied to messages that exist."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.desk_words import rough
from app.escalation.sbar import Advice, Asked, Earlier, Fired, Sbar, Story, summarise
from app.escalation.sbar_lists import names
from guardrails.facts import MEASURES
from guardrails.level import Finding, Profile, worst
from guardrails.red_flags import RedFlagRules

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TARGET = timedelta(minutes=2)
CHEST = "My mum is on warfarin. She has crushing chest pain and is sweating, no fever, pulse 120"


def told(rules: RedFlagRules, *turns: str, **more: object) -> Story:
    """A story whose findings are what the rules make of `turns`."""
    findings = rules.find(turns, Profile())
    story = Story(
        level=worst(finding.level for finding in findings),
        opened=AT - timedelta(minutes=12),
        waiting_since=AT - timedelta(minutes=12),
        connected=False,
        turns=turns,
        profile=Profile(),
        about_other=False,
        fired=tuple(Fired(finding, disputed=False, told={}) for finding in findings),
        asked=(),
        taps=(),
        advice=(),
        earlier=(),
        reach_left=False,
        procedures={},
        rules="abc",
        rules_signed_by=(),
    )
    return replace(story, **more)  # type: ignore[arg-type]


def summary(rules: RedFlagRules, *turns: str, **more: object) -> Sbar:
    """The summary of such a story."""
    return summarise(told(rules, *turns, **more), rules, TARGET, AT)


def texts(lines: object) -> str:
    """All lines in one text."""
    return "\n".join(line.text for line in lines)  # type: ignore[attr-defined]


def test_what_is_said_is_had_and_what_is_negated_is_denied(rule_layer: RedFlagRules) -> None:
    """In the patient's words, with the message, and with the "no" that makes the difference."""
    made = summary(rule_layer, "hello", CHEST)
    assert "Crushing pain or pressure in the chest (“crushing chest”)" in texts(made.has)
    assert "Pulse 120 a minute (“pulse 120”)" in texts(made.has)
    assert "Fever" not in texts(made.has)
    assert [(line.text, tuple(line.turns)) for line in made.denies] == [("Fever (“no fever”)", (1,))]


def test_what_the_rule_also_looks_at_and_nobody_spoke_of_was_not_asked(rule_layer: RedFlagRules) -> None:
    """What was said or denied is not asked again."""
    unasked = texts(summary(rule_layer, CHEST).not_asked)
    assert "Shortness of breath" in unasked
    assert "Sweating" not in unasked
    assert "Shortness of breath" not in texts(summary(rule_layer, CHEST + ". She is not short of breath").not_asked).splitlines()


def test_questions_are_answered_unanswered_or_never_put(rule_layer: RedFlagRules) -> None:
    """The nurse must not take silence for a no."""
    asked = (
        Asked("ask-headache/thunder", "Did it start suddenly?", "No", "no", 0),
        Asked("ask-headache/with", "Do you have confusion?", "", "unanswered", 0),
    )
    made = summary(rule_layer, "I have had a headache all day", asked=asked)
    assert "Did it start suddenly? No" in texts(made.has)
    assert "Asked, no answer: Do you have confusion?" in texts(made.not_asked)
    assert "suddenly" in texts(summary(rule_layer, "I have had a headache all day").not_asked)


def test_nothing_is_invented_where_nothing_was_told(rule_layer: RedFlagRules) -> None:
    """Empty fields invite guessing; "not told" does not."""
    made = summary(rule_layer, "crushing chest pain and sweating")
    assert "Age and sex: not told" in texts(made.situation)
    assert "Pregnant: not told" in texts(made.background)
    assert "Medicines: not told" in texts(made.background)
    assert "The patient was shown no card" in texts(made.recommendation)
    assert "Has left no way to be reached" in texts(made.recommendation)


def test_a_profile_is_the_writers_own(rule_layer: RedFlagRules) -> None:
    """Rule of care 10: the mother's chest pain is not a 38-year-old's."""
    own = Profile(age_months=38 * 12, sex="female")
    assert "the writer's own" in texts(summary(rule_layer, CHEST, profile=own).situation)
    other = texts(summary(rule_layer, CHEST, about_other=True, profile=Profile(about="other")).situation)
    assert "About someone else" in other
    assert "Age and sex" not in other


def test_medicines_conditions_and_earlier_cases_are_the_background(rule_layer: RedFlagRules) -> None:
    """A blood thinner changes what a colleague does next."""
    earlier = (Earlier(AT - timedelta(days=18), "urgent", "false_alarm"),)
    background = texts(summary(rule_layer, CHEST, earlier=earlier).background)
    assert "Medicine mentioned: blood thinner (“warfarin”)" in background
    assert "Earlier case of 03 Nov 2026: urgent, closed as false alarm" in background


def test_the_assessment_is_the_systems_own_with_its_reasons(rule_layer: RedFlagRules) -> None:
    """Rule, version, score, what did not count, and the patient's own objection."""
    story = told(rule_layer, CHEST)
    why = {"scores": {"emergency": 0.97}, "set_aside": [{"words": "fever", "category": "negated", "cue": "no"}]}
    fired = tuple(replace(each, told=why, disputed=True) for each in story.fired)
    assessment = texts(summarise(replace(story, fired=fired), rule_layer, TARGET, AT).assessment)
    assert "no clinician has made it" in assessment
    assert "heart-attack, version 1, found by a rule; the patient says this is not right" in assessment
    assert "Classifier: emergency 97%" in assessment
    assert "Did not count: “fever” (negated: “no”)" in assessment


def test_the_recommendation_is_what_was_shown_and_what_is_due(rule_layer: RedFlagRules) -> None:
    """The last card, the taps, the clinic's own first line, the target."""
    more = {
        "advice": (Advice("Old card", (), 0), Advice("Call 911 now.", ("Call 911",), 0)),
        "taps": ("help_coming",),
        "procedures": {"medical": "Ring twice.\nThen write."},
        "reach_left": True,
    }
    recommendation = texts(summary(rule_layer, CHEST, **more).recommendation)
    assert "The patient was shown: Call 911 now. (Call 911)" in recommendation
    assert "Old card" not in recommendation
    assert "Tapped: “Help is on the way”" in recommendation
    assert "A person should have acted 10 min ago" in recommendation
    assert "The clinic's procedure (medical): Ring twice." in recommendation
    assert "Left a way to be reached" in recommendation


def test_a_finding_from_another_chat_says_so_and_leads_nowhere_here(rule_layer: RedFlagRules) -> None:
    """A link to the wrong message is worse than none."""
    elsewhere = tuple(replace(each, here=False) for each in told(rule_layer, CHEST).fired)
    lines = [line for line in summary(rule_layer, "hello", fired=elsewhere).situation if "heart attack" in line.text]
    assert [(line.text.endswith("(in another chat of theirs)"), tuple(line.turns)) for line in lines] == [(True, ())]


def test_a_wish_for_a_person_and_an_empty_chat_can_be_summed_up(rule_layer: RedFlagRules) -> None:
    """A case may have no words at all: they could not be stored, and the escalation was."""
    wish = Finding("asked-for-a-person", 1, "routine", "medical", "The patient asked to talk to a person.", "rule", ())
    made = summary(rule_layer, level="routine", fired=(Fired(wish, disputed=False, told={}),))
    assert "asked to talk to a person" in texts(made.situation)
    assert made.has == made.denies == made.not_asked == ()


def test_every_named_concept_exists_and_every_measure_is_named(rule_layer: RedFlagRules) -> None:
    """A concept that was renamed would silently leave the lists."""
    plain = names()
    concepts = [name for group in ("signs", "conditions", "medicines") for name in plain[group]]
    assert [name for name in concepts if name not in rule_layer.rules.concepts.names] == []
    assert set(plain["measures"]) == set(MEASURES)


@pytest.mark.parametrize(
    ("minutes", "said"), [(-3, "under a minute"), (0.5, "under a minute"), (45, "45 min"), (135, "2 h 15 min"), (3 * 1440, "3 d")]
)
def test_a_length_of_time_is_said_as_people_say_it(minutes: float, said: str) -> None:
    """Nobody reads 8100 seconds."""
    assert rough(timedelta(minutes=minutes)) == said


_PIECES = [
    CHEST,
    "no fever, no chest pain",
    "my son is 3 years old and has a fever of 39.5",
    "I want to end my life",
    "estoy embarazada y tengo dolor de cabeza",
    "",
    "what is gout?",
    "had crushing chest pain last year",
    "me duele el pecho y tomo warfarina",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=80)), max_size=6), turn=st.integers(0, 5))
def test_every_line_leads_only_to_messages_that_exist(rule_layer: RedFlagRules, turns: list[str], turn: int) -> None:
    """Whatever was typed: a link that leads nowhere costs a nurse the seconds the summary should save."""
    shown = turn if turn < len(turns) else None
    made = summary(rule_layer, *turns, advice=(Advice("Call", (), shown),), asked=(Asked("k/q", "Q?", "Yes", "yes", shown),))
    assert all(0 <= number < len(turns) for line in made.lines for number in line.turns)
    assert all(line.text.strip() for line in made.lines)
    assert all(line.turns for line in (*made.denies, *(line for line in made.has if line.text != "Q? Yes")))
