"""Conversations belong to one patient, keep their order, and say which turns were cut off."""

import pytest
from sqlalchemy import func, select

from app.drafting import ModelUse
from app.errors import RecordsError
from app.journal import OpenTurn, Reply
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.models import CitationRow, ModelCallRow, Turn, now
from guardrails.level import Profile
from knowledge.citation import Citation, Statement
from retrieval.model import ModelCall
from tests.fakes import finding
from tests.keys import delete_chat


@pytest.fixture
def store(database: Database) -> ConversationStore:
    """Conversations in a fresh database."""
    return ConversationStore(database)


def _states(database: Database) -> list[tuple[int, str, str | None]]:
    with database.transaction() as session:
        return [(turn.number, turn.state, turn.level) for turn in session.scalars(select(Turn).order_by(Turn.number))]


def _numbers(database: Database) -> list[tuple[str, int]]:
    with database.transaction() as session:
        return [(turn.text, turn.number) for turn in session.scalars(select(Turn).order_by(Turn.number))]


def test_nobody_can_write_into_anothers_chat(store: ConversationStore, database: Database) -> None:
    """A chat's id travels through the browser, so knowing it must not be enough."""
    store.receive("p1", "c1", "mine")
    with pytest.raises(PermissionError):
        store.receive("p2", "c1", "not mine")
    assert _numbers(database) == [("mine", 0)]


def test_starting_anothers_chat_is_refused_and_starting_ones_own_does_nothing(store: ConversationStore) -> None:
    """Chainlit may open the same chat in two tabs."""
    store.start("p1", "c1")
    store.start("p1", "c1", about_other=True)
    assert store.receive("p1", "c1", "hello").profile.about == "unknown"
    with pytest.raises(PermissionError):
        store.start("p2", "c1")


def test_turns_are_numbered_from_zero_in_each_chat(store: ConversationStore, database: Database) -> None:
    """Evidence names its turn by number; a gap would point at other words."""
    for chat, text in (("c1", "a"), ("c2", "b"), ("c1", "c")):
        store.receive("p1", chat, text)
    assert _numbers(database) == [("a", 0), ("b", 0), ("c", 1)]


def test_a_turn_sees_the_chats_earlier_messages_in_order(store: ConversationStore) -> None:
    """Red flags are found over the whole conversation, and only this one."""
    store.receive("p1", "other", "elsewhere")
    store.receive("p1", "c1", "my chest hurts")
    assert store.receive("p1", "c1", "and I sweat").turns == ("my chest hurts", "and I sweat")


def test_turns_open_at_start_are_marked_interrupted_once(store: ConversationStore, database: Database) -> None:
    """A killed server must not leave a turn that looks as if it were still being answered."""
    done = store.receive("p1", "c1", "a")
    store.close(done, "done", "routine")
    store.receive("p1", "c1", "b")
    (cut,) = store.cut_off(now())
    for _ in range(2):
        store.mark_interrupted(cut.turn, "cut off")
    assert store.cut_off(now()) == []
    assert _states(database) == [(0, "done", "routine"), (1, "interrupted", None)]


def test_a_cut_off_turn_stands_as_it_was_written_and_knows_whether_its_card_does(store: ConversationStore) -> None:
    """Later messages are screened on their own; a card that stands is not shown twice."""
    first = store.receive("p1", "c1", "my chest hurts")
    store.record(first, Reply("card", "care_card", "Call 911"))
    store.receive("p1", "c1", "and I sweat")
    found = [(cut.turn.turns, cut.carded) for cut in store.cut_off(now())]
    assert found == [(("my chest hurts",), True), (("my chest hurts", "and I sweat"), False)]


def test_what_a_cut_off_turn_brought_itself_does_not_count_as_known(store: ConversationStore, database: Database) -> None:
    """Its case stands, its card does not: known would mean that no card is shown."""
    turn = store.receive("p1", "c1", "my chest hurts")
    CaseStore(database).escalate("p1", "c1", [finding()], at=turn.written)
    (cut,) = store.cut_off(now())
    assert (cut.turn.known, cut.turn.written) == ({}, turn.written)
    store.close(turn, "done", "emergency")
    store.receive("p1", "c1", "thanks")
    (cut,) = store.cut_off(now())
    assert set(cut.turn.known) == {"heart-attack"}


