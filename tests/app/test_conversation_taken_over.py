"""A person speaks in the chat: the assistant is quiet, the screen is not, and nobody who asks for a person is forgotten."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.conversation import Conversation, Shown
from app.escalation import care_team
from app.journal import Reply
from app.records.database import Database
from app.records.models import new_id
from app.records.outgoing import OutgoingStore
from app.records.staff import StaffMember
from guardrails.care_cards import Staffing
from guardrails.level import Profile
from guardrails.red_flags import RedFlagRules
from guardrails.screen import Screener, TimedLayer
from knowledge import words
from tests.app.turns import World

NORA = StaffMember("nora", "nora", "Nora", "care", "nurse")
BACK = "I want the assistant back"


def join(world: World, chat: str = "c1") -> str:
    """Nora takes the patient's case and speaks in `chat`; the case."""
    case = world.cases.queue()[0].id
    world.work.claim(case, NORA.id)
    world.work.reply(case, NORA.id, chat, care_team.said(NORA, "I am Nora. What happened?"))
    return case


@pytest.fixture
def taken(world: World) -> World:
    """An emergency in which Nora has written to the patient, who has also tapped that help is coming."""
    world.turn("crushing chest pain")
    world.cases.tap("p1", "c1", "help_coming")
    join(world)
    return world


def standing(world: World) -> "tuple[str, bool]":
    """In which chat a person speaks, and whether the patient waits."""
    [case] = world.cases.queue()
    return case.standing.live_in, case.standing.waiting_since is not None


# The assistant is quiet


@pytest.mark.parametrize("text", ["What is gout?", "thanks", "how much ibuprofen can I give my child", "…", "ça va?"])
def test_while_a_person_speaks_nothing_is_answered_and_the_patient_waits_for_that_person(text: str, taken: World) -> None:
    """Two voices at once would contradict each other; the waiting runs from the patient's message."""
    assert standing(taken) == ("c1", False)
    assert taken.turn(text).kinds == []
    assert standing(taken) == ("c1", True)


def test_a_new_red_flag_still_gets_its_card_at_once(taken: World) -> None:
    """The nurse may be reading another case (promise 1)."""
    outcome = taken.turn("and now i think it is a stroke")
    assert (outcome.kinds, outcome.level) == (["care_card"], "emergency")
    assert {finding.rule for finding in taken.cases.open_findings("p1")} == {"heart-attack", "stroke"}


def test_another_chat_of_the_same_patient_is_answered_as_usual(taken: World) -> None:
    """The person speaks in one chat; silence in the other would be nobody's."""
    assert taken.turn("What is gout?", chat="c2").kinds == ["answer"]
    assert standing(taken) == ("c1", False)


def test_after_handing_back_the_assistant_answers(taken: World) -> None:
    """Under the banner, for the case is still open."""
    taken.work.hand_back(taken.cases.queue()[0].id, NORA.id, care_team.handed_back(words.load("en"), NORA))
    assert taken.turn("What is gout?").kinds == ["answer"]


def test_where_the_records_cannot_tell_it_answers_under_the_screen(database: Database, broken: Database, tmp_path: Path) -> None:
    """Fail towards the person: better two voices than none."""
    world = World(database, tmp_path, records=broken)
    assert world.turn("What is gout?").kinds == ["answer"]
    assert world.turn("crushing chest pain").kinds == ["care_card"]
    world.screener.close()


@pytest.fixture
def asked(world: World, rule_layer: RedFlagRules) -> World:
    """The world with the rules that ship, which ask; a person speaks with a patient who asked for one."""
    world.parts = replace(world.parts, screener=Screener([TimedLayer(rule_layer, 5.0)], rule_layer))
    world.conversation = Conversation(world.parts, world.chats, world.desk)
    world.turn("can I talk to a person please")
    join(world)
    return world


def test_the_rules_put_no_question_while_a_person_does(asked: World) -> None:
    """They are put once the assistant is back, for what they would have found is still open."""
    assert asked.turn("my baby has a fever").kinds == []
    asked.turn(BACK)
    assert asked.turn("what should I do?").kinds[0] == "question"


def test_a_button_tapped_late_brings_its_card_and_no_words(asked: World) -> None:
    """A question asked before the person came decides all the same."""
    asked.turn(BACK)
    asked.turn("my baby has a fever")
    join(asked)
    shown = [event.reply.kind for event in asked.conversation.answer("p1", "c1", "ask-baby-fever/age", "older") if isinstance(event, Shown)]
    assert (shown, standing(asked)) == ([], ("c1", True))
    shown = [event.reply.kind for event in asked.conversation.answer("p1", "c1", "ask-baby-fever/signs", "yes") if isinstance(event, Shown)]
    assert shown == ["care_card"]


