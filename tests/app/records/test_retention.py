"""What is kept, and for how long: each kind by its own days, an open case never, and a dry run that changes nothing."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select, update

from app.journal import Reply
from app.records.audit import AuditLog
from app.records.care_tables import HandoverRow, NotificationRow
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.demo import COLLEAGUES, DemoRows
from app.records.editor_tables import GateRow, SubmissionRow
from app.records.erasing import Eraser
from app.records.models import Case, Conversation, ModelCallRow, Turn, now
from app.records.reach import Reach, ReachStore
from app.records.retention import Keep, Kind, RetentionStore
from app.records.sealed import keyring_of
from guardrails.level import Profile
from tests.fakes import finding, settle

NOW = now()
LATER = NOW + timedelta(days=100)


@pytest.fixture
def retention(database: Database) -> RetentionStore:
    """Over the test's database."""
    keyring = keyring_of(database.engine.dialect)
    return RetentionStore(database, keyring, Eraser(database, keyring, str))


def keeping(**days: int) -> Keep:
    """Everything for ever, but for these."""
    kinds: tuple[Kind, ...] = ("chats", "closed cases", "reach", "hand-overs", "model calls", "gates", "notices")
    return {kind: days.get(kind.replace(" ", "_").replace("-", "_"), 0) for kind in kinds}


def test_a_chat_goes_by_its_newest_message(database: Database, retention: RetentionStore) -> None:
    """One that is still written in stays, however long ago it began."""
    chats = ConversationStore(database)
    for chat in ("quiet", "alive"):
        chats.receive("p1", chat, "hello")
        chats.say(chat, Reply(f"r-{chat}", "answer", "Hello."))
    chats.start("p2", "never-written-in")
    for patient in ("p1", "p2"):
        chats.set_profile(patient, Profile(age_months=480))
    with database.transaction() as session:
        session.execute(update(Turn).where(Turn.conversation_id == "alive").values(created=LATER - timedelta(days=5)))
    assert retention.due(keeping(chats=50), LATER)["chats"] == 2
    assert retention.purge(keeping(chats=50), LATER)["chats"] == 2
    assert chats.chat("quiet") is None
    assert chats.chat("alive") is not None
    assert (chats.profile("p1").age_months, chats.profile("p2").age_months) == (480, None)


def test_a_dry_run_counts_and_changes_nothing(database: Database, retention: RetentionStore) -> None:
    """An operator looks before a first purge."""
    ConversationStore(database).receive("p1", "c1", "hello")
    assert retention.due(keeping(chats=50), LATER) == {"chats": 1}
    assert retention.due(keeping(chats=0), LATER) == {}
    assert ConversationStore(database).chat("c1") is not None


def test_a_chat_with_a_case_is_kept_as_long_as_the_case(database: Database, retention: RetentionStore) -> None:
    """From its closing; while it is open, for ever."""
    chats, cases = ConversationStore(database), CaseStore(database)
    for chat, patient in (("closed", "p1"), ("open", "p2")):
        chats.receive(patient, chat, "hello")
    case = cases.escalate("p1", "closed", [finding()])
    cases.escalate("p2", "open", [finding()])
    settle(database, case)
    assert retention.purge(keeping(chats=50), LATER) == {"chats": 0}
    assert retention.purge(keeping(closed_cases=50), NOW + timedelta(days=49)) == {"closed cases": 0}
    assert retention.purge(keeping(closed_cases=50), LATER) == {"closed cases": 1}
    assert (chats.chat("closed"), chats.chat("open") is not None) == (None, True)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_how_to_reach_someone_goes_after_the_closing(database: Database, retention: RetentionStore) -> None:
    """An open case keeps it however old it is."""
    cases, reach = CaseStore(database), ReachStore(database, Fernet.generate_key())
    over, still = cases.escalate("p1", "c1", [finding()]), cases.escalate("p2", "c2", [finding()])
    for patient in ("p1", "p2"):
        reach.leave(patient, Reach("555", "", None))
    settle(database, over)
    assert retention.purge(keeping(reach=30), NOW + timedelta(days=29)) == {"reach": 0}
    assert retention.purge(keeping(reach=30), LATER) == {"reach": 1}
    assert reach.of(over) is None
    assert reach.of(still) is not None


def test_hand_overs_go_with_the_key_of_their_day(database: Database, retention: RetentionStore) -> None:
    """So that they are gone from backups too."""
    DemoRows(database).colleagues()
    DemoRows(database).hand_over(COLLEAGUES[0].id, "old", NOW)
    DemoRows(database).hand_over(COLLEAGUES[0].id, "new", LATER)
    assert retention.purge(keeping(hand_overs=30), LATER) == {"hand-overs": 1}
    assert keyring_of(database.engine.dialect).destroyed("team:") == [f"team:{NOW:%Y-%m-%d}"]
    with database.reading() as session:
        assert session.scalars(select(HandoverRow.text)).all() == ["new"]


def test_figures_notices_and_comparisons_go_by_their_age(database: Database, retention: RetentionStore) -> None:
    """But not a notice that waits to be sent, nor the comparison of a revision that is being reviewed."""
    turn = ConversationStore(database).receive("p1", "c1", "hello")
    with database.transaction() as session:
        numbers = {"shown": 1, "tokens_in": 1, "tokens_out": 1, "total_ms": 1.0, "attempts": 1}
        session.add(ModelCallRow(turn_id=turn.turn_id, model="m", prompt="p", outcome="drafted", reason="", **numbers))
        for state in ("sent", "pending"):
            session.add(NotificationRow(key=state, channel="c", kind="opened", level="urgent", state=state))
        for slug in ("done", "in-review"):
            session.add(GateRow(slug=slug, revision=1, served_version=1, fingerprint="f", blocks=False, changes=0, result={"a": 1}))
    DemoRows(database).colleagues()
    with database.transaction() as session:
        who = COLLEAGUES[0].id
        row = SubmissionRow(slug="in-review", revision=1, sha256="x", state="in_review", authors=[who], needed=1, submitted_by=who)
        session.add(row)
    keep = keeping(model_calls=30, notices=30, gates=30)
    assert retention.purge(keep, LATER) == {"model calls": 1, "gates": 1, "notices": 1}
    assert retention.purge(keep, LATER) == {"model calls": 0, "gates": 0, "notices": 0}


def test_the_trail_keeps_how_many(database: Database, retention: RetentionStore) -> None:
    """That a purge ran, and what it took, in numbers."""
    ConversationStore(database).receive("p1", "c1", "hello")
    retention.purge(keeping(chats=50), LATER)
    assert [entry.verb for entry in AuditLog(database).of("chats: 1")] == ["retention.purged"]
    with database.reading() as session:
        assert session.get_one(Conversation, "c1").erased is not None
