"""The list of articles as the records hold it: fresh where something changed, and not read again where nothing did."""

from dataclasses import dataclass

import pytest

from app.journal import Reply
from app.records import article_board, article_heads
from app.records.article_board import ArticleBoard, Line
from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.drafts import DraftStore
from app.records.library_store import LibraryStore
from app.records.staff import StaffStore
from app.records.submissions import SubmissionStore
from knowledge.article import parse
from knowledge.citation import Citation, Statement
from tests.fakes import article, article_text

GOUT = article("## Overview\n\nGout hurts.\n")


@dataclass(frozen=True)
class Desk:
    """Records with an editor and one served article."""

    database: Database
    ed: str

    def line(self) -> Line:
        """The only article, read by a board of its own."""
        [line] = ArticleBoard(self.database).read()
        return line


@pytest.fixture
def desk(database: Database) -> Desk:
    staff = StaffStore(database)
    staff.add("ed", "Ed", "editor", "correct horse battery")
    LibraryStore(database).publish([GOUT], "starter")
    return Desk(database, staff.team("editor")[0].id)


def test_a_list_that_did_not_change_is_not_read_again(desk: Desk) -> None:
    """Every open desk looks every few seconds, also at nine thousand articles."""
    board = ArticleBoard(desk.database)
    first = board.read()
    assert board.read() is first
    draft = DraftStore(desk.database).begin("gout", desk.ed)
    second = board.read()
    assert (second is first, second[0].state, second[0].owner) == (False, "draft", "Ed")
    DraftStore(desk.database).save("gout", draft.text + "\n", draft.version, desk.ed)
    assert board.read() is not second


def test_grades_are_worked_out_a_little_at_each_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library takes seconds to grade; its list does not wait for that."""
    others = [article("## Overview\n\nIt hurts.\n", slug=f"a{number}", title=f"A{number}", synonyms="") for number in range(3)]
    LibraryStore(desk.database).publish(others, "starter")
    monkeypatch.setattr(article_heads, "_GRADING_S", -1.0)
    board = ArticleBoard(desk.database)
    counted = [sum(line.grade is not None for line in board.read()) for _ in range(5)]
    assert counted == [1, 2, 3, 4, 4]


def test_an_article_of_another_library_has_no_grade(desk: Desk) -> None:
    """Nobody here can rewrite it, and there are thousands."""
    text = GOUT.text.replace("---\n\n##", "provenance: {library: medquad, item: '1', revision: '1'}\n---\n\n##")
    LibraryStore(desk.database).publish([parse(text.replace("slug: gout", "slug: mq-gout"))], "medquad")
    lines = {line.slug: line for line in ArticleBoard(desk.database).read()}
    assert (lines["mq-gout"].library, lines["mq-gout"].grade) == ("medquad", None)
    assert lines["gout"].grade is not None


def test_a_working_copy_that_cannot_be_read_still_has_a_title(desk: Desk) -> None:
    """Its editor must find it again."""
    drafts = DraftStore(desk.database)
    drafts.create("knee", article_text("no section at all", title="Knee", slug="knee"), desk.ed)
    line = next(line for line in ArticleBoard(desk.database).read() if line.slug == "knee")
    assert (line.title, line.state, line.served, line.authors) == ("Knee", "draft", None, frozenset({desk.ed}))


def test_a_text_from_a_file_waits_and_one_of_the_desk_does_not(desk: Desk) -> None:
    """A revision that was handed in here and sent back is not news from outside."""
    drafts, submissions = DraftStore(desk.database), SubmissionStore(desk.database)
    draft = drafts.begin("gout", desk.ed)
    saved = drafts.save("gout", draft.text + "\n", draft.version, desk.ed)
    submissions.submit("gout", saved.version, desk.ed)
    submissions.take_back("gout", desk.ed)
    again = drafts.begin("gout", desk.ed)
    drafts.discard("gout", again.version, desk.ed)
    assert desk.line().state == "published"
    LibraryStore(desk.database).draft([article("## Overview\n\nFrom a file.\n")], "file")
    assert desk.line().state == "waiting"


def test_answers_that_cite_an_article_are_counted_with_what_patients_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted anew once a minute; an editor's list need not be fresher."""
    chats, board = ConversationStore(desk.database), ArticleBoard(desk.database)
    assert board.read()[0].cited == 0
    citation = Citation("gout", "Gout", "overview", "Overview", 1, 13, 24, "Gout hurts.")
    twice = (Statement("Gout hurts.", (citation,)), Statement("It hurts.", (citation,)))
    for number, rating in enumerate((1, 0, None)):
        turn = chats.receive("p1", "c1", "what is gout?")
        chats.record(turn, Reply(f"r{number}", "answer", "Gout hurts.", statements=twice))
        chats.rate(f"r{number}", rating)
    assert board.read()[0].cited == 0
    monkeypatch.setattr(article_board, "_COUNTED_EVERY_S", -1.0)
    line = board.read()[0]
    assert (line.cited, line.liked, line.disliked) == (3, 1, 1)
