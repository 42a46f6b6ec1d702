"""How a patient can be reached: sealed, on their open case alone, replaced when they change it, and forgotten in time."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from app.errors import RecordsError
from app.records.care_tables import ReachRow
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.reach import Reach, ReachStore
from tests.fakes import finding, settle

LEFT = Reach("+1 555 0100", "5th and Main", message_safe=True)


@pytest.fixture
def key() -> bytes:
    """A fresh key."""
    return Fernet.generate_key()


def test_it_is_kept_on_the_patients_own_open_case(database: Database, key: bytes) -> None:
    """And on no one else's."""
    cases, reach = CaseStore(database), ReachStore(database, key)
    mine, theirs = cases.escalate("p1", "c1", [finding()]), cases.escalate("p2", "c2", [finding()])
    assert reach.leave("p1", LEFT)
    assert (reach.of(mine), reach.of(theirs)) == (LEFT, None)


def test_without_an_open_case_it_is_kept_nowhere(database: Database, key: bytes) -> None:
    """After the card, never before it (rule of care 12); a closed case asks for nothing any more."""
    reach = ReachStore(database, key)
    assert not reach.leave("p1", LEFT)
    case = CaseStore(database).escalate("p1", "c1", [finding()])
    settle(database, case)
    assert not reach.leave("p1", LEFT)


def test_the_newest_takes_the_place_of_what_was_left_before(database: Database, key: bytes) -> None:
    """An old number may be answered by someone who must not know."""
    case, reach = CaseStore(database).escalate("p1", "c1", [finding()]), ReachStore(database, key)
    reach.leave("p1", LEFT)
    reach.leave("p1", Reach("", "home", message_safe=None))
    assert reach.of(case) == Reach("", "home", message_safe=None)


def test_the_database_holds_no_word_of_it(database: Database, key: bytes) -> None:
    """A copy of the database alone tells nobody where someone hides; nor does a log line."""
    CaseStore(database).escalate("p1", "c1", [finding()])
    ReachStore(database, key).leave("p1", LEFT)
    with database.reading() as session:
        [row] = session.scalars(select(ReachRow))
    assert "555" not in row.sealed + repr(LEFT)
    assert "Main" not in row.sealed + repr(LEFT)


def test_sealed_with_another_key_it_is_an_error_and_not_nothing(database: Database, key: bytes) -> None:
    """ "Left no number" would be a wrong thing to tell a nurse."""
    case = CaseStore(database).escalate("p1", "c1", [finding()])
    ReachStore(database, key).leave("p1", LEFT)
    with pytest.raises(RecordsError, match="secrets/records"):
        ReachStore(database, Fernet.generate_key()).of(case)
