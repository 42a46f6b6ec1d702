"""What is on its way to a patient's pages, who speaks there, and which chats are open."""

import pytest
from sqlalchemy import select

from app.journal import Reply
from app.records.care_tables import PresenceRow
from app.records.case_work import CaseWork
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import new_id
from app.records.outgoing import OutgoingStore, Speaker
from app.records.staff import StaffStore
from tests.fakes import finding
from tests.keys import delete_chat


@pytest.fixture
def joined(database: Database) -> str:
    """Id of a case whose owner, Nora, speaks in the chat c1."""
    staff = StaffStore(database)
    staff.add("nora", "Nora", "care", "correct horse battery", title="nurse")
    nora = staff.team("care")[0].id
    case, work = CaseStore(database).escalate("p1", "c1", [finding()]), CaseWork(database)
    work.claim(case, nora)
    work.join(case, nora, "c1", Reply(new_id(), "notice", "Nora is here."))
    return case


def test_who_speaks_in_a_chat_is_named_as_the_clinic_set_it(joined: str, database: Database) -> None:
    """A person is never taken for the assistant."""
    assert OutgoingStore(database).speaking({"c1", "c2"}) == {"c1": Speaker("p1", "Nora", "nurse")}


def test_nobody_speaks_once_the_patient_has_left(joined: str, database: Database) -> None:
    """The bar must not name someone who does not answer."""
    CaseWork(database).leave("p1", Reply(new_id(), "notice", "The assistant answers again."))
    assert OutgoingStore(database).speaking({"c1"}) == {}


def test_what_waits_names_its_patient_and_is_still_to_be_acknowledged_after_a_reload(joined: str, database: Database) -> None:
    """A page is only given what belongs to who is signed in there."""
    [sent] = OutgoingStore(database).waiting({"c1"})
    chat = ConversationStore(database).chat("c1")
    assert chat is not None
    assert (sent.patient_id, [entry.on_its_way for entry in chat.entries]) == ("p1", [True])
    OutgoingStore(database).delivered("p1", sent.reply.id)
    again = ConversationStore(database).chat("c1")
    assert again is not None
    assert [entry.on_its_way for entry in again.entries] == [False]


def test_a_deleted_chat_gets_nothing_more(joined: str, database: Database) -> None:
    """The patient took it away."""
    delete_chat(database, "c1")
    assert OutgoingStore(database).waiting({"c1"}) == []


def test_a_chat_is_seen_however_often_it_is_told(database: Database) -> None:
    """One line a chat, whose time moves on."""
    store = OutgoingStore(database)
    store.seen({"c1"})
    store.seen({"c1", "c2"})
    store.seen(set())
    with database.reading() as session:
        seen = {row.conversation_id: row.seen for row in session.scalars(select(PresenceRow))}
    assert set(seen) == {"c1", "c2"}
    assert seen["c1"] == seen["c2"]
