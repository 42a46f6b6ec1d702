"""What is missing, from the records to the editors' list: masked first, nobody alone, nothing lost from the count."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from app.cli import cli
from app.commands import corpus
from app.content.gap_report import Report, beginning, lines
from app.content.gaps import Group, Why
from app.content.missing import Grouping, Means, MissingAnswers
from app.errors import NotAllowedError
from app.journal import Reply, ReplyKind
from app.records.audit import AuditLog
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.gap_store import GapStore
from app.records.library_store import LibraryStore
from app.records.models import Patient, Turn, new_id, now
from app.records.models import Reply as ReplyRow
from app.records.staff import StaffStore
from app.wiring import Application
from guardrails.privacy import MaskingError, mask
from knowledge.article import parse
from knowledge.lint import lint
from retrieval.embedder import Vectors
from retrieval.index import IndexUnusableError
from retrieval.search import Search
from tests.app.turns import GOUT, MemoryFinder, WordSearch
from tests.fakes import HashingEmbedder
from tests.keys import delete_chat

WHIPPLE = ["what is whipple disease", "whipple disease treatment", "is whipple disease catching"]


@pytest.fixture
def chats(database: Database) -> ConversationStore:
    """A clinic with one article, on gout."""
    LibraryStore(database).publish([GOUT], "test")
    return ConversationStore(database)


def made(database: Database, masked: Callable[[str], str] = lambda text: mask(text).text, fewest: int = 3) -> MissingAnswers:
    """The real thing over a small library."""
    library, embedder = LibraryStore(database), HashingEmbedder()
    search = WordSearch(MemoryFinder(library.snapshot()))
    return MissingAnswers(GapStore(database), library, Means(lambda: search, lambda: embedder, masked), Grouping(fewest, 90))


def ask(
    chats: ConversationStore, patient: str, text: str, kind: ReplyKind = "not_covered", *, chat: str = "", level: str = "routine"
) -> str:
    """A question and what came of it; the reply's id."""
    turn = chats.receive(patient, chat or f"chat of {patient}", text)
    reply = Reply(new_id(), kind, "…")
    chats.record(turn, reply)
    chats.close(turn, "done", level)
    return reply.id


def whipple(chats: ConversationStore, first: int = 0) -> None:
    """Three patients to whom the library had nothing to say."""
    for number, text in enumerate(WHIPPLE):
        ask(chats, f"p{first + number}", text)


def editor(database: Database, role: str = "editor") -> str:
    """A member of staff's id."""
    StaffStore(database).add(role, role.capitalize(), role, "correct horse battery")
    return StaffStore(database).team(role)[0].id


def shown(report: Report) -> list[tuple[int, dict[Why, int]]]:
    """Patients and kinds of each group."""
    return [(gap.group.patients, dict(gap.group.whys)) for gap in report.gaps]


def test_three_patients_who_were_not_answered_are_a_line_of_the_list(database: Database, chats: ConversationStore) -> None:
    """What is alone is counted, not shown."""
    whipple(chats)
    ask(chats, "p8", "bone scan price")
    report = made(database).report()
    assert shown(report) == [(3, {"not_covered": 3})]
    assert (report.questions, report.alone, report.unmasked, report.days) == (4, 1, 0, 90)


@pytest.mark.parametrize(("kind", "why"), [("not_covered", "not_covered"), ("referred", "abstained"), ("answer", None), ("refused", None)])
def test_what_came_of_a_question_decides_its_kind(kind: ReplyKind, why: str | None, database: Database, chats: ConversationStore) -> None:
    """A request that is none of ours is no gap in the library."""
    for number, text in enumerate(WHIPPLE):
        ask(chats, f"p{number}", text, kind)
    assert dict(made(database).report().whys) == ({why: 3} if why else {})


def test_an_answer_that_was_rated_unhelpful_counts(database: Database, chats: ConversationStore) -> None:
    """And one rated well does not."""
    for number, text in enumerate(WHIPPLE):
        chats.rate(ask(chats, f"p{number}", text, "answer"), 0)
    chats.rate(ask(chats, "p9", "whipple disease", "answer"), 1)
    assert shown(made(database).report()) == [(3, {"unhelpful": 3})]


