"""One open case a patient: findings join it, only a rise raises it, a tap lowers nothing, and only a person settles it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.journal import Tap
from app.records.case_work import CaseWork
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import Case, CaseEvent, FindingRow
from guardrails.level import SEVERITY, Evidence, Level, Profile, worst
from tests.fakes import finding, settle
from tests.keys import records


@pytest.fixture
def cases(database: Database) -> CaseStore:
    """Cases in a fresh database."""
    return CaseStore(database)


@pytest.fixture
def patient_database(tmp_path: Path) -> Iterator[Database]:
    """A database whose writers wait for each other as long as a slow disk needs."""
    made = records(tmp_path / "busy.db", lock_wait_s=20)
    made.migrate()
    yield made
    made.close()


def _events(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return [(event.kind, event.detail) for event in session.scalars(select(CaseEvent).order_by(CaseEvent.id))]


def _states(database: Database) -> dict[str, str]:
    with database.transaction() as session:
        return {row.rule: row.state for row in session.scalars(select(FindingRow))}


def test_tabs_that_escalate_at_once_open_one_case(patient_database: Database) -> None:
    """Two nurses must not work the same patient in two cases, and no finding may be lost between the tabs."""
    cases, together = CaseStore(patient_database), threading.Barrier(6)

    def tab(number: int) -> str:
        together.wait()
        return cases.escalate("p1", f"chat-{number}", [finding(f"rule-{number}")])

    with ThreadPoolExecutor(6) as tabs:
        opened = set(tabs.map(tab, range(6)))
    assert len(opened) == 1
    assert len(cases.open_findings("p1")) == 6


def test_two_patients_have_two_cases(cases: CaseStore) -> None:
    """One open case *per patient*."""
    assert cases.escalate("p1", "c1", [finding()]) != cases.escalate("p2", "c2", [finding()])
    assert len(cases.queue()) == 2


def test_the_same_finding_twice_adds_nothing(cases: CaseStore, database: Database) -> None:
    """The spool may be replayed twice, and every later turn finds the same words again."""
    first = cases.escalate("p1", "c1", [finding()])
    before = _events(database)
    assert cases.escalate("p1", "c1", [finding()]) == first
    assert (len(cases.open_findings("p1")), _events(database)) == (1, before)


def test_a_further_finding_joins_and_a_worse_one_raises(cases: CaseStore, database: Database) -> None:
    """A rise is notified again, so it must be told from a joining (rule of care 4)."""
    cases.escalate("p1", "c1", [finding("sprain", "urgent")])
    cases.escalate("p1", "c1", [finding("cough", "urgent")])
    cases.escalate("p1", "c2", [finding("stroke", "emergency")])
    assert _events(database)[-2:] == [("joined", "urgent"), ("raised", "emergency")]
    assert cases.queue()[0].level == "emergency"


def test_a_milder_finding_lowers_nothing(cases: CaseStore) -> None:
    """An emergency with a sprain is still an emergency."""
    cases.escalate("p1", "c1", [finding("stroke", "emergency")])
    cases.escalate("p1", "c1", [finding("sprain", "urgent")])
    assert cases.queue()[0].level == "emergency"


@given(st.lists(st.sampled_from(["emergency", "crisis", "urgent", "routine"]), min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_case_stands_at_its_worst_finding_whatever_the_order(cases: CaseStore, database: Database, levels: list[Level]) -> None:
    """`worst` ignores order, and so must the case."""
    for number, level in enumerate(levels):
        case = cases.escalate("p1", "c1", [finding(f"rule-{number}", level)])
    assert cases.queue()[0].level == worst(levels)
    settle(database, case)


@pytest.mark.parametrize("tap", ["help_coming", "with_clinician", "someone_else", "not_right"])
def test_a_tap_is_recorded_and_lowers_nothing(tap: Tap, cases: CaseStore, database: Database) -> None:
    """Each tap is recorded, none lowers the level or closes the case (rule of care 2)."""
    cases.escalate("p1", "c1", [finding()])
    assert cases.tap("p1", "c1", tap)
    assert _events(database)[-1] == ("tap", tap)
    assert [(case.level, len(cases.open_findings("p1"))) for case in cases.queue()] == [("emergency", 1)]


def test_not_right_marks_only_the_findings_of_its_own_chat(cases: CaseStore, database: Database) -> None:
    """The patient disputes what they see; the care team decides."""
    cases.escalate("p1", "c1", [finding("stroke")])
    cases.escalate("p1", "c2", [finding("sepsis")])
    cases.tap("p1", "c1", "not_right")
    assert _states(database) == {"stroke": "disputed", "sepsis": "open"}


def test_a_disputed_finding_is_not_found_anew(cases: CaseStore) -> None:
    """Otherwise the card that the patient called wrong would come back with every message."""
    cases.escalate("p1", "c1", [finding()])
    cases.tap("p1", "c1", "not_right")
    cases.escalate("p1", "c1", [finding()])
    assert len(cases.open_findings("p1")) == 1


def test_a_tap_without_a_case_records_nothing(cases: CaseStore, database: Database) -> None:
    """An old card may still be on the screen after the case was closed."""
    assert not cases.tap("p1", "c1", "help_coming")
    assert _events(database) == []


def test_closing_settles_the_findings_and_keeps_who_did_it(cases: CaseStore, database: Database) -> None:
    """Only a person settles, and the record says which person and how."""
    case = cases.escalate("p1", "c1", [finding()])
    settle(database, case)
    assert (cases.queue(), cases.open_findings("p1"), _states(database)) == ([], (), {"heart-attack": "settled"})
    with database.transaction() as session:
        closed = session.scalars(select(CaseEvent).order_by(CaseEvent.id.desc())).first()
    assert closed is not None
    assert (closed.kind, closed.detail, closed.actor) == ("closed", "true_emergency", "nora")


def test_closing_settles_every_chat_of_the_patient_and_nobody_elses(cases: CaseStore, database: Database) -> None:
    """Findings are settled up to the newest turn of each chat; another patient's chat is another matter."""
    chats = ConversationStore(database)
    for patient, chat, turns in (("p1", "c1", 3), ("p1", "c2", 1), ("p2", "c9", 2)):
        for number in range(turns):
            chats.receive(patient, chat, f"message {number}")
    settle(database, cases.escalate("p1", "c1", [finding()]))
    settled = [chats.receive(patient, chat, "next").settled_through for patient, chat in (("p1", "c1"), ("p1", "c2"), ("p2", "c9"))]
    assert settled == [2, 0, -1]


