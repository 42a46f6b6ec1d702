"""The ladder over real cases: who is told when, what stops it, what the patient is told, and what rests while nobody is there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.journal import Reply
from app.records.alarms import AlarmStore, Ladder, Unanswered
from app.records.audit import AuditLog
from app.records.care_tables import NotificationRow
from app.records.case_work import CaseWork
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import Case, new_id, now
from guardrails.care_cards import Staffing
from tests.fakes import finding, settle
from tests.keys import delete_chat


@dataclass
class Desk:
    """A care desk with a clock that the test moves; emergencies have two minutes."""

    database: Database
    start: datetime = field(default_factory=lambda: now() - timedelta(days=1))
    told: list[Unanswered] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cases, self.work = CaseStore(self.database), CaseWork(self.database)
        self.alarms = AlarmStore(self.database)

    def open(self, level: str = "emergency", minute: float = 0, rule: str = "stroke", chat: str = "c1") -> str:
        return self.cases.escalate("p1", chat, [finding(rule, level)], new_id(), self.at(minute))

    def look(self, minute: float, staffing: Staffing = "on_call") -> list[tuple[str, str]]:
        """What is told at that minute: kind and channel of each new notice."""
        before = len(self._rows())
        self.alarms.step(Ladder(lambda told, stage: [f"{told}-{stage}"], self._unanswered), self.at(minute), staffing)
        return [(row.kind, row.channel) for row in self._rows()[before:]]

    def at(self, minute: float) -> datetime:
        return self.start + timedelta(minutes=minute)

    def _rows(self) -> Sequence[NotificationRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(NotificationRow).order_by(NotificationRow.id)))

    def _unanswered(self, chat: Unanswered) -> Reply:
        self.told.append(chat)
        return Reply(new_id(), "notice", "nobody yet")


@pytest.fixture
def desk(database: Database) -> Desk:
    """An empty desk."""
    return Desk(database)


def test_a_new_case_is_told_once_at_once(desk: Desk) -> None:
    """And not again before its target."""
    desk.open()
    assert [desk.look(minute) for minute in (0, 0, 1.9)] == [[("opened", "0-1")], [], []]


def test_silence_goes_up_the_ladder_at_every_target(desk: Desk) -> None:
    """The first, then the next, then on call, again and again."""
    desk.open()
    assert [desk.look(minute) for minute in (0, 2, 4, 6)] == [[("opened", "0-1")], [("late", "1-2")], [("late", "2-3")], [("late", "3-4")]]


def test_stages_passed_over_while_no_server_ran_are_told_together(desk: Desk) -> None:
    """The server was down for ten minutes."""
    desk.open()
    assert desk.look(10) == [("late", "0-6")]


def test_a_rise_is_told_anew_and_a_further_finding_is_not(desk: Desk) -> None:
    """Urgent became an emergency: that may not wait for the urgent's half hour."""
    desk.open("urgent")
    desk.look(0)
    desk.open("urgent", 1, rule="sprain")
    assert desk.look(1) == []
    desk.open("emergency", 1.5, rule="sepsis")
    assert desk.look(1.5) == [("raised", "0-1")]


def test_a_claim_pauses_for_half_the_target_and_no_longer(desk: Desk) -> None:
    """Claimed is not answered."""
    case = desk.open(minute=-0)
    desk.look(0)
    desk.work.claim(case, "nora")
    _claimed_at(desk, case, 1.5)
    assert desk.look(2.4) == []
    assert desk.look(2.6) == [("late", "1-2")]


def _claimed_at(desk: Desk, case: str, minute: float) -> None:
    """Set the pause as a claim at that minute would have: the desk's own clock is the real one."""
    with desk.database.transaction() as session:
        session.execute(update(Case).where(Case.id == case).values(paused_until=desk.at(minute + 1)))


@pytest.mark.parametrize("act", ["reply", "call", "close"])
def test_a_person_who_acts_ends_the_alarms(act: str, desk: Desk) -> None:
    """A reply, a call that reached the patient, a close."""
    case = desk.open()
    desk.look(0)
    desk.work.claim(case, "nora")
    if act == "reply":
        desk.work.reply(case, "nora", "c1", Reply(new_id(), "staff", "I am here"))
    elif act == "call":
        desk.work.called(case, "nora", reached=True)
    else:
        settle(desk.database, case)
    assert [desk.look(minute) for minute in (10, 60)] == [[], []]


def test_a_call_that_reached_nobody_ends_nothing(desk: Desk) -> None:
    """The patient still waits."""
    case = desk.open()
    desk.look(0)
    desk.work.claim(case, "nora")
    desk.work.called(case, "nora", reached=False)
    _claimed_at(desk, case, 1)
    assert desk.look(4) == [("late", "1-3")]


def test_a_case_that_comes_back_is_told_again(desk: Desk) -> None:
    """Its owner went home without a word."""
    case = desk.open("urgent")
    desk.look(0)
    desk.work.claim(case, "nora")
    assert list(desk.work.lapse([], lambda: Reply(new_id(), "notice", "gone"))) == [case]
    assert desk.look(10) == [("returned", "0-1")]


def test_a_waiting_that_begins_anew_is_told_anew(desk: Desk) -> None:
    """The patient was answered, and a new finding came."""
    case = desk.open()
    desk.look(0)
    desk.work.claim(case, "nora")
    desk.work.reply(case, "nora", "c1", Reply(new_id(), "staff", "I am here"))
    desk.work.release(case, "nora")
    desk.open(minute=30, rule="sepsis")
    assert desk.look(30) == [("joined", "0-1")]


# Nobody there