def test_a_chat_is_drawn_in_the_order_it_happened(store: ConversationStore) -> None:
    """After a reload the patient must read what they read before."""
    for text in ("first", "second"):
        turn = store.receive("p1", "c1", text)
        store.record(turn, Reply(f"reply-{text}", "answer", f"about {text}"))
    chat = store.chat("c1")
    assert chat is not None
    assert [entry.text for entry in chat.entries] == ["first", "about first", "second", "about second"]
    assert [entry.by_patient for entry in chat.entries] == [True, False, True, False]


def test_a_reply_keeps_each_citations_pinned_span(store: ConversationStore, database: Database) -> None:
    """A recall of an article must find who read which words of which revision."""
    turn = store.receive("p1", "c1", "gout?")
    cited = Citation("gout", "Gout", "overview", "Overview", 3, 14, 55, "Gout is a painful swelling of one joint.")
    store.record(turn, Reply("r1", "answer", "…", {}, (Statement("a", (cited,)), Statement("b", (cited, cited)))))
    with database.transaction() as session:
        rows = list(session.scalars(select(CitationRow).order_by(CitationRow.id)))
    assert [row.statement for row in rows] == [1, 2, 2]
    assert (rows[0].reply_id, rows[0].article, rows[0].revision, rows[0].start, rows[0].end) == ("r1", "gout", 3, 14, 55)


def test_the_list_of_chats_is_the_patients_own_and_neutral(store: ConversationStore) -> None:
    """The title shows in the side bar of a shared phone; an empty chat or a deleted one is no line in it."""
    for patient, chat in (("p1", "mine"), ("p1", "gone"), ("p2", "theirs")):
        store.receive(patient, chat, "I want to die")
    store.start("p1", "empty")
    store.delete("gone")
    chats = store.chats("p1")
    assert [chat.id for chat in chats] == ["mine"]
    assert chats[0].title.startswith("Chat of ")


def test_a_deleted_chat_is_neither_shown_nor_written_to(store: ConversationStore, database: Database) -> None:
    """Deleting is a promise to the patient."""
    store.receive("p1", "c1", "private")
    delete_chat(database, "c1")
    assert store.chat("c1") is None
    with pytest.raises(PermissionError):
        store.receive("p1", "c1", "again")


def test_facts_about_the_patient_reach_the_turn(store: ConversationStore) -> None:
    """Age and pregnancy can raise a level."""
    store.set_profile("p1", Profile(age_months=360, sex="female", pregnant=True, region="GB", about="me"))
    assert store.receive("p1", "c1", "hello").profile == Profile(360, "female", True, "GB", "me")
    assert store.profile("p2") == Profile()


def test_a_chat_about_somebody_else_uses_only_the_patients_country(store: ConversationStore) -> None:
    """Profile facts belong to the account's own person (rule of care 10); the numbers still suit where they are."""
    store.set_profile("p1", Profile(age_months=360, pregnant=True, region="GB", about="me"))
    store.start("p1", "c2", about_other=True, linked_to="c1")
    assert store.receive("p1", "c2", "hello").profile == Profile(region="GB", about="other")


def test_only_the_owner_of_a_reply_is_its_owner(store: ConversationStore) -> None:
    """Chainlit lets anyone rate any message; our route asks this first."""
    turn = store.receive("p1", "c1", "gout?")
    store.record(turn, Reply("r1", "answer", "…"))
    assert store.owner_of_reply("r1") == "p1"
    assert store.owner_of_reply("unknown") is None


@pytest.mark.parametrize("value", [0, 1, None])
def test_a_rating_is_kept_and_can_be_taken_back(value: int | None, store: ConversationStore) -> None:
    """A thumb down must not come back as no rating (0 is not None)."""
    store.record(store.receive("p1", "c1", "gout?"), Reply("r1", "answer", "…"))
    store.rate("r1", 1)
    store.rate("r1", value)
    chat = store.chat("c1")
    assert chat is not None
    assert chat.entries[-1].feedback == value


def _next_turn(store: ConversationStore, chat: str) -> OpenTurn:
    return store.receive("p1", chat, "and now?")


def test_a_new_chat_carries_the_red_flags_of_the_others(store: ConversationStore, database: Database) -> None:
    """One open case per patient, across tabs, reloads and new chats (rule of care 4)."""
    CaseStore(database).escalate("p1", "c1", [finding("stroke")])
    assert [f.rule for f in _next_turn(store, "c2").carried] == ["stroke"]
    turn = _next_turn(store, "c1")
    assert ([finding.rule for finding in turn.carried], dict(turn.known)) == (["stroke"], {"stroke": "emergency"})


