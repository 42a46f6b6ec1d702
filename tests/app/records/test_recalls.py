"""A recall in the records: who was quoted it, who may look, and that nobody is told twice, whoever else tries and when."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.content.recall import Note
from app.errors import NotAllowedError, RecordsError
from app.journal import Reply
from app.records.audit import AuditLog
from app.records.care_tables import OutgoingRow
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.demo import DemoRows
from app.records.library_store import LibraryStore
from app.records.models import Patient, Served, ServedVersion, new_id
from app.records.models import Reply as ReplyRow
from app.records.outgoing import OutgoingStore
from app.records.recall_files import RecallFile, RecallFiles
from app.records.recalls import RecallStore
from app.records.staff import StaffStore
from knowledge import words
from knowledge.article import Article
from knowledge.citation import Citation, Statement
from tests.fakes import article, finding, settle
from tests.keys import delete_chat, records

OLD = article("## Overview\n\nGout is painful.\n\n## Medicines\n\nTake up to 1,200 mg a day.\n")
NEW = article("## Overview\n\nGout is painful.\n\n## Medicines\n\nTake up to 400 mg a day.\n")
WORDS = {language: words.load(language) for language in words.LANGUAGES}
NOTE = Note("Gout", "gout", withdrawn=False, words=WORDS, language="en", reasons={"en": "The limit was too high."})
DOSE, PAIN = "Take up to 1,200 mg a day.", "Gout is painful."


def quoted(database: Database, patient: str, text: str = DOSE, *, level: str = "routine", of: Article = OLD, revision: int = 1) -> str:
    """A chat whose answer quoted `text`; its id."""
    chats, chat = ConversationStore(database), f"chat of {patient}"
    turn = chats.receive(patient, chat, f"question of {patient}")
    start = of.body.index(text)
    citation = Citation("gout", "Gout", "medicines", "Medicines", revision, start, start + len(text), text)
    chats.record(turn, Reply(new_id(), "answer", text, {}, (Statement(text, (citation,)),)))
    chats.close(turn, "done", level)
    return chat


@pytest.fixture
def staff(database: Database) -> dict[str, str]:
    """Ids of one member of each role."""
    store = StaffStore(database)
    for role in ("care", "editor", "reviewer", "administrator"):
        store.add(role, role.capitalize(), role, "correct horse battery")
    return {role: store.team(role)[0].id for role in ("care", "editor", "reviewer", "administrator")}


@pytest.fixture
def recall(database: Database, staff: dict[str, str]) -> int:
    """A recall of the first revision, which three chats cited and a second took the place of."""
    library = LibraryStore(database)
    library.publish([OLD], "test")
    quoted(database, "p1", PAIN)
    quoted(database, "p2")
    quoted(database, "p3", level="urgent")
    library.publish([NEW], "test")
    return RecallStore(database).open("gout", 1, "The limit was too high.", staff["editor"])


def read(database: Database, recall: int) -> RecallFile:
    """The recall as the desk shows it."""
    found = RecallFiles(database).read(recall, LibraryStore(database).snapshot())
    assert found is not None
    return found


def notes(database: Database, chat: str) -> int:
    """How many notes stand in a chat."""
    kept = ConversationStore(database).chat(chat)
    assert kept is not None
    return sum(entry.kind == "notice" for entry in kept.entries)


def test_the_chats_that_cited_it_are_listed_worst_first(database: Database, recall: int) -> None:
    """No words of a patient; the words of the article that they were quoted."""
    file = read(database, recall)
    assert [(chat.id, chat.level, chat.cited[0].became) for chat in file.chats] == [
        ("chat of p3", "urgent", "changed"),
        ("chat of p2", "routine", "changed"),
        ("chat of p1", "routine", "same"),
    ]
    assert "question of" not in repr(file)


def test_what_could_be_recalled_is_said_until_a_recall_of_it_is_closed(database: Database, recall: int, staff: dict[str, str]) -> None:
    """With how many were quoted what no longer stands; what patients still get is not on it."""
    quoted(database, "p9", "Take up to 400 mg a day.", of=NEW, revision=2)
    files, snapshot = RecallFiles(database), LibraryStore(database).snapshot()
    assert [(due.revision, due.chats, due.touched, due.under_way) for due in files.due(snapshot)] == [(1, 3, 2, recall)]
    RecallStore(database).close(recall, staff["editor"])
    assert files.due(snapshot) == []


def test_an_answer_that_came_while_it_was_being_corrected_is_on_the_list(database: Database, recall: int) -> None:
    """The list is the citations, not a copy of them."""
    quoted(database, "p4")
    assert len(read(database, recall).chats) == 4


def test_of_a_withdrawn_article_every_chat_was_quoted_what_is_gone(database: Database, recall: int) -> None:
    """Also the one whose sentence was right."""
    with database.transaction() as session:
        session.delete(session.get_one(Served, "gout"))
        session.execute(update(ServedVersion).values(version=99))
    file = read(database, recall)
    assert file.recall.withdrawn
    assert {each.became for chat in file.chats for each in chat.cited} == {"withdrawn"}


def test_a_second_recall_of_the_same_revision_is_the_first(database: Database, recall: int, staff: dict[str, str]) -> None:
    """Two at once would tell patients twice."""
    assert RecallStore(database).open("gout", 1, "again", staff["reviewer"]) == recall


def test_only_what_patients_no_longer_get_is_recalled_and_only_by_editors(database: Database, recall: int, staff: dict[str, str]) -> None:
    """First the correction, then the recall."""
    store = RecallStore(database)
    with pytest.raises(NotAllowedError, match="still get"):
        store.open("gout", 2, "why", staff["editor"])
    with pytest.raises(NotAllowedError, match="editors"):
        store.open("gout", 1, "why", staff["care"])
    with pytest.raises(NotAllowedError, match="no such revision"):
        store.open("gout", 7, "why", staff["editor"])
    with pytest.raises(NotAllowedError, match="say why"):
        store.open("gout", 1, "  ", staff["editor"])


def test_the_note_is_on_its_way_to_the_open_page_and_stands_in_the_chat(database: Database, recall: int, staff: dict[str, str]) -> None:
    """Live where the page is open, with the transcript where it was not."""
    RecallStore(database).tell(recall, "chat of p2", NOTE, staff["editor"])
    [sent] = OutgoingStore(database).waiting({"chat of p2"})
    assert "The limit was too high." in sent.reply.text
    assert notes(database, "chat of p2") == 1
    [told] = [chat for chat in read(database, recall).chats if chat.state == "told"]
    assert (told.id, told.by, told.delivered) == ("chat of p2", "Editor", False)
    OutgoingStore(database).delivered("p2", sent.reply.id)
    assert [chat.delivered for chat in read(database, recall).chats if chat.state == "told"] == [True]
    assert [(entry.actor, entry.verb) for entry in AuditLog(database).of("chat of p2")] == [(staff["editor"], "recall.told")]


def test_somebody_in_a_crisis_is_told_by_a_person(database: Database, recall: int, staff: dict[str, str]) -> None:
    """While it is open, nothing with an amount may be shown (rule of care 2); once it is settled the note may come."""
    case = CaseStore(database).escalate("p2", "chat of p2", [finding("suicidal-thoughts", "crisis", "suicide_self_harm")])
    with pytest.raises(NotAllowedError, match="crisis"):
        RecallStore(database).tell(recall, "chat of p2", NOTE, staff["editor"])
    assert notes(database, "chat of p2") == 0
    settle(database, case, who=staff["care"])
    RecallStore(database).tell(recall, "chat of p2", NOTE, staff["editor"])
    assert notes(database, "chat of p2") == 1


def test_a_deleted_chat_is_told_nothing_and_opened_by_nobody(database: Database, recall: int, staff: dict[str, str]) -> None:
    """The patient took it away; until its case is closed it is still counted, and then its citations go too."""
    case = CaseStore(database).escalate("p2", "chat of p2", [finding()])
    delete_chat(database, "chat of p2")
    for step in (
        lambda: RecallStore(database).tell(recall, "chat of p2", NOTE, staff["editor"]),
        lambda: RecallStore(database).look(recall, "chat of p2", staff["care"]),
    ):
        with pytest.raises(NotAllowedError, match="deleted"):
            step()
    assert [chat.deleted for chat in read(database, recall).chats] == [False, True, False]
    assert OutgoingStore(database).waiting({"chat of p2"}) == []
    settle(database, case, who=staff["care"])
    delete_chat(database, "chat of p2")
    assert [chat.id for chat in read(database, recall).chats if chat.deleted] == []


def test_a_chat_is_opened_by_the_care_team_alone_and_each_opening_stands_on_the_trail(
    database: Database, recall: int, staff: dict[str, str]
) -> None:
    """Before a word is read; an editor reads none."""
    store = RecallStore(database)
    for role in ("editor", "reviewer"):
        with pytest.raises(NotAllowedError, match="care team"):
            store.look(recall, "chat of p2", staff[role])
    assert "question of p2" in [line.text for line in store.look(recall, "chat of p2", staff["care"])]
    store.look(recall, "chat of p2", staff["administrator"])
    verbs = [(entry.actor, entry.verb) for entry in AuditLog(database).of("chat of p2")]
    assert verbs == [(staff["care"], "chat.read"), (staff["administrator"], "chat.read")]
    assert [(chat.state, chat.by) for chat in read(database, recall).chats if chat.id == "chat of p2"] == [("looked_at", "Care")]


def test_a_chat_that_did_not_cite_it_is_no_way_in(database: Database, recall: int, staff: dict[str, str]) -> None:
    """A recall is no key to every conversation."""
    ConversationStore(database).receive("p9", "chat of p9", "something else")
    for step in (RecallStore(database).look, lambda *given: RecallStore(database).tell(given[0], given[1], NOTE, given[2])):
        with pytest.raises(NotAllowedError, match="not part"):
            step(recall, "chat of p9", staff["care"])


def test_a_closed_recall_tells_nobody_and_says_who_closed_it_and_how_many_were_told(
    database: Database, recall: int, staff: dict[str, str]
) -> None:
    """It is the record of what was done."""
    store = RecallStore(database)
    store.tell(recall, "chat of p2", NOTE, staff["care"])
    store.look(recall, "chat of p3", staff["care"])
    for _ in range(2):
        store.close(recall, staff["reviewer"])
    with pytest.raises(NotAllowedError, match="closed"):
        store.tell(recall, "chat of p3", NOTE, staff["editor"])
    done = read(database, recall).recall
    assert (done.closed_by, done.chats, done.told, done.looked_at) == ("Reviewer", 3, 1, 1)
    verbs = [entry.verb for entry in AuditLog(database).of("gout@1")]
    assert verbs == ["article.recalled", "article.recall_closed"]


def test_once_the_revision_is_served_again_nobody_is_told_that_it_was_corrected(
    database: Database, recall: int, staff: dict[str, str]
) -> None:
    """Rolled back: the note would be a lie."""
    with database.transaction() as session:
        session.execute(update(Served).values(revision=1))
    with pytest.raises(NotAllowedError, match="still get"):
        RecallStore(database).tell(recall, "chat of p2", NOTE, staff["editor"])


def test_made_up_patients_are_marked_and_leave_a_recall_when_they_are_removed(
    database: Database, recall: int, staff: dict[str, str]
) -> None:
    """The demo can be cleared while a recall stands."""
    RecallStore(database).tell(recall, "chat of p2", NOTE, staff["editor"])
    with database.transaction() as session:
        session.execute(update(Patient).where(Patient.id == "p2").values(kind="demo"))
    assert [chat.demo for chat in read(database, recall).chats] == [False, True, False]
    DemoRows(database).clear()
    assert [chat.id for chat in read(database, recall).chats] == ["chat of p3", "chat of p1"]


def test_of_many_who_tell_at_the_same_moment_one_does(database: Database, recall: int, staff: dict[str, str]) -> None:
    """Two desks, two servers: the database decides."""
    together, told = threading.Barrier(6), list[bool]()

    def tell() -> None:
        together.wait()
        try:
            RecallStore(database).tell(recall, "chat of p2", NOTE, staff["editor"])
            told.append(True)
        except (NotAllowedError, RecordsError):
            told.append(False)

    threads = [threading.Thread(target=tell) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 5 + [True]
    assert notes(database, "chat of p2") == 1


STEPS = st.lists(st.sampled_from(["tell", "look", "close", "open", "delete", "restart", "correct"]), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS)
def test_no_order_of_steps_tells_a_chat_twice_of_one_recall(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, steps: Sequence[str]
) -> None:
    """Also over restarts, and whoever looked before."""
    file = tmp_path_factory.mktemp("recall") / "records.db"
    file.write_bytes(migrated.read_bytes())
    database = records(file)
    store = StaffStore(database)
    for role in ("care", "editor"):
        store.add(role, role, role, "correct horse battery")
    care, editor = store.team("care")[0].id, store.team("editor")[0].id
    library = LibraryStore(database)
    library.publish([OLD], "test")
    chat = quoted(database, "p1")
    library.publish([NEW], "test")
    recall = RecallStore(database).open("gout", 1, "why", editor)
    recalls, edits = {recall}, 0
    for step in steps:
        if step == "restart":
            database.close()
            database = records(file)
        elif step == "correct":
            edits += 1
            LibraryStore(database).publish([article(f"{NEW.body}\nEdit {edits}.\n")], "test")
        else:
            recall = _try(database, step, recall, chat, (care, editor)) or recall
            recalls.add(recall)
    with database.reading() as session:
        sent = session.scalars(select(ReplyRow.id).join(OutgoingRow, OutgoingRow.reply_id == ReplyRow.id)).all()
    told = sum(read(database, each).recall.told for each in recalls)
    database.close()
    assert told <= len(recalls)
    assert len(sent) == told or ("delete" in steps and not sent)  # what was sent goes with its chat


def _try(database: Database, step: str, recall: int, chat: str, who: tuple[str, str]) -> int | None:
    """One step; what is not allowed changes nothing. The id of the recall that `open` began."""
    store = RecallStore(database)
    steps: dict[str, Callable[[], object]] = {
        "tell": lambda: store.tell(recall, chat, NOTE, who[1]),
        "look": lambda: store.look(recall, chat, who[0]),
        "close": lambda: store.close(recall, who[1]),
        "open": lambda: store.open("gout", 1, "why", who[1]),
        "delete": lambda: delete_chat(database, chat),
    }
    try:
        done = steps[step]()
    except NotAllowedError:
        return None
    return done if isinstance(done, int) else None
