"""What patients said was urgent, and whether they let their chats be read."""

import pytest
from sqlalchemy import select

from app.journal import Reply
from app.records.care_tables import ReviewRow
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import now
from app.records.reviews import ReviewStore


@pytest.fixture
def answered(database: Database) -> Database:
    """A patient's question with its answer, r1."""
    chats = ConversationStore(database)
    chats.record(chats.receive("p1", "c1", "what is gout?"), Reply("r1", "answer", "…"))
    return database


def _listed(database: Database) -> list[ReviewRow]:
    with database.reading() as session:
        return list(session.scalars(select(ReviewRow)))


def test_what_was_urgent_is_listed_once_with_its_week(answered: Database) -> None:
    """A second tap is no second miss."""
    reviews = ReviewStore(answered)
    assert [reviews.said_urgent("p1", "c1", "r1"), reviews.said_urgent("p1", "c1", "r1")] == [True, True]
    [row] = _listed(answered)
    assert (row.week, row.verdict) == (f"{now().isocalendar().year}-W{now().isocalendar().week:02}", None)


@pytest.mark.parametrize(("patient", "chat", "reply"), [("p2", "c1", "r1"), ("p1", "c2", "r1"), ("p1", "c1", "r9")])
def test_only_the_patients_own_answer_in_that_chat_is_listed(patient: str, chat: str, reply: str, answered: Database) -> None:
    """The ids come from a browser."""
    assert not ReviewStore(answered).said_urgent(patient, chat, reply)
    assert _listed(answered) == []


def test_nobodys_chats_are_read_unless_they_agree_and_they_can_take_it_back(database: Database) -> None:
    """Off by default, per patient."""
    reviews = ReviewStore(database)
    before = reviews.agreed("p1")
    reviews.agree("p1", agrees=True)
    agreed = (reviews.agreed("p1"), reviews.agreed("p2"))
    reviews.agree("p1", agrees=False)
    assert (before, agreed, reviews.agreed("p1")) == (False, (True, False), False)
