"""The rule layer over a conversation: what adds up, where the words stand, and what a profile may add."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails import context, rules
from guardrails.level import Finding, Profile, open_findings, worst
from guardrails.red_flags import RedFlagRules, SetAside
from tests.guardrails.small import CONCEPTS, engine, starter, write

HARMLESS = ["thanks", "ok", "thank you so much", "and what is gout?", "no", "I feel fine now", "lol", "never mind", "it was my novel", ""]
TURNS = [*HARMLESS, "my chest hurts", "I'm sweating", "an elephant on my chest", "I want to die", "baby is 2 months", "she has a fever"]


def find(*turns: str, profile: Profile | None = None) -> set[str]:
    """The small rules that a conversation meets."""
    return {finding.rule for finding in engine().find(turns, profile or Profile())}


def one(rule: str, *turns: str) -> Finding:
    """The finding of `rule`."""
    [found] = [finding for finding in engine().find(turns, Profile()) if finding.rule == rule]
    return found


def test_parts_of_a_red_flag_add_up_over_several_turns() -> None:
    """People tell a heart attack in pieces: the pain now, the sweat two messages later."""
    assert "heart" in find("my chest hurts", "it started at noon", "now I'm sweating")


def test_one_part_alone_does_not_make_the_whole() -> None:
    """A rule of two terms that fires on one is a false alarm for every sweaty person."""
    assert find("I'm sweating") == set()


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["no chest pain, only sweating"], set()),
        (["no chest pain", "the chest pain is back", "sweating"], {"heart", "sore-chest"}),
        (["my chest hurts", "it is not sweating"], {"sore-chest"}),
        (["my chest hurts years ago"], set()),
        (["in my novel he wants it all: I want to die"], {"suicidal"}),
        (["I do not want to die"], set()),
        (["his chest hurts. It is for my novel."], set()),
    ],
)
def test_words_count_unless_a_cue_sets_them_aside(turns: list[str], expected: set[str]) -> None:
    """A denial silences its own words only; a crisis is heard through fiction."""
    assert find(*turns) == expected


@given(st.lists(st.sampled_from(TURNS), min_size=1, max_size=5), st.lists(st.sampled_from(HARMLESS), min_size=1, max_size=3))
@settings(max_examples=80, deadline=None)
def test_harmless_turns_never_lower_the_level(before: list[str], after: list[str]) -> None:
    """What was disclosed stays disclosed: "thanks" and a change of topic lower nothing."""
    early, late = engine().find(before, Profile()), engine().find([*before, *after], Profile())
    assert {finding.rule for finding in early} <= {finding.rule for finding in late}
    assert worst(f.level for f in early) == worst(f.level for f in late)


@pytest.mark.parametrize("rule", starter().rules.rules[::6], ids=lambda rule: rule.id)
def test_thanks_lowers_no_shipped_rule(rule: rules.Rule) -> None:
    """The same law on the rules that ship."""
    told = rule.fires[0]
    assert {f.rule for f in starter().find([told], Profile())} <= {f.rule for f in starter().find([told, "ok thanks"], Profile())}


@given(st.lists(st.sampled_from([*TURNS, "My CHEST — “hurts”… ñandú 😀 chest hurts", "İİ chest hurts, sweating"]), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_evidence_slices_to_the_words_it_names(turns: list[str]) -> None:
    """The desk highlights by offset: off by one code point, and the nurse reads the wrong word."""
    evidence = [item for finding in engine().find(turns, Profile()) for item in finding.evidence]
    assert [turns[item.turn][item.start : item.end] for item in evidence] == [item.text for item in evidence]


def test_evidence_after_an_emoji_and_accents_names_the_very_words() -> None:
    """Offsets are code points, not bytes and not the browser's UTF-16."""
    [evidence] = one("sore-chest", "😀 ¡Señor! My CHEST hurts").evidence
    assert (evidence.start, evidence.text) == (13, "CHEST hurts")


def test_the_newest_words_are_the_evidence() -> None:
    """What was said again after a case was closed must open it again."""
    assert one("sore-chest", "my chest hurts", "ok", "my chest hurts").last_turn == 2


def test_another_way_of_meeting_a_settled_rule_opens_it_again() -> None:
    """Settled pain and sweat must not hide the elephant on the chest that is told today."""
    found = engine().find(["my chest hurts and I'm sweating", "thanks", "an elephant on my chest"], Profile())
    assert "heart" in {finding.rule for finding in open_findings(found, 1)}


def test_a_settled_finding_is_not_opened_by_thanks() -> None:
    """Close, then "thanks": routine, no case."""
    found = engine().find(["my chest hurts and I'm sweating", "thanks"], Profile())
    assert open_findings(found, 0) == ()


@pytest.mark.parametrize(
    ("about", "raised"),
    [("me", True), ("unknown", True), ("other", False)],
)
def test_profile_facts_count_unless_the_turn_is_about_somebody_else(about: str, raised: bool) -> None:
    """A pregnant account's "bleeding" is her own or may be; a question about her father is not."""
    profile = Profile(pregnant=True, about=about)  # type: ignore[arg-type]
    assert ("pregnancy-bleeding" in find("there is some bleeding", profile=profile)) == raised


@pytest.mark.parametrize(("age_months", "raised"), [(2, True), (3, False), (None, False)])
def test_the_profiles_age_meets_an_age_limit(age_months: int | None, raised: bool) -> None:
    """A fever at two months is an emergency even where the parent states the age only once, in the profile."""
    assert ("infant-fever" in find("she has a fever", profile=Profile(age_months=age_months))) == raised


def test_a_profile_alone_raises_nothing() -> None:
    """Being pregnant is no red flag; some words of the patient must meet the rule."""
    assert find("hello", profile=Profile(pregnant=True, age_months=1)) == set()


def test_a_stated_number_and_its_person_may_stand_in_different_turns() -> None:
    """The age comes first, the fever when they have found the thermometer."""
    assert find("my baby is 2 months", "she has a fever") == {"infant-fever"}


def test_a_finding_carries_reason_pathway_and_version() -> None:
    """Every decision carries its reason: the care team reads it first."""
    found = one("suicidal", "I want to die")
    assert (found.level, found.pathway, found.version, found.by) == ("crisis", "suicide_self_harm", 1, "rule")
    assert found.reason == "Reason of suicidal."


def test_what_was_set_aside_is_told_with_its_cue() -> None:
    """A rule author must see why nothing fired."""
    assert engine().set_aside("No chest pain") == (SetAside("chest_pain", "chest pain", "negated", "no"),)


def test_only_so_many_matches_of_one_concept_are_read(tmp_path: Path) -> None:
    """The words repeated a thousand times still fire once, and are not read a thousand times."""
    folder = write(tmp_path, concepts=CONCEPTS)
    fresh = RedFlagRules(rules.load(folder), context.load(folder))
    assert len(fresh.read("chest pain. " * 1000).hits["chest_pain"]) < 100


@pytest.mark.parametrize(
    "unit",
    ["my chest hurts and i cant breathe no not she is vomiting blood years ago ", "a '", "chest '", "temp", "no pain. ", " "],
)
def test_all_shipped_rules_read_fifty_thousand_hostile_characters_in_bounded_time(unit: str) -> None:
    """Screening must not be stopped by a message: this took minutes where every match read the whole turn anew."""
    started = time.perf_counter()
    starter().find([(unit * 50_000)[:50_000]], Profile())
    assert time.perf_counter() - started < 10.0
