"""A very long turn is read in windows: nothing in it is skipped, and whoever waits can stop between two of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.level import Profile, UnfinishedError
from guardrails.red_flags import RedFlagRules
from guardrails.turn_facts import _MARGIN, _STEP, TurnReader
from tests.guardrails.small import engine

FILLER = "the bus was late and we talked about the garden. "
LONG = FILLER * 1000


def reader() -> TurnReader:
    """One that has read nothing yet."""
    made = engine()
    return TurnReader(made.rules.concepts, made.context)


def fresh() -> RedFlagRules:
    """Rules that have read nothing yet."""
    made = engine()
    return RedFlagRules(made.rules, made.context)


def found(text: str) -> list[str]:
    """The words that each finding rests on."""
    return [evidence.text for each in fresh().find([text], Profile()) for evidence in each.evidence]


@given(place=st.integers(0, 4 * _STEP))
@settings(max_examples=60, deadline=None)
def test_a_red_flag_is_found_wherever_it_stands_and_shown_at_its_place(place: int) -> None:
    """Also across the line between two windows."""
    text = LONG[:place] + ". I want to die. " + LONG[place : 4 * _STEP]
    (finding,) = fresh().find([text], Profile())
    (words,) = finding.evidence
    assert (words.text, text[words.start : words.end]) == ("want to die", "want to die")


@given(place=st.integers(0, 3 * _STEP))
@settings(max_examples=60, deadline=None)
def test_what_sets_words_aside_reaches_them_wherever_they_stand(place: int) -> None:
    """ "No chest pain" is none in a long message either."""
    assert found(LONG[:place] + ". no chest pain. " + LONG[place : 3 * _STEP]) == []


def test_words_in_two_windows_are_combined() -> None:
    """A rule that needs both is met by the whole message."""
    text = "my chest hurts. " + LONG[: 3 * _STEP] + " and I am sweating"
    assert {each.rule for each in fresh().find([text], Profile())} == {"heart", "sore-chest"}


def test_numbers_are_read_in_every_window_once() -> None:
    """As often as in a short message, at their place in the long one."""
    said = "she is 2 months old. "
    text = LONG[:_STEP].rpartition(" ")[0] + f" {said}" + LONG[: 2 * _STEP]
    facts, whole = reader().turn(text)
    assert whole
    alone, _ = reader().turn(said)
    assert sorted(text[item.start : item.end] for item in facts.measures) == sorted(said[item.start : item.end] for item in alone.measures)


def test_a_turn_of_usual_length_is_one_window() -> None:
    """What is said of the whole of it counts for the whole of it."""
    text = "in my novel " + LONG[: _STEP - 200] + " my chest hurts"
    assert len(text) < _STEP + _MARGIN
    assert found(text) == []


def test_without_time_the_newest_turn_and_the_ends_of_a_long_one_are_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever pastes a record writes before or after it what troubles them."""
    clock = iter(range(1000))
    monkeypatch.setattr("guardrails.turn_facts.time.monotonic", lambda: float(next(clock)))
    pasted = f"I want to die. {LONG} fever"
    facts, whole = reader().turns(["my chest hurts", pasted], deadline=2.0)
    assert not whole
    assert [sorted(each.hits) for each in facts] == [[], ["die", "fever"]]


def test_what_could_not_be_read_in_time_is_told_with_what_was_found() -> None:
    """The caller shows the emergency contacts; what was found counts (rule of care 8)."""
    hurried = fresh().within(0.0)
    with pytest.raises(UnfinishedError) as unfinished:
        hurried.find(["my chest hurts"], Profile())
    assert unfinished.value.found == ()
    with pytest.raises(UnfinishedError):
        hurried.ask(["my chest hurts"], Profile(), {})


def test_the_next_look_goes_on_where_the_last_one_stopped() -> None:
    """A chat with a very long message is not unread for ever."""
    patient, text = fresh(), LONG * 4
    hurried = patient.within(0.002)
    for _ in range(500):
        try:
            hurried.find([text], Profile())
        except UnfinishedError:
            continue
        break
    else:
        pytest.fail("it never came to the end")
    assert patient.find([text], Profile()) == ()


def test_what_was_read_is_remembered_and_forgotten_on_request() -> None:
    """Read once a chat; not kept once a patient has deleted it."""
    patient = fresh()
    patient.find(["my chest hurts"], Profile())
    assert patient._reader._window.cache_info().currsize == 1
    patient.within(1.0).find(["my chest hurts"], Profile())
    assert patient._reader._window.cache_info().misses == 1
    patient.forget()
    assert patient._reader._window.cache_info().currsize == 0
