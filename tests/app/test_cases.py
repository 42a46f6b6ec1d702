"""No escalation is silent: database, else spool, else the card says so; and who is there is told as it is."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from app.errors import RecordsError
from app.escalation.cases import CaseDesk, staffing
from app.escalation.rota import Rota, rota
from app.journal import OpenTurn
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import StaffSession, now
from app.records.spool import Spool
from app.records.staff import StaffStore
from guardrails.care_cards import Staffing
from guardrails.level import Finding, Profile
from tests.fakes import finding, settle
from tests.keys import delete_chat


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """One spool, whatever database stands before it."""
    return Spool(tmp_path / "spool", Fernet.generate_key())


def _turn(patient: str = "p1", chat: str = "c1") -> OpenTurn:
    return OpenTurn(chat, patient, "t1", ("…",), Profile(), -1, {}, (), released=False)


def test_a_working_database_takes_the_case_and_the_spool_stays_empty(database: Database, spool: Spool, tmp_path: Path) -> None:
    """The spool is for when the database fails, not a second store."""
    assert CaseDesk(CaseStore(database), spool).escalate(_turn(), [finding()])
    assert len(CaseStore(database).queue()) == 1
    assert not (tmp_path / "spool").exists()


def test_a_failing_database_sends_the_case_to_the_spool(broken: Database, spool: Spool, tmp_path: Path) -> None:
    """Stored is stored: the card need not warn."""
    assert CaseDesk(CaseStore(broken), spool).escalate(_turn(), [finding()])
    assert (tmp_path / "spool").stat().st_size > 0


def test_where_both_fail_the_desk_says_so_and_does_not_raise(broken: Database, tmp_path: Path) -> None:
    """A patient's card must not wait for our troubles."""
    desk = CaseDesk(CaseStore(broken), Spool(tmp_path / "gone" / "spool", Fernet.generate_key()))
    assert not desk.escalate(_turn(), [finding()])


class _Slow(CaseStore):
    """A database that takes its time, and then stores."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.let, self.stored = threading.Event(), threading.Event()

    def escalate(
        self,
        patient_id: str,
        conversation_id: str,
        findings: Sequence[Finding],
        key: str | None = None,
        at: datetime | None = None,
        *,
        crowd: str = "",
    ) -> str:
        self.let.wait(20)
        case = super().escalate(patient_id, conversation_id, findings, key, at, crowd=crowd)
        self.stored.set()
        return case


def test_the_card_waits_for_the_database_300_ms_and_no_longer(database: Database, spool: Spool) -> None:
    """Then the spool has the case; a write that comes through later is the same case, not a second."""
    slow = _Slow(database)
    desk = CaseDesk(slow, spool)
    began = time.monotonic()
    assert desk.escalate(_turn(), [finding()])
    assert time.monotonic() - began < 1
    assert len(desk.spooled()) == 1
    slow.let.set()
    assert slow.stored.wait(20)
    settle(database, CaseStore(database).queue()[0].id)
    assert CaseDesk(CaseStore(database), spool).replay() == 1
    assert CaseStore(database).queue() == []
    desk.close()


def test_writes_that_hang_hold_up_nobody_elses_card(database: Database, spool: Spool) -> None:
    """Twenty patients in an outage: each case is on disk, and what never began is not stored twice later."""
    slow = _Slow(database)
    desk = CaseDesk(slow, spool, within_s=0.02)
    assert all(desk.escalate(_turn(f"p{number}", f"c{number}"), [finding()]) for number in range(20))
    assert len(desk.spooled()) == 20
    slow.let.set()
    desk.close()


def test_the_patient_waits_from_when_they_wrote(broken: Database, database: Database, spool: Spool) -> None:
    """Not from when the database worked again."""
    wrote = now() - timedelta(minutes=40)
    CaseDesk(CaseStore(broken), spool).escalate(replace(_turn(), written=wrote), [finding()])
    CaseDesk(CaseStore(database), spool).replay()
    (case,) = CaseStore(database).queue()
    assert (case.standing.waiting_since, case.opened) == (wrote, wrote)


def test_two_tabs_at_once_make_one_case_and_keep_both_findings(database: Database, spool: Spool) -> None:
    """Each escalation has a key of its own."""
    desk, together = CaseDesk(CaseStore(database), spool, within_s=20), threading.Barrier(2)

    def tab(name: str) -> bool:
        together.wait()
        return desk.escalate(_turn(chat=name), [finding(f"rule-{name}")])

    with ThreadPoolExecutor(2) as tabs:
        assert all(tabs.map(tab, ["c1", "c2"]))
    desk.replay()
    assert len(CaseStore(database).queue()) == 1
    assert len(CaseStore(database).open_findings("p1")) == 2


def test_whoever_calls_the_team_is_told_at_once(database: Database, broken: Database, spool: Spool) -> None:
    """Also of a case that went to the spool."""
    told: list[str] = []
    for store in (CaseStore(database), CaseStore(broken)):
        desk = CaseDesk(store, spool)
        desk.on_taken(lambda: told.append("taken"))
        desk.escalate(_turn(), [finding()])
    assert told == ["taken", "taken"]


def test_an_error_nobody_foresaw_sends_the_case_to_the_spool(database: Database, spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever broke, the case stands on disk, and the log holds no words."""

    class Breaks(CaseStore):
        def escalate(self, *_: object, **__: object) -> str:
            raise ValueError("the patient's words")

    desk = CaseDesk(Breaks(database), spool)
    assert desk.escalate(_turn(), [finding()])
    assert len(desk.spooled()) == 1
    assert "words" not in caplog.text


