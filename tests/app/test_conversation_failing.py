"""The turn when something fails, is cancelled, or is no ordinary text: a card all the same, and words that say so."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.conversation import Finished, Shown
from app.errors import DataFolderError
from app.journal import Forgetful
from app.records.database import Database
from app.records.models import Case, Reply, Turn
from guardrails.level import Profile
from tests.app.turns import World, fail
from tests.fakes import ScriptedLayer, article
from tests.keys import delete_chat

GOUT_QUESTION = "What is gout?"


@pytest.fixture
def blind(database: Database, tmp_path: Path) -> Iterator[World]:
    """A world whose only screening layer crashes."""
    made = World(database, tmp_path, layer=ScriptedLayer(fail))
    yield made
    made.screener.close()


@pytest.fixture
def outage(database: Database, broken: Database, tmp_path: Path) -> Iterator[World]:
    """A world whose records fail; the library is still in memory."""
    made = World(database, tmp_path, records=broken)
    yield made
    made.screener.close()


def _count(database: Database, table: type[Case] | type[Turn] | type[Reply]) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count(table.id))) or 0


def _turn_states(database: Database) -> list[tuple[str, str | None]]:
    with database.transaction() as session:
        return [(turn.state, turn.level) for turn in session.scalars(select(Turn).order_by(Turn.created))]


# What fails


def test_an_incomplete_screening_shows_contacts_and_answers_nothing(blind: World) -> None:
    """'We could not check your message; if this could be serious, call now' (rule of care 8)."""
    outcome = blind.turn(GOUT_QUESTION)
    assert outcome.kinds == ["care_card", "notice"]
    assert {contact["service"] for contact in outcome.replies[0].body["contacts"]} == {"emergency", "suicide_crisis"}
    assert "search" not in outcome.ms


def test_an_incomplete_screening_makes_one_case_not_one_a_turn(blind: World) -> None:
    """An outage must not fill the queue with a line for every message."""
    for chat in ("c1", "c1", "c2"):
        blind.turn("hello", chat=chat)
    assert _count(blind.database, Case) == 1


def test_a_layer_that_hangs_does_not_hold_the_card_back(database: Database, tmp_path: Path) -> None:
    """The limit is what keeps 'milliseconds' true when something breaks."""
    release = threading.Event()

    def hang(_turns: object) -> tuple[()]:
        release.wait(20)
        return ()

    world = World(database, tmp_path, layer=ScriptedLayer(hang), limit_s=0.05)
    outcome = world.turn("hello")
    release.set()
    world.screener.close()
    assert outcome.kinds == ["care_card", "notice"]
    assert outcome.ms["screen"] < 5000


def test_what_the_other_layers_found_still_counts(database: Database, tmp_path: Path) -> None:
    """If one layer fails the others still decide (rule of care 8): the emergency card first, then the other."""
    from guardrails.screen import Screener, TimedLayer

    world = World(database, tmp_path)
    layers = [*world.screener.layers, TimedLayer(ScriptedLayer(fail, "broken"), 1.0)]
    world.parts = replace(world.parts, screener=Screener(layers, threads=2))
    conversation = type(world.conversation)(world.parts, world.chats, world.desk)
    events = tuple(conversation.reply("p1", "c1", "crushing chest pain"))
    world.screener.close()
    world.parts.screener.close()
    titles = [event.reply.body["title"] for event in events if isinstance(event, Shown)]
    assert titles == [world.say("card_title_emergency"), world.say("screen_incomplete")]


def test_while_the_records_fail_a_red_flag_still_gets_its_card(outage: World) -> None:
    """The message cannot be stored, yet it is screened and the case goes to the spool (promise 3)."""
    outcome = outage.turn("crushing chest pain")
    assert (outcome.kinds, outcome.level) == (["care_card"], "emergency")
    assert outage.spool_file.stat().st_size > 0
    assert "crushing" not in outage.spool_file.read_text()


@pytest.mark.parametrize("error", [DataFolderError("the master key cannot be read"), TypeError("a row is damaged")])
@pytest.mark.parametrize("step", ["receive", "record", "close"])
def test_whatever_a_step_of_the_records_raises_a_red_flag_still_gets_its_card(
    step: str, error: Exception, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that cannot be read raise no error of the database."""

    def raises(*_of: object) -> None:
        raise error

    monkeypatch.setattr(world.conversation._journal, step, raises)
    assert world.turn("crushing chest pain").kinds[0] == "care_card"


def test_the_spooled_case_reaches_the_desk_when_the_records_are_back(world: World, outage: World) -> None:
    """Spooled is not stored until a nurse can see it."""
    outage.turn("crushing chest pain")
    back = type(outage.desk)(world.cases, outage.desk._spool)
    assert (back.replay(), back.replay()) == (1, 0)
    assert [case.level for case in world.cases.queue()] == ["emergency"]


def test_a_case_that_nothing_could_take_is_not_promised_to_be_read(outage: World) -> None:
    """Truth about people: the card then says not to count on anyone (rule of care 7)."""
    outage.spool_file.mkdir()
    card = outage.turn("crushing chest pain").replies[0]
    assert card.body["staffing"] == outage.say("case_not_stored")


def test_an_ordinary_question_is_still_answered_while_the_records_fail(outage: World) -> None:
    """The library's snapshot is in memory; the patient is not the one to pay for our disk."""
    assert outage.turn(GOUT_QUESTION).kinds == ["answer"]


