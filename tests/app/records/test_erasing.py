"""Deletion that is real: words die in every copy, an open case defers it, derived copies go too, and nothing brings them back."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from app.errors import RecordsError
from app.journal import Reply
from app.records import erasing
from app.records.audit import AuditLog
from app.records.case_files import CaseFiles
from app.records.cases import CaseStore
from app.records.choices import ChoiceStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.editor_tables import GateRow
from app.records.erasing import Eraser
from app.records.gap_store import GapStore
from app.records.keyring import Keyring
from app.records.models import CitationRow, Conversation, FindingRow, Patient, Turn, now
from app.records.models import Reply as ReplyRow
from app.records.reach import Reach, ReachStore
from app.records.reviews import ReviewStore
from app.records.sealed import DELETED, keyring_of, of_chat
from app.records.staff import StaffStore
from app.records.stories import StoryStore
from app.records.team_notes import TeamNotes
from guardrails.level import Profile
from knowledge.citation import Citation, Statement
from tests.fakes import finding, settle
from tests.keys import keyring

WORDS = "my rare banana rash"
CITED = Statement("Gout is painful.", (Citation("gout", "Gout", "overview", "Overview", 1, 0, 4, "Gout"),))


@pytest.fixture
def keys(database: Database) -> Keyring:
    """The keys of the test's database."""
    return keyring_of(database.engine.dialect)


@pytest.fixture
def chats(database: Database) -> ConversationStore:
    """With one chat of p1, c1, and one of p2."""
    store = ConversationStore(database)
    for patient, chat in (("p1", "c1"), ("p2", "c2")):
        turn = store.receive(patient, chat, WORDS)
        store.record(turn, Reply(f"r-{chat}", "answer", "Gout is painful.", {"a": 1}))
    return store


@pytest.fixture
def eraser(database: Database, chats: ConversationStore, keys: Keyring) -> Eraser:
    """Who deletes them."""
    return Eraser(database, keys, lambda text: text.replace("banana", "[masked]"))


def test_a_deleted_chat_is_unreadable_in_every_copy(database: Database, eraser: Eraser, keys: Keyring, tmp_path: Path) -> None:
    """A copy of the records made before the deletion holds nothing that can be read any more."""
    with database.engine.connect() as connection:
        sealed = connection.exec_driver_sql("SELECT text FROM turns WHERE conversation_id = 'c1'").scalar_one()
    assert eraser.delete("p1", "c1").erased == ("c1",)
    assert keys.open(sealed, "turns.text") is None
    assert keyring(tmp_path / "test.db").open(sealed, "turns.text") is None


def test_its_rows_are_emptied_and_another_patients_stay(database: Database, eraser: Eraser) -> None:
    """What stays are ids and times."""
    eraser.delete("p1", "c1")
    with database.reading() as session:
        assert session.scalars(select(Turn.text).order_by(Turn.conversation_id)).all() == ["", WORDS]
        assert session.scalars(select(ReplyRow.conversation_id)).all() == ["c2"]
        assert session.get_one(Conversation, "c1").erased is not None


def test_nobody_deletes_anothers_chat(eraser: Eraser, chats: ConversationStore) -> None:
    """Not even who knows its id."""
    for patient, chat in (("p2", "c1"), ("p1", "none")):
        with pytest.raises(PermissionError):
            eraser.delete(patient, chat)
    assert chats.chat("c1") is not None


def test_a_late_write_cannot_bring_it_back(eraser: Eraser, chats: ConversationStore) -> None:
    """The answer that was still being made, and what the page writes when its socket drops."""
    turn = chats.receive("p1", "c1", "and one more")
    eraser.delete("p1", "c1")
    with pytest.raises(RecordsError):
        chats.record(turn, Reply("late", "answer", "Late."))
    with pytest.raises(PermissionError):
        chats.receive("p1", "c1", "hello again")
    with pytest.raises(PermissionError):
        chats.start("p1", "c1")
    assert chats.chat("c1") is None


