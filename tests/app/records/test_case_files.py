"""A case as its page reads it: words, what fired in them, who did what; and the board that the queue reads."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.escalation import care_team
from app.journal import Reply
from app.records.case_board import CaseBoard
from app.records.case_files import CaseFile, CaseFiles
from app.records.case_work import CaseWork
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import Case, new_id, now
from app.records.outgoing import OutgoingStore
from app.records.staff import StaffMember, StaffStore
from guardrails.level import Evidence, Finding, Profile
from tests.fakes import finding, settle
from tests.keys import delete_chat

TEXT = "no fever but chest pain"
SEEN = Finding("heart-attack", 1, "emergency", "medical", "It may be the heart.", "rule", (Evidence(0, 13, 23, "chest pain"),))
FELT = Finding("learned-emergency", 1, "emergency", "medical", "Like others.", "classifier", (Evidence(0, 0, 23, TEXT),))


@pytest.fixture
def nora(database: Database) -> StaffMember:
    """A nurse."""
    staff = StaffStore(database)
    staff.add("nora", "Nora", "care", "correct horse battery", "nurse")
    return staff.team("care")[0]


@pytest.fixture
def case(database: Database) -> str:
    """A patient who wrote of chest pain in chat c1."""
    ConversationStore(database).receive("p1", "c1", TEXT)
    return CaseStore(database).escalate("p1", "c1", [FELT, SEEN])


def _file(database: Database, case: str, chat: str = "") -> CaseFile:
    file = CaseFiles(database).read(case, chat)
    assert file is not None
    return file


def test_a_message_carries_the_words_that_a_rule_found(database: Database, case: str) -> None:
    """The learned layer points at the whole message, and would drown them."""
    (message,) = _file(database, case).lines
    assert message.evidence == SEEN.evidence


def test_where_only_the_learned_layer_found_something_its_words_are_marked(database: Database) -> None:
    """Nothing marked would read as nothing found."""
    ConversationStore(database).receive("p2", "c2", TEXT)
    case = CaseStore(database).escalate("p2", "c2", [FELT])
    assert _file(database, case).lines[0].evidence == FELT.evidence


def test_a_reply_of_a_person_says_whether_the_patients_page_has_shown_it(database: Database, case: str, nora: StaffMember) -> None:
    """Sent is not read."""
    work, reply = CaseWork(database), care_team.said(nora, "I am here.")
    work.claim(case, nora.id)
    work.reply(case, nora.id, "c1", reply)
    line = _file(database, case).lines[-1]
    assert (line.kind, line.sent, line.delivered) == ("staff", True, None)
    OutgoingStore(database).delivered("p1", reply.id)
    assert _file(database, case).lines[-1].delivered is not None


def test_what_the_assistant_said_is_not_marked_as_sent_by_a_person(database: Database, case: str) -> None:
    """A delivery mark on it would mean nothing."""
    ConversationStore(database).say("c1", Reply(new_id(), "notice", "Thank you."))
    assert not _file(database, case).lines[-1].sent


def test_history_names_people_and_not_their_ids(database: Database, case: str, nora: StaffMember) -> None:
    """An id says nothing at the desk."""
    CaseStore(database).tap("p1", "c1", "help_coming")
    CaseWork(database).claim(case, nora.id)
    assert [(e.kind, e.by) for e in _file(database, case).history] == [("opened", ""), ("tap", "the patient"), ("claimed", "Nora")]


def test_the_chat_in_which_a_person_speaks_is_shown_first(database: Database, case: str, nora: StaffMember) -> None:
    """Even where another chat of the patient fired, or is newer."""
    chats, work = ConversationStore(database), CaseWork(database)
    chats.receive("p1", "c2", "it is worse now")
    CaseStore(database).escalate("p1", "c2", [finding("stroke")])
    work.claim(case, nora.id)
    work.join(case, nora.id, "c1", Reply(new_id(), "notice", "Nora is here."))
    assert _file(database, case).chat == "c1"
    assert {chat.id for chat in _file(database, case).chats} == {"c1", "c2"}


def test_a_connected_chat_that_fired_comes_before_one_that_is_not(database: Database, case: str) -> None:
    """A reply should reach the person now."""
    ConversationStore(database).receive("p1", "c2", "it is worse now")
    CaseStore(database).escalate("p1", "c2", [finding("stroke")])
    OutgoingStore(database).seen(["c2"])
    assert _file(database, case).chat == "c2"


def test_another_patients_chat_is_never_shown(database: Database, case: str) -> None:
    """Whatever id the page asks for."""
    ConversationStore(database).receive("p9", "theirs", "my secret")
    assert "my secret" not in [line.text for line in _file(database, case, chat="theirs").lines]


def test_a_chat_that_the_patient_removed_stays_with_its_case_and_no_other_does(database: Database, case: str) -> None:
    """An emergency must not vanish from the desk; the rest is theirs to remove."""
    chats = ConversationStore(database)
    chats.receive("p1", "private", "what is gout")
    for chat in ("c1", "private"):
        delete_chat(database, chat)
    assert [(chat.id, chat.deleted) for chat in _file(database, case).chats] == [("c1", True)]


def test_an_earlier_case_is_listed_with_its_verdict(database: Database, case: str) -> None:
    """The second time in a week reads differently."""
    settle(database, case, "less_urgent")
    again = CaseStore(database).escalate("p1", "c1", [SEEN])
    assert [(earlier.id, earlier.verdict) for earlier in _file(database, again).earlier] == [(case, "less_urgent")]


def test_profile_and_findings_come_with_the_case(database: Database, case: str) -> None:
    """What the nurse reads beside the chat."""
    ConversationStore(database).set_profile("p1", Profile(age_months=804, sex="male", about="me"))
    file = _file(database, case)
    assert file.profile.age_months == 804
    assert {why.finding.rule for why in file.findings} == {"heart-attack", "learned-emergency"}


def test_an_unknown_case_is_none(database: Database) -> None:
    """A wrong address is not an error."""
    assert CaseFiles(database).read("no-such") is None


# The board


def test_new_messages_are_counted_since_a_person_last_acted(database: Database, case: str, nora: StaffMember) -> None:
    """The message that opened the case is not new; what came after the nurse's reply is."""
    board, chats, work = CaseBoard(database), ConversationStore(database), CaseWork(database)
    assert board.read().new.get(case, 0) == 0
    chats.receive("p1", "c1", "are you there?")
    assert board.read().new[case] == 1
    work.claim(case, nora.id)
    work.reply(case, nora.id, "c1", care_team.said(nora, "Yes."))
    assert board.read().new.get(case, 0) == 0
    chats.receive("p1", "c1", "it is worse")
    assert board.read().new[case] == 1


def test_a_rules_reason_stands_before_the_learned_layers(database: Database, case: str) -> None:
    """It says what was seen."""
    assert CaseBoard(database).read().open[0].reasons == (SEEN.reason, FELT.reason)


def test_what_was_closed_today_is_on_the_board_and_yesterdays_is_not(database: Database, case: str, nora: StaffMember) -> None:
    """With its verdict, and by whom."""
    settle(database, case, "true_emergency", nora.id)
    (closed,) = CaseBoard(database).read().closed
    assert (closed.id, closed.by, closed.verdict, set(closed.reasons)) == (case, "Nora", "true_emergency", {SEEN.reason, FELT.reason})
    with database.transaction() as session:
        session.execute(update(Case).values(closed=now() - timedelta(days=2)))
    assert CaseBoard(database).read().closed == []