def test_a_replay_against_a_failing_database_keeps_the_case(broken: Database, database: Database, spool: Spool) -> None:
    """It is tried again until it works."""
    failing = CaseDesk(CaseStore(broken), spool)
    failing.escalate(_turn(), [finding()])
    with pytest.raises(RecordsError):
        failing.replay()
    assert CaseDesk(CaseStore(database), spool).replay() == 1
    assert len(CaseStore(database).queue()) == 1


def test_a_replay_joins_the_case_that_was_opened_meanwhile(broken: Database, database: Database, spool: Spool) -> None:
    """One open case per patient, whichever way the findings came."""
    CaseDesk(CaseStore(broken), spool).escalate(_turn(chat="c1"), [finding("stroke")])
    CaseStore(database).escalate("p1", "c2", [finding("sepsis", "urgent")])
    CaseDesk(CaseStore(database), spool).replay()
    assert [case.level for case in CaseStore(database).queue()] == ["emergency"]
    assert {f.rule for f in CaseStore(database).open_findings("p1")} == {"stroke", "sepsis"}


@pytest.mark.parametrize("owner", ["p1", "somebody else"])
def test_a_chat_that_is_gone_does_not_take_its_case_with_it(owner: str, broken: Database, database: Database, spool: Spool) -> None:
    """The patient may delete the chat before the replay; that must neither lose the case nor stop the server's start."""
    chats = ConversationStore(database)
    chats.receive(owner, "c1", "hello")
    delete_chat(database, "c1")
    CaseDesk(CaseStore(broken), spool).escalate(_turn(), [finding()])
    assert CaseDesk(CaseStore(database), spool).replay() == 1
    assert len(CaseStore(database).open_findings("p1")) == 1


def test_a_turn_in_a_chat_that_was_deleted_under_it_still_escalates(database: Database, spool: Spool) -> None:
    """Two tabs: one deletes, the other says 'he is not breathing'."""
    ConversationStore(database).receive("p1", "c1", "hello")
    delete_chat(database, "c1")
    assert CaseDesk(CaseStore(database), spool).escalate(_turn(), [finding()])
    assert len(CaseStore(database).queue()) == 1


# Who is there


@pytest.fixture
def staff(database: Database) -> StaffStore:
    """A care desk with one nurse who is signed in now."""
    store = StaffStore(database)
    store.add("nora", "Nora", "care", "correct horse battery")
    assert store.sign_in("nora", "correct horse battery")
    return store


def _always(state: Staffing) -> Rota:
    return rota("UTC", "", "", state)


def _idle(database: Database, minutes: int) -> None:
    with database.transaction() as session:
        session.execute(update(StaffSession).values(last_active=now() - timedelta(minutes=minutes)))


def test_a_nurse_at_the_desk_makes_it_staffed(staff: StaffStore) -> None:
    """The card may then say that someone is there."""
    assert staffing(staff, _always("unattended"), 10)() == "staffed"


@pytest.mark.parametrize(("minutes", "expected"), [(9, "staffed"), (11, "on_call")])
def test_a_nurse_who_left_the_screen_open_does_not(minutes: int, expected: str, staff: StaffStore, database: Database) -> None:
    """Signed in is not there: active within the last minutes is."""
    _idle(database, minutes)
    assert staffing(staff, _always("on_call"), 10)() == expected


def test_with_nobody_there_the_clinics_own_word_counts(database: Database) -> None:
    """Default unattended; on call only where the clinic declares it."""
    assert staffing(StaffStore(database), _always("unattended"), 10)() == "unattended"


def test_a_crowd_goes_with_its_case_through_database_and_spool(database: Database, broken: Database, spool: Spool) -> None:
    """Grouped on the desk, never dropped."""

    def crowd(patient: str, source: str) -> str:
        return f"of {source}" if patient != "p0" else ""

    for number, store in enumerate((CaseStore(database), CaseStore(database), CaseStore(broken))):
        turn = replace(_turn(chat=f"c{number}"), patient_id=f"p{number}")
        assert CaseDesk(store, spool, crowd).escalate(turn, [finding()], "here")
    assert CaseDesk(CaseStore(database), spool).replay() == 1
    assert sorted(case.crowd for case in CaseStore(database).queue()) == ["", "of here", "of here"]