def test_nor_can_another_process_that_has_not_heard_of_it(database: Database, chats: ConversationStore, tmp_path: Path) -> None:
    """It may hold the open key for a second more; its reply, with what it cites, is refused by the row."""
    turn = chats.receive("p1", "c1", "and one more")
    Eraser(database, keyring(tmp_path / "test.db"), str).delete("p1", "c1")
    with pytest.raises(RecordsError, match="was deleted"):
        chats.record(turn, Reply("late", "answer", "Late.", {}, (CITED,)))


def test_the_trail_keeps_the_fact_in_ids(eraser: Eraser, database: Database) -> None:
    """That it happened can be shown; what it was cannot."""
    eraser.delete("p1", "c1")
    assert [(entry.actor, entry.verb) for entry in AuditLog(database).of("c1")] == [("p1", "chat.deleted")]


def test_an_open_case_defers_it_until_it_is_closed(eraser: Eraser, database: Database, chats: ConversationStore) -> None:
    """Hidden from the patient at once, read by the care team until they are done, and then gone."""
    case = CaseStore(database).escalate("p1", "c1", [finding()])
    assert eraser.delete("p1", "c1").waiting == ("c1",)
    assert chats.chats("p1") == []
    file = CaseFiles(database).read(case)
    assert file is not None
    assert file.lines[0].text == WORDS
    assert eraser.finish() == 0
    settle(database, case)
    assert eraser.finish() == 1
    with database.reading() as session:
        assert session.scalar(select(Turn.text).where(Turn.conversation_id == "c1")) == ""


def test_the_care_teams_words_go_with_the_last_chat_of_a_case_and_its_facts_stay(eraser: Eraser, database: Database) -> None:
    """Level, rule and verdict are counted for ever; notes, advice and how to reach the patient are not kept."""
    cases, reach = CaseStore(database), ReachStore(database, Fernet.generate_key())
    case = cases.escalate("p1", "c1", [finding()])
    reach.leave("p1", Reach("555", WORDS, None))
    settle(database, case)
    StaffStore(database).add("nora", "Nora", "care", "correct horse battery")
    TeamNotes(database).note(case, StaffStore(database).team("care")[0].id, WORDS)
    eraser.delete("p1", "c1")
    file = CaseFiles(database).read(case)
    assert file is not None
    assert (file.notes, file.advice, reach.of(case)) == ((), "", None)
    assert (file.verdict, [why.finding.rule for why in file.findings]) == ("true_emergency", ["heart-attack"])
    assert [line.text for line in file.lines] == [DELETED]
    assert StoryStore(database).of(case) is not None


def test_derived_copies_go_too(eraser: Eraser, database: Database, chats: ConversationStore) -> None:
    """Gap questions, citations, ratings by topic, and what editors' comparisons quote."""
    asked = {"messages": ["my rare [masked] rash"], "why": "past", "article": ""}
    own = {"messages": ["what is gout"], "why": "own", "article": "gout"}
    with database.transaction() as session:
        result = {"changes": [{"question": asked}, {"question": own}]}
        session.add(GateRow(slug="gout", revision=1, served_version=1, fingerprint="f", blocks=False, changes=2, result=result))
    chats.record(chats.receive("p1", "c1", "again"), Reply("r9", "answer", "Gout is painful.", {}, (CITED,)))
    eraser.delete("p1", "c1")
    with database.reading() as session:
        kept = session.scalars(select(GateRow.result)).one()
        assert [change["question"]["messages"] for change in kept["changes"]] == [[DELETED], ["what is gout"]]
        assert session.scalar(select(func.count()).select_from(CitationRow)) == 0
    assert {turn.chat for turn in GapStore(database).turns(now().replace(year=2020))} == {"c2"}


