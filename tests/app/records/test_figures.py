"""Cases as facts: patients' and made-up ones apart, with every rule that fired."""

from datetime import timedelta

from app.records.cases import CaseStore
from app.records.database import Database
from app.records.demo import DemoRows
from app.records.figures import FigureStore
from app.records.models import now
from tests.fakes import finding, settle


def test_a_case_is_told_by_its_rules_times_and_verdict(database: Database) -> None:
    """Claimed and closed by a nurse."""
    cases = CaseStore(database)
    cases.escalate("p1", "c1", [finding("stroke"), finding("sprain", "urgent")])
    settle(database, cases.queue()[0].id, "false_alarm")
    (facts,) = FigureStore(database).cases()
    assert (facts.level, facts.rules, facts.verdict, facts.false_alarm) == ("emergency", ("stroke", "sprain"), "false_alarm", "other")
    assert facts.claimed is not None
    assert facts.closed is not None
    assert facts.answered is None


def test_made_up_cases_never_count_among_patients(database: Database) -> None:
    """A demo on a clinic's own server must not improve its figures."""
    figures, cases = FigureStore(database), CaseStore(database)
    cases.escalate(DemoRows(database).patient({}), "c1", [finding()])
    assert (len(figures.cases()), len(figures.cases(demo=True)), figures.only_demo()) == (0, 1, True)
    cases.escalate("p1", "c2", [finding()])
    assert (len(figures.cases()), len(figures.cases(demo=True)), figures.only_demo()) == (1, 1, False)


def test_only_cases_opened_since_are_read(database: Database) -> None:
    """A range of weeks."""
    CaseStore(database).escalate("p1", "c1", [finding()], at=now() - timedelta(weeks=5))
    assert len(FigureStore(database).cases(now() - timedelta(weeks=4))) == 0
    assert len(FigureStore(database).cases(now() - timedelta(weeks=6))) == 1


def test_no_case_is_not_only_demo(database: Database) -> None:
    """An empty desk is a clinic's own."""
    assert FigureStore(database).only_demo() is False
