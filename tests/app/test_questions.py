"""Questions in the whole turn: asked once, answered by a tap, meaningful in silence, and never in the way of a card."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.conversation import Conversation, Event, Shown
from app.journal import Reply
from app.records.database import Database
from app.records.models import now
from app.upkeep import ANSWER_WITHIN, Upkeep
from guardrails.screen import Screener, TimedLayer
from tests.app.turns import World
from tests.guardrails.small import starter

HEADACHE = "I have a headache"
BABY = "my baby has a fever"
AGE, SIGNS = "ask-baby-fever/age", "ask-baby-fever/signs"


@pytest.fixture
def asking(world: World) -> World:
    """The world with the rules that ship, which ask."""
    world.parts = replace(world.parts, screener=Screener([TimedLayer(starter(), 5.0)], starter()))
    world.conversation = Conversation(world.parts, world.chats, world.desk)
    return world


def replies(events: "list[Event]") -> list[Reply]:
    """What is shown of a turn's events."""
    return [event.reply for event in events if isinstance(event, Shown)]


def answer(world: World, key: str, choice: str) -> list[Reply]:
    """Tap an answer as the page does."""
    return replies(list(world.conversation.answer("p1", "c1", key, choice)))


def test_a_question_comes_with_its_buttons_and_when_to_call(asking: World) -> None:
    """Who cannot wait for the questions must read on them that they need not."""
    first = asking.turn(BABY).replies[0]
    assert first.kind == "question"
    assert [q["key"] for q in first.body["questions"]] == [AGE, SIGNS]
    assert "call now" in first.body["meanwhile"][0]
    assert first.body["call"]["dial"] == "911"


def test_the_answer_waits_while_the_rules_hold_a_level(asking: World) -> None:
    """A page about fever, read in peace, is wrong for a baby of two months."""
    assert asking.turn(BABY).kinds == ["question"]


def test_the_answer_goes_on_where_the_question_is_a_precaution(asking: World) -> None:
    """Most headaches are just that; the person is not kept waiting."""
    kinds = asking.turn(HEADACHE).kinds
    assert kinds[0] == "question"
    assert len(kinds) == 2


def test_yes_brings_the_card_and_the_case(asking: World) -> None:
    """The answer decides like words do."""
    asking.turn(BABY)
    shown = answer(asking, AGE, "under-3")
    assert [reply.kind for reply in shown] == ["care_card"]
    assert [case.level for case in asking.cases.queue()] == ["emergency"]


def test_no_to_everything_brings_the_answer_that_waited(asking: World) -> None:
    """And no case."""
    asking.turn(BABY)
    assert answer(asking, AGE, "older") == []
    shown = answer(asking, SIGNS, "no")
    assert [reply.kind for reply in shown] != []
    assert "care_card" not in [reply.kind for reply in shown]
    assert asking.cases.queue() == []


def test_an_urgent_answer_leaves_the_question_that_may_be_worse(asking: World) -> None:
    """Four months old is seen today; four months old and floppy is an emergency."""
    asking.turn(BABY)
    assert [reply.kind for reply in answer(asking, AGE, "3-to-6")][:1] == ["care_card"]
    assert [reply.kind for reply in answer(asking, SIGNS, "yes")] == ["care_card"]
    assert [case.level for case in asking.cases.queue()] == ["emergency"]


def test_an_answer_may_be_changed_for_the_worse(asking: World) -> None:
    """A thumb slips; "no" must not be the last word."""
    asking.turn(BABY)
    answer(asking, AGE, "older")
    assert [reply.kind for reply in answer(asking, AGE, "under-3")] == ["care_card"]


def test_an_answer_changed_back_lowers_nothing(asking: World) -> None:
    """Only a person settles (rule of care 3)."""
    asking.turn(BABY)
    answer(asking, AGE, "under-3")
    answer(asking, AGE, "older")
    assert [case.level for case in asking.cases.queue()] == ["emergency"]
    assert asking.turn("thanks").level == "emergency"


def test_the_same_question_is_asked_once(asking: World) -> None:
    """Asked again at every message, it would be tapped away unread."""
    asking.turn(HEADACHE)
    assert "question" not in asking.turn("still this headache").kinds


