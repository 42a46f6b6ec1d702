"""The review list: a reproducible sample of consenting patients' quiet chats, each reading on the trail first."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from app.errors import NotAllowedError
from app.records.audit import AuditLog
from app.records.care_tables import ReviewRow
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.demo import COLLEAGUES, DemoReview, DemoRows
from app.records.models import Patient, Turn
from app.records.review_list import ReviewList
from tests.fakes import finding
from tests.keys import delete_chat

MONDAY = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
LAST_WEEK = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def reviews(database: Database) -> ReviewList:
    """An empty list."""
    return ReviewList(database)


def chat(database: Database, number: int, *, agreed: bool = True, at: datetime = LAST_WEEK) -> str:
    """A chat of one patient's, written in at that time."""
    name = f"c{number}"
    ConversationStore(database).receive(f"p{number}", name, f"message {number}")
    with database.transaction() as session:
        session.execute(update(Patient).where(Patient.id == f"p{number}").values(may_review=agreed))
        session.execute(update(Turn).where(Turn.conversation_id == name).values(created=at))
    return name


def drawn(database: Database) -> set[str]:
    """The chats on the list."""
    with database.reading() as session:
        return set(session.scalars(select(ReviewRow.conversation_id)))


def test_the_sample_is_drawn_once_and_is_the_same_everywhere(database: Database, reviews: ReviewList) -> None:
    """Whoever draws, and how often: a sample that can be drawn again until it pleases is none."""
    for number in range(30):
        chat(database, number)
    assert reviews.sample(5, MONDAY) == 5
    first = drawn(database)
    assert ReviewList(database).sample(5, MONDAY) == 0
    with database.transaction() as session:
        session.execute(ReviewRow.__table__.delete())  # type: ignore[attr-defined]
    ReviewList(database).sample(5, MONDAY)
    assert drawn(database) == first


def test_only_quiet_chats_of_last_week_of_patients_who_agreed(database: Database, reviews: ReviewList) -> None:
    """Consent, and what the sample is of."""
    chosen = chat(database, 1)
    chat(database, 2, agreed=False)
    chat(database, 3, at=datetime(2026, 11, 10, tzinfo=UTC))
    chat(database, 4, at=MONDAY)
    escalated = chat(database, 5)
    CaseStore(database).escalate("p5", escalated, [finding()])
    delete_chat(database, chat(database, 6))
    chat(database, 7)
    with database.transaction() as session:
        session.execute(update(Patient).where(Patient.id == "p7").values(kind="demo"))
    reviews.sample(10, MONDAY)
    assert drawn(database) == {chosen}
    assert reviews.all()[0].week == "2026-W47"


def test_two_servers_at_the_same_moment_draw_one_sample(database: Database, reviews: ReviewList) -> None:
    """The database refuses the second row, not a clock."""
    name = chat(database, 1)
    reviews.sample(1, MONDAY)
    with pytest.raises(Exception, match="IntegrityError"), database.transaction() as session:
        session.add(ReviewRow(conversation_id=name, why="sample", week="2026-W47"))


def test_a_reading_stands_on_the_trail(database: Database, reviews: ReviewList) -> None:
    """Who read what; and the verdict after it."""
    DemoRows(database).colleagues()
    who, name = COLLEAGUES[0].id, chat(database, 1)
    reviews.sample(1, MONDAY)
    review = reviews.all()[0]
    assert [line.text for line in reviews.open(review.id, who)] == ["message 1"]
    reviews.settle(review.id, who, "missed_urgent")
    assert [(entry.actor, entry.verb) for entry in AuditLog(database).of(name)] == [
        (who, "review.read"),
        (who, "review.missed_urgent"),
    ]
    assert reviews.all()[0].verdict == "missed_urgent"


def test_a_reading_that_cannot_be_recorded_does_not_happen(database: Database, reviews: ReviewList) -> None:
    """Nothing comes back where the trail is not written."""
    chat(database, 1)
    reviews.sample(1, MONDAY)
    with database.transaction() as session:
        session.execute(select(1))
        session.connection().exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(Exception, match="IntegrityError"):
        reviews.open(reviews.all()[0].id, "nora")


def test_consent_taken_back_closes_a_sampled_chat(database: Database, reviews: ReviewList) -> None:
    """Between the drawing and the reading."""
    chat(database, 1)
    reviews.sample(1, MONDAY)
    chat(database, 1, agreed=False)
    with pytest.raises(NotAllowedError, match="consent"):
        reviews.open(reviews.all()[0].id, "nora")


def test_a_deleted_chat_leaves_the_list(database: Database, reviews: ReviewList) -> None:
    """The patient wanted it gone."""
    name = chat(database, 1)
    reviews.sample(1, MONDAY)
    review = reviews.all()[0].id
    delete_chat(database, name)
    assert list(reviews.all()) == []
    with pytest.raises(NotAllowedError):
        reviews.settle(review, "nora", "fine")


def test_made_up_chats_are_listed_apart(database: Database, reviews: ReviewList) -> None:
    """And the message that a patient called urgent is marked."""
    demo = DemoRows(database)
    demo.colleagues()
    ConversationStore(database).receive(demo.patient({}), "c1", "dizzy")
    demo.review("c1", DemoReview("said_urgent", None), MONDAY)
    assert (len(reviews.all()), len(reviews.all(demo=True)), reviews.only_demo()) == (0, 1, True)
    assert [line.marked for line in reviews.open(reviews.all(demo=True)[0].id, "nora")] == [True]
