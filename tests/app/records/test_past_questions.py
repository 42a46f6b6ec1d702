"""What patients have asked: by the article that answered it, never of made-up patients or deleted chats."""

import pytest
from sqlalchemy import update

from app.journal import Reply
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import Patient
from app.records.past_questions import PastQuestions
from knowledge.citation import Citation, Statement
from tests.keys import delete_chat


@pytest.fixture
def past(database: Database) -> PastQuestions:
    return PastQuestions(database)


def wrote(database: Database, text: str, *, cites: str = "", kind: str = "answer", patient: str = "p1", chat: str = "c1") -> None:
    """A message with its reply."""
    store = ConversationStore(database)
    turn = store.receive(patient, chat, text)
    cited = (Citation(cites, "Gout", "overview", "Overview", 1, 0, 4, "Gout"),) * 2
    said = (Statement("Gout", cited),) if cites else ()
    store.record(turn, Reply(f"r-{chat}-{text}"[:36], kind, "words", {}, said))  # type: ignore[arg-type]


def test_messages_are_found_by_the_article_that_answered_them(past: PastQuestions, database: Database) -> None:
    """Newest first, each once, with the messages before it."""
    wrote(database, "What is gout?", cites="gout")
    wrote(database, "And croup?", cites="croup")
    wrote(database, "And my toe?", cites="gout")
    assert past.citing(["gout", "flu"], 9) == [("What is gout?", "And croup?", "And my toe?"), ("What is gout?",)]
    assert past.citing(["gout"], 1) == [("What is gout?", "And croup?", "And my toe?")]
    assert past.citing(["flu"], 9) == []


def test_messages_that_were_not_covered_are_found(past: PastQuestions, database: Database) -> None:
    """A new article may be what they lacked."""
    wrote(database, "What is flu?", kind="not_covered")
    wrote(database, "Tell me a joke", kind="refused", chat="c2")
    assert past.not_covered(9) == [("What is flu?",)]


def test_what_came_long_before_is_not_read_with_a_message(past: PastQuestions, database: Database) -> None:
    """No more of a chat is read than understanding the message needs."""
    for number in range(7):
        wrote(database, f"Question {number}", kind="not_covered")
    assert past.not_covered(1) == [tuple(f"Question {number}" for number in range(2, 7))]


def test_made_up_patients_and_deleted_chats_are_left_out(past: PastQuestions, database: Database) -> None:
    """What a patient deleted is not read again."""
    wrote(database, "made up", cites="gout", patient="demo", chat="c1")
    wrote(database, "deleted", kind="not_covered", patient="p2", chat="c2")
    with database.transaction() as session:
        session.execute(update(Patient).where(Patient.id == "demo").values(kind="demo"))
    delete_chat(database, "c2")
    assert (past.citing(["gout"], 9), past.not_covered(9)) == ([], [])
