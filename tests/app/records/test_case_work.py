"""The care team's work on a case: one owner at a time, waiting ended only by acting, every step on the trail."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.errors import NotAllowedError, TakenError
from app.escalation.case_state import Closing
from app.journal import Reply
from app.records.audit import AuditLog
from app.records.case_reads import OpenCase
from app.records.case_work import CaseWork
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import Case, new_id, now
from app.records.outgoing import OutgoingStore
from tests.fakes import finding
from tests.keys import records

NORA, OMAR = "nora", "omar"


@dataclass
class Team:
    """A case of one patient in one chat, and those who work it."""

    database: Database
    work: CaseWork
    cases: CaseStore
    chats: ConversationStore
    outgoing: OutgoingStore
    case: str

    @property
    def line(self) -> OpenCase:
        """The case as the queue shows it."""
        return next(case for case in self.cases.queue() if case.id == self.case)


@pytest.fixture
def team(database: Database) -> Team:
    """An emergency that nobody has taken yet."""
    cases = CaseStore(database)
    return Team(
        database,
        CaseWork(database),
        cases,
        ConversationStore(database),
        OutgoingStore(database),
        cases.escalate("p1", "c1", [finding()]),
    )


@pytest.fixture
def patient_database(tmp_path: Path) -> Iterator[Database]:
    """A database whose writers wait for each other as long as a slow disk needs."""
    made = records(tmp_path / "busy.db", lock_wait_s=20)
    made.migrate()
    yield made
    made.close()


def _words(text: str = "Hello, this is Nora.") -> Reply:
    return Reply(new_id(), "staff", text, {"name": "Nora", "title": "nurse", "words": text})


def test_of_many_who_claim_at_once_one_wins_and_the_others_are_told(patient_database: Database) -> None:
    """Two nurses who both believe they have the case both wait for the other to act."""
    case, together = CaseStore(patient_database).escalate("p1", "c1", [finding()]), threading.Barrier(5)

    def claim(who: str) -> str:
        together.wait()
        try:
            CaseWork(patient_database).claim(case, who)
        except TakenError:
            return "told"
        return "won"

    with ThreadPoolExecutor(5) as nurses:
        assert sorted(nurses.map(claim, [f"nurse-{n}" for n in range(5)])) == ["told"] * 4 + ["won"]


def test_a_claim_does_not_end_the_waiting_and_a_reply_does(team: Team) -> None:
    """Time to claim is what desks are tempted to measure; the patient waits for words."""
    since = team.line.standing.waiting_since
    team.work.claim(team.case, NORA)
    assert team.line.standing.waiting_since == since
    team.work.reply(team.case, NORA, "c1", _words())
    assert team.line.standing.waiting_since is None


def test_a_reply_is_in_the_chat_and_on_its_way_until_the_patients_page_has_drawn_it(team: Team) -> None:
    """A phone that was offline must get it later, once, and the nurse must see when."""
    team.work.claim(team.case, NORA)
    words = _words()
    team.work.reply(team.case, NORA, "c1", words)
    assert [item.reply.id for item in team.outgoing.waiting({"c1"})] == [words.id]
    team.outgoing.delivered("somebody else", words.id)
    assert len(team.outgoing.waiting({"c1"})) == 1
    team.outgoing.delivered("p1", words.id)
    chat = team.chats.chat("c1")
    assert chat is not None
    assert (team.outgoing.waiting({"c1"}), [entry.id for entry in chat.entries]) == ([], [words.id])


def test_what_the_patient_writes_to_a_person_makes_them_wait_again(team: Team) -> None:
    """The alarms belong to unanswered words, not to the first message alone."""
    team.work.claim(team.case, NORA)
    assert not team.chats.receive("p1", "c1", "are you there?").with_person
    team.work.reply(team.case, NORA, "c1", _words())
    assert not team.chats.receive("p1", "another chat", "what is gout?").with_person
    assert team.line.standing.waiting_since is None
    assert team.chats.receive("p1", "c1", "it hurts").with_person
    assert team.line.standing.waiting_since is not None


@pytest.mark.parametrize("step", ["reply", "release", "call", "close", "hand back"])
def test_only_the_owner_works_a_case(step: str, team: Team) -> None:
    """What a second nurse does unseen beside the first is how things are said twice, or not at all."""
    team.work.claim(team.case, NORA)
    steps = {
        "reply": lambda: team.work.reply(team.case, OMAR, "c1", _words()),
        "release": lambda: team.work.release(team.case, OMAR),
        "call": lambda: team.work.called(team.case, OMAR, reached=True),
        "close": lambda: team.work.close(team.case, OMAR, Closing("test", "no_action_needed")),
        "hand back": lambda: team.work.hand_back(team.case, OMAR, _words()),
    }
    with pytest.raises(TakenError):
        steps[step]()
    assert (team.line.owner or team.line.standing.owner, team.outgoing.waiting({"c1"})) == (NORA, [])


def test_words_never_go_to_another_patients_chat(team: Team) -> None:
    """An address mistaken by one click would tell a stranger somebody's trouble."""
    team.chats.start("p2", "c2")
    team.work.claim(team.case, NORA)
    with pytest.raises(NotAllowedError):
        team.work.reply(team.case, NORA, "c2", _words())
    assert (team.outgoing.waiting({"c2"}), team.line.standing.waiting_since is None) == ([], False)