@pytest.mark.parametrize("rule", ["asked-for-a-person", "screening-incomplete", "heart-attack"])
def test_what_was_settled_can_come_back(rule: str, cases: CaseStore, database: Database) -> None:
    """Findings without words all rest on turn 0; the second must not be refused as the first one's double."""
    for _ in range(3):
        ConversationStore(database).receive("p1", "c1", "hello")
        settle(database, cases.escalate("p1", "c1", [finding(rule)]))
    cases.escalate("p1", "c1", [finding(rule)])
    assert [f.rule for f in cases.open_findings("p1")] == [rule]


def test_a_stored_finding_comes_back_as_it_was(cases: CaseStore) -> None:
    """Rule, words and reason are what the care team reads first."""
    kept = replace(finding("sepsis", "urgent"), by="classifier", evidence=(Evidence(2, 4, 9, "shiver"), Evidence(0, 0, 5, "fever")))
    cases.escalate("p1", "c1", [kept])
    assert cases.open_findings("p1") == (kept,)


def test_the_queue_shows_the_worst_first_then_who_waits_longest(cases: CaseStore) -> None:
    """Nobody with an emergency may wait behind a sprain."""
    for patient, level in (("p1", "urgent"), ("p2", "emergency"), ("p3", "crisis"), ("p4", "emergency")):
        cases.escalate(patient, f"chat of {patient}", [finding(patient, level)])
    queue = cases.queue()
    assert [case.conversation_id for case in queue] == [f"chat of {p}" for p in ("p2", "p4", "p3", "p1")]
    assert [SEVERITY[case.level] for case in queue] == [3, 3, 2, 1]


def test_the_queue_tells_age_and_sex_and_no_words(cases: CaseStore, database: Database) -> None:
    """The queue stands open on a screen in a busy room."""
    ConversationStore(database).set_profile("p1", Profile(age_months=35, sex="female"))
    cases.escalate("p1", "c1", [replace(finding(), evidence=(Evidence(0, 0, 6, "secret words"),))])
    line = cases.queue()[0]
    assert (line.age_years, line.sex, line.reasons) == (2, "female", ("heart-attack may need help.",))
    assert "secret" not in repr(line)


def test_the_database_itself_refuses_a_second_open_case(cases: CaseStore, database: Database) -> None:
    """On PostgreSQL two replicas are not kept apart by one lock; the index is."""
    cases.escalate("p1", "c1", [finding()])
    with pytest.raises(Exception, match="did not complete"), database.transaction() as session:
        session.add(Case(patient_id="p1", conversation_id="c1", level="urgent"))
    with database.transaction() as session:
        assert session.scalar(select(func.count(Case.id))) == 1


def test_a_finding_told_again_after_someone_answered_makes_the_patient_wait_again(cases: CaseStore, database: Database) -> None:
    """ "The pain is back" after a nurse replied is no new rule, and must not be read by nobody."""
    first, second = Evidence(0, 0, 4, "pain"), Evidence(2, 0, 4, "pain")
    case = cases.escalate("p1", "c1", [replace(finding(), evidence=(first,))])
    work = CaseWork(database)
    work.claim(case, "nora")
    work.called(case, "nora", reached=True)
    cases.escalate("p1", "c1", [replace(finding(), evidence=(first,))])
    assert cases.queue()[0].standing.waiting_since is None
    cases.escalate("p1", "c1", [replace(finding(), evidence=(first, second))])
    assert cases.queue()[0].standing.waiting_since is not None
    assert [item.turn for item in cases.why(case)[0].finding.evidence] == [0, 2]