def test_a_broken_index_becomes_words_that_say_so(database: Database, tmp_path: Path) -> None:
    """What fails becomes words; the turn is closed all the same."""
    world = World(database, tmp_path, index_works=False)
    outcome = world.turn(GOUT_QUESTION)
    world.screener.close()
    assert [reply.text for reply in outcome.replies] == [world.say("error")]
    assert _turn_states(database) == [("done", "routine")]


def test_nothing_is_written_into_somebody_elses_chat(world: World) -> None:
    """A forged chat id: the words are screened as the sender's own, the other's chat stays as it is."""
    world.turn("What is gout?")
    outcome = world.turn("What is gout?", patient="p2")
    assert [reply.text for reply in outcome.replies] == [world.say("chat_gone")]
    chat = world.chats.chat("c1")
    assert chat is not None
    assert len([entry for entry in chat.entries if entry.by_patient]) == 1


def test_a_red_flag_typed_into_a_deleted_chat_gets_its_card_and_its_case(world: World) -> None:
    """Deleted in another tab a minute ago; any text typed is screened (rule of care 5)."""
    world.turn("What is gout?")
    delete_chat(world.database, "c1")
    outcome = world.turn("crushing chest pain")
    assert outcome.kinds == ["care_card"]
    assert [case.level for case in world.cases.queue()] == ["emergency"]


def test_a_cancelled_answer_is_neither_shown_nor_stored(world: World) -> None:
    """'He stopped breathing' came while it was being made: the page must show that card, not gout."""
    outcome = world.turn(GOUT_QUESTION, cancelled=lambda: True)
    assert outcome.replies == []
    assert _count(world.database, Reply) == 0
    assert _turn_states(world.database) == [("cancelled", "routine")]


def test_cancelling_never_takes_a_card_back(world: World) -> None:
    """Only an answer can be cancelled."""
    assert world.turn("crushing chest pain", cancelled=lambda: True).kinds == ["care_card"]


# Any text


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "😀😀", "…", "?!"])
def test_a_message_without_words_is_asked_for_some(text: str, world: World) -> None:
    """It is not sent to the library, and not taken for a refusal either."""
    reply = world.turn(text).replies[0]
    assert (reply.kind, reply.text) == ("clarify", world.say("clarify_empty"))


def test_a_message_of_fifty_thousand_characters_is_screened_to_its_end(world: World) -> None:
    """Any text typed is screened first and gets its card, also when overlong (rule of care 5)."""
    assert world.turn("word " * 10_000 + "crushing").kinds == ["care_card"]


def test_an_overlong_message_is_not_searched_but_asked_to_be_shorter(world: World) -> None:
    """A letter is no question; it says that the whole of it was checked."""
    outcome = world.turn("gout " * 10_000)
    assert [reply.text for reply in outcome.replies] == [world.say("too_long")]
    assert "search" not in outcome.ms


@pytest.mark.parametrize("text", ["crushing \ud83d", "crushing \x00", "crushing \u202e\u2028"])
def test_broken_characters_do_not_keep_a_red_flag_from_its_card(text: str, world: World) -> None:
    """Half an emoji cannot be stored as it is; a browser that cuts one in two must not silence the message."""
    assert world.turn(text).kinds == ["care_card"]


@given(st.text(st.characters(exclude_categories=[]), max_size=80))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered_with_something_and_the_turn_closed(world: World, text: str) -> None:
    """No message may end in silence or in an error."""
    outcome = world.turn(text)
    assert outcome.replies
    assert isinstance(outcome.events[-1], Finished)
    assert "received" not in {state for state, _ in _turn_states(world.database)}


def test_a_rehearsed_turn_records_nobody(world: World) -> None:
    """The batch verbs take the same path as the chat and must leave no patient behind."""
    forgetful = Forgetful(("crushing chest pain",), Profile())
    outcome = tuple(type(world.conversation)(world.parts, forgetful, forgetful).reply("", "batch", "thanks"))
    assert any(isinstance(event, Shown) and event.reply.kind == "care_card" for event in outcome)
    assert (_count(world.database, Turn), _count(world.database, Case)) == (0, 0)


def test_a_chat_about_somebody_else_does_not_use_the_patients_age(database: Database, tmp_path: Path) -> None:
    """Profile facts belong to the account's own person (rule of care 10)."""
    seen: list[Profile] = []

    class Watching:
        name = "watching"

        def find(self, turns: object, profile: Profile) -> tuple[()]:
            seen.append(profile)
            return ()

    world = World(database, tmp_path, layer=Watching())
    world.chats.set_profile("p1", Profile(age_months=360, about="me"))
    world.chats.start("p1", "c2", about_other=True)
    world.turn("hello", chat="c1")
    world.turn("hello", chat="c2")
    world.screener.close()
    assert [(profile.age_months, profile.about) for profile in seen] == [(360, "me"), (None, "other")]


def test_a_child_is_not_answered_with_advice_for_adults(world: World) -> None:
    """None is quoted against the person asked about (rule of care 10)."""
    world.library.publish([article("## Medicines\n\nIbuprofen for gout is for adults.\n")], "test")
    assert world.turn("Which gout medicines for my 5 year old child?").kinds == ["not_covered"]