def test_silence_after_three_minutes_is_what_the_rule_says(asking: World) -> None:
    """They may have fallen asleep, or left in fear: a fever in a baby of unknown age is seen today."""
    asking.turn(BABY)
    shown = replies(list(asking.conversation.unanswered("p1", "c1")))
    assert next(reply.kind for reply in shown) == "care_card"
    assert [case.level for case in asking.cases.queue()] == ["urgent"]


def test_a_question_answered_after_another_was_left_brings_its_answer(asking: World) -> None:
    """Silence an hour ago must not swallow the reply that waits now."""
    asking.turn(HEADACHE)
    list(asking.conversation.unanswered("p1", "c1"))
    asking.turn(BABY)
    answer(asking, AGE, "older")
    assert answer(asking, SIGNS, "no") != []


def test_an_answer_that_was_not_held_back_is_not_given_twice(asking: World) -> None:
    """A precaution is thanked for; the reply to the message stands above it already."""
    asking.turn(BABY)
    answer(asking, AGE, "older")
    answer(asking, SIGNS, "no")
    asking.turn(HEADACHE)
    answer(asking, "ask-headache/thunder", "no")
    shown = answer(asking, "ask-headache/with", "no")
    assert [reply.text for reply in shown] == [asking.say("question_thanks")]


def test_silence_counts_once(asking: World) -> None:
    """The chat's own clock and the server's upkeep may both come by."""
    asking.turn(BABY)
    list(asking.conversation.unanswered("p1", "c1"))
    assert list(asking.conversation.unanswered("p1", "c1")) == []


def test_who_answered_is_not_taken_for_silent(asking: World) -> None:
    """The clock of an answered question rings for nothing."""
    asking.turn(BABY)
    answer(asking, AGE, "older")
    answer(asking, SIGNS, "no")
    assert list(asking.conversation.unanswered("p1", "c1")) == []


def test_upkeep_finds_questions_of_those_who_left(asking: World, database: Database) -> None:
    """A closed laptop answers nothing; the case is opened all the same."""
    asking.turn(BABY)
    asked = asking.chats.left_unanswered(now() + timedelta(seconds=1))
    assert asked == [("p1", "c1")]
    chats = SimpleNamespace(left_unanswered=lambda before: asked if before < now() - ANSWER_WITHIN else [])
    app = SimpleNamespace(
        conversations=chats, conversation=asking.conversation, review_list=None, settings=SimpleNamespace(review_sample=0)
    )
    Upkeep(app)._expire()  # type: ignore[arg-type]
    assert [case.level for case in asking.cases.queue()] == ["urgent"]


def test_an_answer_to_nothing_that_was_asked_changes_nothing(asking: World) -> None:
    """A forged tap."""
    asking.turn("What is gout?")
    assert answer(asking, AGE, "under-3") == []
    assert asking.cases.queue() == []


def test_nobody_answers_in_another_patients_chat(asking: World) -> None:
    """A forged chat id."""
    asking.turn(BABY)
    with pytest.raises(PermissionError):
        list(asking.conversation.answer("p2", "c1", AGE, "older"))


def test_answers_stand_on_the_question_after_a_reload(asking: World) -> None:
    """Buttons that forget what was tapped make people doubt that it counted."""
    asking.turn(BABY)
    answer(asking, AGE, "older")
    chat = asking.chats.chat("c1")
    assert chat is not None
    assert next(entry for entry in chat.entries if entry.kind == "question").body["answers"] == {AGE: "older"}


def test_a_card_stands_before_any_question(asking: World) -> None:
    """Nothing is asked of someone who must call now."""
    assert asking.turn("my baby has a fever and is not breathing").kinds == ["care_card"]


def test_a_spanish_message_is_asked_in_spanish(asking: World) -> None:
    """The reply's language is the message's (rule of care 13)."""
    shown = asking.turn("mi bebé tiene fiebre desde ayer y no sé qué hacer").replies
    assert shown[0].kind == "question"
    assert "¿" in shown[0].body["questions"][0]["text"]


def test_a_language_we_do_not_cover_gets_the_number_and_a_word_in_it(asking: World) -> None:
    """Better an honest word than an answer to something misread."""
    (shown,) = asking.turn("Mon fils tousse beaucoup depuis trois jours, que dois-je faire ?").replies
    assert "anglais" in shown.text
    assert shown.body["call"]["dial"] == "911"