def test_another_patients_red_flags_are_not_carried(store: ConversationStore, database: Database) -> None:
    """Somebody else's emergency must neither be shown nor withhold an answer."""
    CaseStore(database).escalate("p2", "c9", [finding("stroke")])
    turn = _next_turn(store, "c1")
    assert (turn.carried, dict(turn.known)) == ((), {})


def test_asking_for_a_person_is_no_red_flag_in_the_next_chat(store: ConversationStore, database: Database) -> None:
    """It sets no level, so there is no banner to draw for it."""
    CaseStore(database).escalate("p1", "c1", [finding("asked-for-a-person", "routine")])
    assert _next_turn(store, "c2").carried == ()


def test_a_tap_releases_until_a_newer_finding_comes(store: ConversationStore, database: Database) -> None:
    """Ordinary questions are answered after the tap; a new finding asks for a new one."""
    cases = CaseStore(database)
    cases.escalate("p1", "c1", [finding("stroke")])
    before = _next_turn(store, "c1").released
    cases.tap("p1", "c1", "help_coming")
    after = _next_turn(store, "c1").released
    cases.escalate("p1", "c1", [finding("sepsis")])
    assert (before, after, _next_turn(store, "c1").released) == (False, True, False)


def test_asking_for_a_person_does_not_undo_a_tap(store: ConversationStore, database: Database) -> None:
    """It shows no card, so there would be no button to tap again."""
    cases = CaseStore(database)
    cases.escalate("p1", "c1", [finding("stroke")])
    cases.tap("p1", "c1", "help_coming")
    cases.escalate("p1", "c1", [finding("asked-for-a-person", "routine")])
    assert _next_turn(store, "c1").released


def test_a_failing_database_is_a_records_error(broken: Database) -> None:
    """The turn goes on without its records only if it can tell that they failed."""
    with pytest.raises(RecordsError):
        ConversationStore(broken).receive("p1", "c1", "hello")


def _reply(*texts: str) -> Reply:
    statements = tuple(
        Statement(text, (Citation("gout", "Gout", "overview", "Overview", 1, n, n + 5, text),)) for n, text in enumerate(texts)
    )
    return Reply("r1", "answer", " ".join(texts), {"blocks": list(texts)}, statements)


def _citations(database: Database) -> list[tuple[int, int]]:
    with database.reading() as session:
        return [(row.statement, row.start) for row in session.scalars(select(CitationRow).order_by(CitationRow.id))]


def test_a_reply_that_grows_keeps_its_first_citations_and_adds_the_new_ones(store: ConversationStore, database: Database) -> None:
    """A recall must find every statement once, also those read before the answer was whole."""
    turn = store.receive("p1", "c1", "gout?")
    store.record(turn, _reply("One."))
    store.grow(turn, _reply("One.", "Two."))
    store.grow(turn, _reply("One.", "Two."))
    chat = store.chat("c1")
    assert chat is not None
    assert [(entry.text, entry.body) for entry in chat.entries[1:]] == [("One. Two.", {"blocks": ["One.", "Two."]})]
    assert _citations(database) == [(1, 0), (2, 1)]


def test_a_reply_whose_first_version_was_not_stored_is_stored_when_it_grows(store: ConversationStore, database: Database) -> None:
    """The database came back between two paragraphs."""
    turn = store.receive("p1", "c1", "gout?")
    store.grow(turn, _reply("One.", "Two."))
    assert _citations(database) == [(1, 0), (2, 1)]


USE = ModelUse(ModelCall("openai:x", "answer@abc", "cancelled", 10, 2, 0.5, None, 12.0, 1), "cancelled", 0, ("cites nothing",))


def test_what_a_model_took_is_kept_with_its_turn(store: ConversationStore, database: Database) -> None:
    """Ids and numbers, and reasons without words."""
    turn = store.receive("p1", "c1", "gout?")
    store.used_model(turn, USE)
    with database.reading() as session:
        [row] = session.scalars(select(ModelCallRow))
        kept = (row.turn_id, row.model, row.prompt, row.outcome, row.reason, row.withheld, row.tokens_in, row.cost, row.first_ms)
    assert kept == (turn.turn_id, "openai:x", "answer@abc", "cancelled", "cancelled", ["cites nothing"], 10, 0.5, None)


def test_what_a_model_took_for_a_turn_that_is_not_recorded_is_not_kept(store: ConversationStore, database: Database) -> None:
    """There is no row that it could belong to."""
    store.used_model(OpenTurn.unrecorded("c1", "p1", ("gout?",)), USE)
    with database.reading() as session:
        assert session.scalar(select(func.count(ModelCallRow.id))) == 0