def test_past_questions_that_cannot_be_compared_all_go(database: Database, chats: ConversationStore, keys: Keyring) -> None:
    """Where masking fails nobody can tell whose they are: better too many than one too few."""

    def fails(text: str) -> str:
        raise RuntimeError(text[:0])

    with database.transaction() as session:
        result = {"changes": [{"question": {"messages": ["x"], "why": "past", "article": ""}}]}
        session.add(GateRow(slug="gout", revision=1, served_version=1, fingerprint="f", blocks=False, changes=1, result=result))
    Eraser(database, keys, fails).delete("p1", "c1")
    with database.reading() as session:
        assert session.scalars(select(GateRow.result)).one()["changes"][0]["question"]["messages"] == [DELETED]


def test_memory_is_told(database: Database, chats: ConversationStore, keys: Keyring) -> None:
    """What is remembered of messages to answer faster must not outlive them."""
    told: list[int] = []
    Eraser(database, keys, str, lambda: told.append(1)).delete("p1", "c1")
    assert told == [1]


@pytest.mark.parametrize("step", ["_forget_asked", "destroy", "_empty"])
def test_a_deletion_cut_off_anywhere_is_finished_later(
    step: str, eraser: Eraser, database: Database, keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server killed half way leaves a chat that is hidden, and the next one does the rest."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        owner: object = {"_forget_asked": Eraser, "destroy": Keyring, "_empty": erasing}[step]
        dying.setattr(owner, step, killed)
        with pytest.raises(KeyboardInterrupt):
            eraser.delete("p1", "c1")
    assert ConversationStore(database).chats("p1") == []
    assert eraser.finish() == 1
    assert keys.destroyed("chat:") == [of_chat("c1")]


def test_everything_of_a_patient_goes_at_one_wish(eraser: Eraser, database: Database, chats: ConversationStore) -> None:
    """Chats, what they told of themselves, and their choices; later words have a key of their own."""
    chats.set_profile("p1", Profile(age_months=480))
    ReviewStore(database).agree("p1", True)
    ChoiceStore(database).agree("p1", "a-text")
    chats.receive("p1", "c3", WORDS)
    assert set(eraser.delete_all("p1").erased) == {"c1", "c3"}
    assert (chats.profile("p1"), ReviewStore(database).agreed("p1")) == (Profile(), False)
    assert ChoiceStore(database).of("p1").agreed_to == ""
    assert chats.chat("c2") is not None
    chats.set_profile("p1", Profile(age_months=12))
    assert chats.profile("p1").age_months == 12
    chats.receive("p1", "c4", "hello")
    assert eraser.finish() == 0
    assert len(chats.chats("p1")) == 1


def test_with_an_open_case_the_profile_waits_too(eraser: Eraser, database: Database, chats: ConversationStore) -> None:
    """The care team must know whom it calls."""
    chats.set_profile("p1", Profile(age_months=480))
    case = CaseStore(database).escalate("p1", "c1", [finding()])
    eraser.delete_all("p1")
    assert chats.profile("p1").age_months == 480
    settle(database, case)
    eraser.finish()
    assert chats.profile("p1") == Profile()
    with database.reading() as session:
        assert session.get_one(Patient, "p1").leaving is None


def test_what_a_restored_backup_brings_back_is_buried_again(
    eraser: Eraser, database: Database, keys: Keyring, chats: ConversationStore
) -> None:
    """Old records beside the newest keys: the chat is hidden again, and its rows are emptied."""
    keys.destroy([of_chat("c1")])
    assert eraser.finish() == 1
    assert chats.chat("c1") is None


def test_time_takes_no_chat_from_an_open_case(eraser: Eraser, database: Database, chats: ConversationStore) -> None:
    """Retention is about what is over."""
    CaseStore(database).escalate("p1", "c1", [finding()])
    assert eraser.expire(["c1", "c2"]) == 1
    assert chats.chat("c1") is not None
    assert chats.chat("c2") is None
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FindingRow)) == 1