def test_an_owner_who_is_silent_loses_the_case_and_the_patient_is_told_the_truth(team: Team) -> None:
    """Somebody's name beside a case is no help."""
    team.work.claim(team.case, NORA)
    team.work.reply(team.case, NORA, "c1", _words())
    team.chats.receive("p1", "c1", "it hurts")
    told = Reply(new_id(), "notice", "No one is answering.")
    assert team.work.lapse({NORA}, lambda: told) == []
    assert team.work.lapse({NORA}, lambda: told, at=now() + timedelta(minutes=2)) == [team.case]
    assert (team.line.standing.owner, team.line.standing.live_in) == ("", "")
    assert team.outgoing.waiting({"c1"})[-1].reply.id == told.id


def test_an_owner_whose_desk_is_gone_loses_the_case_at_once(team: Team) -> None:
    """A closed laptop reads nothing."""
    team.work.claim(team.case, NORA)
    assert team.work.lapse(set(), _words) == [team.case]
    assert team.work.lapse(set(), _words) == []


def test_a_case_that_was_answered_stays_with_its_owner_who_goes_home(team: Team) -> None:
    """Nobody waits, so nobody is called; the case still has to be closed."""
    team.work.claim(team.case, NORA)
    team.work.called(team.case, NORA, reached=True)
    assert team.work.lapse(set(), _words) == []
    assert team.line.standing.owner == NORA


def test_a_call_that_reached_nobody_leaves_the_patient_waiting(team: Team) -> None:
    """Only what reached the patient counts."""
    team.work.claim(team.case, NORA)
    team.work.called(team.case, NORA, reached=False)
    assert team.line.standing.waiting_since is not None


def test_a_patient_who_leaves_is_with_the_assistant_and_keeps_the_case(team: Team) -> None:
    """Leaving a person is no verdict."""
    team.work.claim(team.case, NORA)
    team.work.join(team.case, NORA, "c1", _words())
    assert team.work.leave("p1", _words("The assistant answers again."))
    assert not team.work.leave("p1", _words())
    assert (team.line.standing.live_in, team.line.standing.owner) == ("", NORA)


def test_a_closed_case_keeps_its_verdict_and_takes_no_further_step(team: Team) -> None:
    """A verdict is what evaluations learn from."""
    team.work.claim(team.case, NORA)
    team.work.close(team.case, NORA, Closing("false_alarm", "no_action_needed", "figurative", "Nothing to do."))
    with pytest.raises(NotAllowedError):
        team.work.claim(team.case, OMAR)
    with team.database.reading() as session:
        row = session.get_one(Case, team.case)
    assert (row.verdict, row.false_alarm, row.outcome, row.closed_by) == ("false_alarm", "figurative", "no_action_needed", NORA)
    assert (team.cases.open_findings("p1"), row.waiting_since) == ((), None)


def test_every_step_is_on_the_trail_in_verbs_alone(team: Team) -> None:
    """Who did what must be found out later, and no words may stand there."""
    team.work.claim(team.case, NORA)
    team.work.reply(team.case, NORA, "c1", _words("Secret words."))
    team.work.assign(team.case, NORA, OMAR)
    trail = [(entry.actor, entry.verb) for entry in AuditLog(team.database).of(team.case)]
    assert trail == [(NORA, "case.claimed"), (NORA, "case.replied"), (NORA, "case.assigned")]


def test_one_escalation_is_stored_once_also_after_its_case_was_closed(team: Team) -> None:
    """A spool that is replayed twice must not call the team to a patient who was helped."""
    case = team.cases.escalate("p3", "c3", [finding("sepsis")], key="one")
    team.work.claim(case, NORA)
    team.work.close(case, NORA, Closing("true_emergency", "reached"))
    assert team.cases.escalate("p3", "c3", [finding("sepsis")], key="one") == case
    with team.database.reading() as session:
        assert len(list(session.scalars(select(Case).where(Case.patient_id == "p3")))) == 1


def test_cases_that_wait_stand_before_those_that_were_answered(team: Team) -> None:
    """Which person to help first is the whole point of the queue."""
    mild = team.cases.escalate("p2", "c2", [finding("sprain", "urgent")])
    team.work.claim(team.case, NORA)
    team.work.reply(team.case, NORA, "c1", _words())
    assert [case.id for case in team.cases.queue()] == [mild, team.case]


def test_the_queue_says_whose_patient_is_still_there(team: Team) -> None:
    """Words in a chat reach nobody who closed it."""
    assert not team.line.connected
    team.outgoing.seen({"c1"})
    assert team.line.connected