def test_what_was_asked_again_in_the_same_chat_counts_once(database: Database, chats: ConversationStore) -> None:
    """The first asking is the one whose answer did not serve."""
    for number in range(3):
        ask(chats, f"p{number}", "what helps whipple disease pain", "answer")
        ask(chats, f"p{number}", "but what helps with whipple disease pain", "answer")
    assert shown(made(database).report()) == [(3, {"asked_again": 3})]


def test_identifiers_are_masked_before_anything_is_grouped_or_shown(database: Database, chats: ConversationStore) -> None:
    """Names and numbers reach neither the vectors nor the page."""
    seen: list[str] = []

    class Watching(HashingEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            seen.extend(texts)
            return super().embed(texts)

    for number, text in enumerate(WHIPPLE):
        ask(chats, f"p{number}", f"my name is Ana Lopez, call 555 123 4567. {text}")
    library = LibraryStore(database)
    search, embedder = WordSearch(MemoryFinder(library.snapshot())), Watching()
    means = Means(lambda: search, lambda: embedder, lambda text: mask(text).text)
    report = MissingAnswers(GapStore(database), library, means, Grouping(3, 90)).report()
    told = " ".join([*seen, *report.gaps[0].group.texts, *lines(report, demo=False)])
    assert report.gaps[0].group.patients == 3
    assert "Lopez" not in told
    assert "4567" not in told


def test_what_cannot_be_masked_is_left_out_and_counted(database: Database, chats: ConversationStore) -> None:
    """A check that fails withholds."""

    def fails_for_one(text: str) -> str:
        if "catching" in text:
            raise MaskingError("the text is too long; send nothing of it")
        return text

    whipple(chats)
    report = made(database, fails_for_one).report()
    assert (report.gaps, report.unmasked, report.questions) == ((), 1, 2)


def test_emergencies_and_crises_are_not_read(database: Database, chats: ConversationStore) -> None:
    """They are the care team's."""
    for number, text in enumerate(WHIPPLE):
        ask(chats, f"p{number}", text, level="crisis")
    assert made(database).report().questions == 0


def test_deleted_chats_and_old_questions_are_not_read(database: Database, chats: ConversationStore) -> None:
    """The patient took the one away; the period leaves the other out."""
    whipple(chats)
    assert made(database).report().gaps
    delete_chat(database, "chat of p0")
    assert made(database).report().questions == 2
    with database.transaction() as session:
        session.execute(update(Turn).values(created=now() - timedelta(days=10)))
        session.execute(update(ReplyRow).values(created=now() - timedelta(days=10)))
    assert [made(database).report(days).questions for days in (9, 11)] == [0, 2]


def test_made_up_questions_are_never_mixed_with_patients(database: Database, chats: ConversationStore) -> None:
    """Two of one kind and one of the other are not three."""
    whipple(chats)
    with database.transaction() as session:
        session.execute(update(Patient).where(Patient.id == "p0").values(kind="demo"))
    missing = made(database, fewest=2)
    assert [shown(missing.report(demo=demo)) for demo in (False, True)] == [[(2, {"not_covered": 2})], []]
    assert not GapStore(database).only_demo()
    with database.transaction() as session:
        session.execute(update(Patient).values(kind="demo"))
    assert GapStore(database).only_demo()
    assert next(lines(missing.report(demo=True), demo=True)) == "made-up demo chats, not patients'"


def test_a_follow_up_is_grouped_by_what_it_goes_on_from(database: Database, chats: ConversationStore) -> None:
    """ "And in children?" alone would be grouped with every other one."""
    for number, topic in enumerate(["gout", "gout", "gout", "this burning shingles rash under my left breast"]):
        ask(chats, f"p{number}", f"what is {topic}", "answer")
        ask(chats, f"p{number}", "and does it run in families?")
    [gap] = made(database).report().gaps
    assert gap.group.patients == 3
    assert gap.group.text == "(what is gout) and does it run in families?"
    assert [near.title for near in gap.nearest] == ["Gout"]


def test_the_list_says_what_the_library_covers_by_now(database: Database, chats: ConversationStore) -> None:
    """An article that was published since is the answer to an old question."""
    for number in range(3):
        ask(chats, f"p{number}", "gout in the big toe")
    assert made(database).report().gaps[0].covered


def test_while_the_index_cannot_be_used_the_list_stands_without_nearest_articles(database: Database, chats: ConversationStore) -> None:
    """Editors read what patients asked also on a bad day."""

    def gone() -> Search:
        raise IndexUnusableError("the index is gone")

    whipple(chats)
    means = Means(gone, HashingEmbedder, lambda text: text)
    report = MissingAnswers(GapStore(database), LibraryStore(database), means, Grouping(3, 90)).report()
    assert [(gap.group.patients, gap.nearest) for gap in report.gaps] == [(3, ())]


def test_an_editor_sets_a_group_aside_and_it_is_on_the_trail(database: Database, chats: ConversationStore) -> None:
    """Who, when and why; a nurse may not."""
    whipple(chats)
    who, missing = editor(database), made(database)
    group = missing.report().gaps[0].group
    with pytest.raises(NotAllowedError, match="editors"):
        GapStore(database).decide(group, "not_for_us", "", editor(database, "care"))
    GapStore(database).decide(group, "not_for_us", "the hospital answers this", who)
    report = missing.report()
    assert ([gap.decision.by for gap in report.aside if gap.decision], report.open) == (["Editor"], ())
    assert [(entry.actor, entry.verb) for entry in AuditLog(database).of(group.key)] == [(who, "gap.not_for_us")]
    ask(chats, "p20", "whipple disease")
    assert made(database).report().aside
    ask(chats, "p21", "whipple disease")
    assert made(database).report().open


def test_what_was_set_aside_stays_so_when_its_own_questions_have_left_the_period(database: Database, chats: ConversationStore) -> None:
    """The same matter asked by the same number of other people is no news."""
    whipple(chats)
    GapStore(database).decide(made(database).report().gaps[0].group, "answered_elsewhere", "leaflet", editor(database))
    with database.transaction() as session:
        session.execute(update(Turn).values(created=now() - timedelta(days=200)))
        session.execute(update(ReplyRow).values(created=now() - timedelta(days=200)))
    assert made(database).report().gaps == ()
    whipple(chats, first=10)
    report = made(database).report()
    assert [gap.group.patients for gap in report.aside] == [3]
    assert (report.open, report.questions) == ((), 3)


def test_a_group_becomes_the_skeleton_of_an_article_without_a_patients_words(database: Database, chats: ConversationStore) -> None:
    """The questions stand beside it, for the test; the title is of words that most of them used."""
    for number, text in enumerate(WHIPPLE):
        ask(chats, f"p{number}", text.replace("catching", "zanzibar"))
    group: Group = made(database).report().gaps[0].group
    begun = beginning(group, "condition", dt.date(2026, 11, 21))
    article = parse(begun.text)
    assert (article.title, article.slug, begun.slug) == ("Whipple disease", "whipple-disease", "whipple-disease")
    assert "zanzibar" not in begun.text
    assert len(begun.questions) == 3
    assert any(problem.severity == "error" for problem in lint(article, dt.date(2026, 11, 21)))


def test_the_command_prints_the_list_and_json(small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """For editors who work from files."""
    whipple(small.conversations)
    monkeypatch.setattr(corpus, "application", lambda _folder, *, indexed: nullcontext(small))

    def run(*options: str) -> str:
        return CliRunner().invoke(cli, ["corpus", "gaps", *options]).stdout

    assert "3 patients" in run("--days", "30")
    told = json.loads(run("--json"))
    assert (told["questions"], told["groups"][0]["patients"], told["groups"][0]["question"] in WHIPPLE) == (3, 3, True)
    assert json.loads(run("--json", "--demo"))["groups"] == []


def test_an_article_begun_from_a_group_and_the_decision_stand_or_fall_together(database: Database, chats: ConversationStore) -> None:
    """A group must not say that somebody writes where nobody does."""
    whipple(chats)
    [gap] = made(database).report().gaps
    who, store = editor(database), GapStore(database)
    with pytest.raises(NotAllowedError, match="already an article called gout"):
        store.begin(gap.group, "gout", "text", who)
    assert store.decisions() == []
    store.begin(gap.group, "whipple-disease", "text", who)
    assert [(each.ruling, each.reason) for each in store.decisions()] == [("draft_begun", "whipple-disease")]