def test_silence_after_a_question_is_no_word_of_the_patient(asked: World) -> None:
    """A clock must not make a nurse's answered patient wait again."""
    asked.turn(BACK)
    asked.turn("I have a headache")
    join(asked)
    list(asked.conversation.unanswered("p1", "c1"))
    assert standing(asked) == ("c1", False)


# The way back


@pytest.mark.parametrize("text", [BACK, "Can I talk to the assistant?", "Quiero hablar con el asistente"])
def test_the_patient_asks_for_the_assistant_and_it_answers_again(text: str, taken: World) -> None:
    """Theirs to decide; the case and its owner stay, and the page is told."""
    assert taken.turn(text).kinds == []
    [case] = taken.cases.queue()
    told = OutgoingStore(taken.database).waiting({"c1"})[-1].reply
    language = "es" if text.startswith("Quiero") else "en"
    assert (case.standing.live_in, case.standing.owner) == ("", NORA.id)
    assert told.text == words.load(language).say("team_patient_left")
    assert taken.turn("What is gout?").kinds == ["answer"]


def test_asked_for_where_no_person_speaks_the_assistant_says_what_it_is(world: World) -> None:
    """Nobody left, and nothing is told to a team that was not there."""
    assert world.turn(BACK).final.text == world.say("assistant_here")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_words_of_our_own_buttons_are_understood_and_raise_no_alarm(language: str, world: World, rule_layer: RedFlagRules) -> None:
    """ "Again" after a chest pain is a pain that came back, to the rules."""
    said = words.load(language)
    before = ["I had chest pain, pressure in my chest" if language == "en" else "tuve dolor en el pecho"]
    pain = {finding.rule for finding in rule_layer.find(before, Profile())}
    for key, request in (("team_leave", "assistant"), ("talk_to_person", "person")):
        entry = world.parts.scope.verdict(said.say(key), [])
        assert entry is not None
        assert entry.id == request
        assert {finding.rule for finding in rule_layer.find([*before, said.say(key)], Profile())} <= pain


# Asking for a person


@pytest.mark.parametrize("there", ["staffed", "on_call", "unattended"])
def test_whoever_asks_for_a_person_reads_who_is_there_and_may_leave_a_number(there: Staffing, world: World) -> None:
    """Truth about people (rule of care 7); the way to be reached comes after it (12)."""
    world.parts = replace(world.parts, staffing=lambda: there)
    world.conversation = Conversation(world.parts, world.chats, world.desk)
    final = world.turn("can I talk to a person please").final
    assert world.say(f"staffing_{there}") in final.text
    assert final.body["reach"]["phone"] == world.say("reach_phone")


def test_a_wish_that_could_be_stored_nowhere_is_not_said_to_be_told(database: Database, broken: Database, tmp_path: Path) -> None:
    """ "I have told the care team" would be a lie that somebody waits on."""
    world = World(database, tmp_path / "gone", records=broken)
    final = world.turn("can I talk to a person please").final
    assert world.say("case_not_stored") in final.text
    assert (world.say("person_requested") in final.text, "reach" in final.body) == (False, False)
    world.screener.close()


def test_under_a_card_that_holds_answers_back_the_wish_is_told_and_noted_all_the_same(world: World) -> None:
    """It is no ordinary question that could wait for a tap."""
    world.turn("crushing chest pain")
    case = world.cases.queue()[0].id
    banner = world.turn("can I talk to a person please").final
    assert banner.kind == "banner"
    assert banner.body["held"].startswith(world.say("person_requested"))
    assert "asked-for-a-person" in [why.finding.rule for why in world.cases.why(case)]


def test_who_asks_again_after_a_person_answered_waits_again(taken: World) -> None:
    """The same wish is in the case already; the waiting for it was over."""
    case = taken.cases.queue()[0].id
    taken.work.hand_back(case, NORA.id, Reply(new_id(), "notice", "…"))
    taken.turn("can I talk to a person please")
    taken.work.called(case, NORA.id, reached=True)
    assert standing(taken) == ("", False)
    taken.turn("I want to talk to a person")
    assert standing(taken) == ("", True)


# Words beside the chat


def test_words_typed_beside_the_chat_are_screened_and_stay_out_of_the_transcript(world: World) -> None:
    """Rule of care 5 holds for a form too; the words themselves are nobody's evidence."""
    [shown] = list(world.conversation.overheard("p1", "c1", "here, with crushing pain"))
    assert isinstance(shown, Shown)
    assert shown.reply.kind == "care_card"
    [case] = world.cases.queue()
    chat = world.chats.chat("c1")
    assert chat is not None
    assert (case.level, [why.finding.evidence for why in world.cases.why(case.id)], chat.entries) == ("emergency", [()], ())


def test_ordinary_words_beside_the_chat_bring_nothing(world: World) -> None:
    """An address is an address."""
    assert (list(world.conversation.overheard("p1", "c1", "5th and Main")), world.cases.queue()) == ([], [])
