"""Signatures under a rule set: two people, each once, and none that survives a change."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.records.cases import CaseStore
from app.records.database import Database
from app.records.models import Case, Staff
from app.records.sign_offs import SignOffStore
from app.records.staff import StaffStore
from guardrails import rules
from tests.fakes import finding


@pytest.fixture
def people(database: Database) -> dict[str, str]:
    """Two reviewers: login → id."""
    staff = StaffStore(database)
    for login in ("ada", "ben"):
        staff.add(login, login.capitalize(), "reviewer", "a long enough password")
    with database.reading() as session:
        return {row.login: row.id for row in session.scalars(select(Staff))}


def test_two_people_sign_in_their_order(database: Database, people: dict[str, str]) -> None:
    """Both names are read beside the rule set."""
    signatures = SignOffStore(database)
    signatures.sign("set-1", people["ben"])
    signatures.sign("set-1", people["ada"])
    assert signatures.names("set-1") == ["Ben", "Ada"]


def test_one_person_signs_once(database: Database, people: dict[str, str]) -> None:
    """A second click is not a second person (promise 4)."""
    signatures = SignOffStore(database)
    signatures.sign("set-1", people["ada"])
    signatures.sign("set-1", people["ada"])
    assert signatures.names("set-1") == ["Ada"]


def test_another_rule_set_is_signed_by_nobody(database: Database, people: dict[str, str]) -> None:
    """A changed word is a changed rule set."""
    SignOffStore(database).sign("set-1", people["ada"])
    assert SignOffStore(database).names("set-2") == []


def test_a_case_keeps_the_rule_set_and_who_had_signed_it(database: Database, people: dict[str, str]) -> None:
    """Years later anyone can find out by whose rules a person was told what they were told (promise 5)."""
    SignOffStore(database).sign("set-1", people["ada"])
    cases = CaseStore(database, rules="set-1")
    case_id = cases.escalate("p1", "c1", [finding()])
    SignOffStore(database).sign("set-1", people["ben"])
    with database.reading() as session:
        case = session.get_one(Case, case_id)
        assert (case.rules, case.rules_signed_by) == ("set-1", ["Ada"])


def test_the_fingerprint_changes_with_every_file_that_decides(tmp_path: Path) -> None:
    """Rules, wordings, cues and the classifier's card alike."""
    folder = tmp_path
    (folder / "concepts").mkdir()
    card = folder / "card.json"
    seen = set()
    for path, text in (
        (folder / "a.yaml", "1"),
        (folder / "concepts" / "en.yaml", "2"),
        (folder / "a.yaml", "3"),
        (card, "4"),
        (card, "5"),
    ):
        path.write_text(text, encoding="utf-8")
        seen.add(rules.fingerprint(folder, beside=[card]))
    assert len(seen) == 5