def test_while_unattended_a_case_is_told_once(desk: Desk) -> None:
    """Nobody could come; the card says so truthfully."""
    desk.open()
    assert [desk.look(minute, "unattended") for minute in (0, 2, 300)] == [[("opened", "0-1")], [], []]


def test_when_somebody_is_on_call_again_it_is_told_and_its_alarms_begin_to_count(desk: Desk) -> None:
    """The wait still runs from the message; the alarms do not make up for the night."""
    desk.open()
    desk.look(0, "unattended")
    assert [desk.look(minute) for minute in (300, 301.9, 302)] == [[("attended", "0-1")], [], [("late", "1-2")]]


def test_a_nurse_who_signs_in_sees_the_worklist_and_is_not_called_for_it(desk: Desk) -> None:
    """Twenty messages at eight in the morning would hide the one that matters; after a target they are called."""
    desk.open()
    desk.look(0, "unattended")
    assert [desk.look(minute, "staffed") for minute in (300, 301.9, 302)] == [[], [], [("late", "1-2")]]


def test_alarms_that_rested_count_anew_each_time(desk: Desk) -> None:
    """Staffed, left, staffed again: every return calls again, none doubles."""
    desk.open()
    desk.look(0, "staffed")
    desk.look(2, "staffed")
    assert desk.look(20, "unattended") == []
    assert [desk.look(minute, "staffed") for minute in (30, 32, 34)] == [[], [("late", "1-2")], [("late", "2-3")]]


# What the patient is told


def test_past_the_target_the_patient_is_told_once_a_waiting(desk: Desk) -> None:
    """In the chat that brought the case, and on its way to the open page."""
    ConversationStore(desk.database).receive("p1", "c1", "me duele el pecho")
    desk.open()
    for minute in (0, 1, 2, 4, 6):
        desk.look(minute)
    chat = ConversationStore(desk.database).chat("c1")
    assert chat is not None
    assert [entry.text for entry in chat.entries] == ["me duele el pecho", "nobody yet"]
    assert [(told.texts, told.level, told.read) for told in desk.told] == [(("me duele el pecho",), "emergency", False)]


def test_they_are_told_in_every_chat_that_brought_it_but_a_deleted_one(desk: Desk) -> None:
    """Two tabs; a third was thrown away."""
    for number, chat in enumerate(("c1", "c2", "c3")):
        desk.open(rule=f"rule-{number}", chat=chat)
    delete_chat(desk.database, "c2")
    desk.look(2)
    assert len(desk.told) == 2


def test_a_new_waiting_is_told_anew(desk: Desk) -> None:
    """Answered at noon, alone again in the evening."""
    case = desk.open()
    desk.look(2)
    desk.work.claim(case, "nora")
    desk.work.reply(case, "nora", "c1", Reply(new_id(), "staff", "I am here"))
    desk.work.release(case, "nora")
    desk.open(minute=60, rule="sepsis")
    desk.look(62)
    assert len(desk.told) == 2


def test_who_was_read_is_not_told_that_nobody_read_it(desk: Desk) -> None:
    """Truth about people: someone opened it and did not answer."""
    case = desk.open()
    AuditLog(desk.database).record("nora", "transcript.read", case)
    desk.look(2)
    assert [told.read for told in desk.told] == [True]


def test_nobody_is_told_that_nobody_came_while_the_card_says_so_already(desk: Desk) -> None:
    """Unattended is said on the card."""
    desk.open()
    desk.look(300, "unattended")
    assert desk.told == []


def test_a_message_that_could_not_be_checked_is_seen(desk: Desk) -> None:
    """The operator's incident begins here."""
    assert not desk.alarms.unchecked_since(now() - timedelta(minutes=1))
    desk.open(rule="screening-incomplete")
    assert desk.alarms.unchecked_since(now() - timedelta(minutes=1))
    assert not desk.alarms.unchecked_since(now() + timedelta(minutes=1))


# Many cases of one address


def _crowd(desk: Desk, *levels: str) -> list[str]:
    return [
        desk.cases.escalate(f"q{number}", f"qc{number}", [finding("stroke", level)], new_id(), desk.at(number / 10), crowd="many")
        for number, level in enumerate(levels)
    ]


def test_a_crowd_is_told_once(desk: Desk) -> None:
    """A program that writes as forty patients must not bury the one real notice among forty."""
    _crowd(desk, *["urgent"] * 10)
    desk.open(minute=1)
    assert desk.look(1.1) == [("opened", "0-1"), ("opened", "0-1")]
    assert desk.look(1.2) == []


def test_a_graver_one_of_a_crowd_is_told_too(desk: Desk) -> None:
    """A person may be among them."""
    _crowd(desk, "urgent", "urgent")
    assert len(desk.look(0.5)) == 1
    desk.cases.escalate("q9", "qc9", [finding()], new_id(), desk.at(1), crowd="many")
    assert len(desk.look(1.1)) == 1


def test_every_patient_of_a_crowd_is_told_that_nobody_acted(desk: Desk) -> None:
    """Each may be a person who waits; only the channels are spared."""
    _crowd(desk, "emergency", "emergency", "emergency")
    assert len(desk.look(0.5)) == 1
    assert len(desk.look(3)) == 1
    assert len(desk.told) == 3


def test_the_next_of_a_crowd_speaks_once_the_first_was_answered(desk: Desk) -> None:
    """Whoever helped the first has not helped the others."""
    first, *_ = _crowd(desk, "emergency", "emergency")
    desk.look(0.5)
    settle(desk.database, first)
    assert [kind for kind, _ in desk.look(3)] == ["late"]
