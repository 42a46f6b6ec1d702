"""The stop switch: cards go on, answers end, also those that are being made, and everybody is told."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from typer.testing import Result

from app.conversation import Conversation, Grown, Shown
from app.records.audit import AuditLog, Wanted
from app.records.database import Database
from app.records.stops import StopStore
from app.stop_switch import StopSwitch
from app.ui.stop_notice import StopNotice
from knowledge import words
from retrieval.search import Search
from tests.app.turns import KEYWORDS, World


@pytest.fixture
def switch(database: Database) -> StopSwitch:
    """As a server holds it."""
    return StopSwitch(StopStore(database))


def _with(world: World, switch: StopSwitch) -> Conversation:
    """The clinic's conversation, which asks that switch."""
    world.parts = replace(world.parts, stopped=switch.on)
    world.conversation = Conversation(world.parts, world.chats, world.desk)
    return world.conversation


def _stop(switch: StopSwitch) -> None:
    switch.turn(on=True, why="wrong advice", by="ada")


def test_stopped_a_question_gets_set_words_with_the_library_and_a_person(world: World, switch: StopSwitch) -> None:
    """No search, no draft."""
    _with(world, switch)
    _stop(switch)
    final = world.turn("what is gout?").final
    assert final.kind == "notice"
    assert final.text.startswith(world.say("stopped_answer"))
    assert final.body["library_label"] == world.say("open_library")
    assert final.statements == ()


def test_stopped_a_red_flag_gets_its_card_and_its_case(world: World, switch: StopSwitch) -> None:
    """The screen always runs."""
    _with(world, switch)
    _stop(switch)
    assert "care_card" in world.turn(next(iter(KEYWORDS))).kinds
    assert [case.level for case in world.cases.queue()] == ["emergency"]


def test_stopped_small_talk_and_a_wish_for_a_person_are_answered(world: World, switch: StopSwitch) -> None:
    """They need no library."""
    _with(world, switch)
    _stop(switch)
    assert world.turn("I want to talk to a person").final.text.startswith(world.say("person_requested"))


def test_turned_off_again_the_assistant_answers(world: World, switch: StopSwitch) -> None:
    """And whoever looks sees why it had stopped."""
    _with(world, switch)
    _stop(switch)
    stopped = switch.now()
    assert stopped is not None
    assert (stopped.why, stopped.by) == ("wrong advice", "ada")
    switch.turn(on=False, why="", by="ada")
    assert world.turn("what is gout?").final.kind == "answer"


def test_an_answer_in_the_making_is_not_released_after_the_switch(world: World, switch: StopSwitch) -> None:
    """It was searched before, and is finished after: nothing of it is shown or stored."""
    search = world.parts.search

    def stops_meanwhile() -> Search:
        _stop(switch)
        return search()

    world.parts = replace(world.parts, search=stops_meanwhile)
    conversation = _with(world, switch)
    shown = [event.reply for event in conversation.reply("p1", "c1", "what is gout?") if isinstance(event, Shown | Grown)]
    assert [reply.kind for reply in shown] == ["notice"]
    chat = world.chats.chat("c1")
    assert chat is not None
    assert [entry.kind for entry in chat.entries if not entry.by_patient] == ["notice"]


def test_other_servers_follow_within_two_seconds(database: Database) -> None:
    """Each looks again at the database when what it saw is half a second old."""
    moment = [0.0]
    here, there = StopSwitch(StopStore(database)), StopSwitch(StopStore(database), clock=lambda: moment[0])
    assert not there.on()
    _stop(here)
    assert here.on()
    moment[0] = 2.0
    assert there.on()


def test_a_database_that_fails_turns_nothing(database: Database, broken: Database) -> None:
    """Neither on nor off: what was seen last holds."""
    moment = [0.0]
    switch = StopSwitch(StopStore(database), clock=lambda: moment[0])
    _stop(switch)
    assert switch.on()
    switch._store = StopStore(broken)
    moment[0] = 60.0
    assert switch.on()
    assert not StopSwitch(StopStore(broken)).on()


def test_a_stop_says_why_and_is_on_the_trail(switch: StopSwitch, database: Database) -> None:
    """Colleagues find a stopped assistant and must know what for; the log holds no words."""
    with pytest.raises(ValueError, match="say why"):
        switch.turn(on=True, why="  ", by="ada")
    _stop(switch)
    switch.turn(on=False, why="", by="operator")
    trail = [(entry.actor, entry.verb) for _, entry in AuditLog(database).find(Wanted()).entries]
    assert trail == [("operator", "assistant.started"), ("ada", "assistant.stopped")]


def test_the_command_line_stops_and_starts(run: Callable[..., Result]) -> None:
    """For whoever has no desk at hand."""
    assert "say why" in run("stop").stderr
    assert "stopped" in run("stop", "--why", "wrong advice").stdout
    assert "answers again" in run("stop", "--off").stdout


def test_both_languages_say_it() -> None:
    """And neither promises an answer."""
    for language in words.LANGUAGES:
        assert words.load(language).say("stopped_answer") != words.load(language).say("stopped_notice")


class OpenPage:
    """A page that keeps what it was told."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.shown: list[str] = []

    async def stopped(self, text: str) -> None:
        self.shown.append(text)


def test_open_pages_are_told_once_and_told_again_when_it_is_over() -> None:
    """And a page that opens meanwhile is told too."""
    pages, text = [OpenPage("a")], [""]
    lane = ThreadPoolExecutor(1)
    notice = StopNotice(lambda: text[0], lambda: pages, lane)

    async def happen() -> None:
        await notice.once()
        text[0] = "stopped"
        await notice.once()
        await notice.once()
        pages.append(OpenPage("b"))
        await notice.once()
        text[0] = ""
        await notice.once()

    asyncio.run(happen())
    lane.shutdown()
    assert [page.shown for page in pages] == [["stopped", ""], ["stopped", ""]]
