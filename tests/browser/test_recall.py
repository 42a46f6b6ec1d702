"""From an answer in the chat to the note in it: the article is corrected, a recall is started, a nurse tells the patient."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.records.database import Database
from app.records.library_store import LibraryStore
from app.records.models import CitationRow, RevisionRow
from app.records.models import Reply as ReplyRow
from knowledge.article import parse
from tests.browser.conftest import Server, open_chat, say, sign_in
from tests.browser.test_accessibility import listed, serious
from tests.keys import served

pytestmark = pytest.mark.browser


@pytest.fixture
def records(server: Server) -> Iterator[Database]:
    """The server's database, on a connection of our own."""
    database = served(server.data_dir)
    yield database
    database.close()


def _quoted(records: Database, chat: str) -> CitationRow:
    """What the answer in this chat quoted first."""
    with records.reading() as session:
        cited = select(CitationRow).join(ReplyRow, ReplyRow.id == CitationRow.reply_id).where(ReplyRow.conversation_id == chat)
        row = session.scalars(cited.order_by(CitationRow.id)).first()
        assert row is not None
        session.expunge(row)
        return row


def _correct(records: Database, quoted: CitationRow) -> None:
    """Another process puts the quoted sentence right."""
    slug = quoted.article
    with records.reading() as session:
        text = session.scalar(select(RevisionRow.text).where(RevisionRow.slug == slug, RevisionRow.number == quoted.revision))
    assert text is not None
    sentence = parse(text, slug).body[quoted.start : quoted.end]
    LibraryStore(records).publish([parse(text.replace(sentence, f"{sentence.removesuffix('.')}, in most people."), slug)], "test")


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_a_patient_is_told_in_their_open_chat_that_what_they_were_quoted_was_corrected(
    visitor: Callable[..., BrowserContext], server: Server, records: Database
) -> None:
    """The whole way; the recall is on both desks, and no page of it has a serious violation."""
    chat_page = open_chat(visitor(), server)
    say(chat_page, "what is psoriasis?")  # no other test quotes it: the first chat of the recall is this one
    chat_page.wait_for_url("**/thread/**")
    quoted = _quoted(records, chat_page.url.rsplit("/", 1)[1])
    _correct(records, quoted)

    editor = visitor().new_page()
    sign_in(editor, server, "rita", "/desk/editor/recalls")
    editor.goto(f"{server.url}/desk/editor/recalls?slug={quoted.article}&revision={quoted.revision}")
    editor.get_by_label("Why (the team reads this, patients do not)").fill("The article said more than is known.")
    _press(editor, "Start the recall")
    editor.wait_for_url("**/desk/editor/recalls/*")
    expect(editor.get_by_test_id("recall-chat").first).to_contain_text("corrected since")
    expect(editor.get_by_role("button", name="Open the chat")).to_have_count(0)
    assert serious(editor) - listed() == set()

    nurse = visitor().new_page()
    sign_in(nurse, server, "nora", "/desk/care/recalls")
    assert serious(nurse) - listed() == set()
    nurse.goto(f"{server.url}/desk/care/recalls/{editor.url.rsplit('/', 1)[1]}")
    _press(nurse, "Open the chat")
    expect(nurse.get_by_test_id("transcript")).to_contain_text("what is psoriasis?")
    assert serious(nurse) - listed() == set()
    _press(nurse, "Leave a note")
    nurse.get_by_label("What you add in English (may stay empty)").fill("We had sounded too sure.")
    _press(nurse, "Leave the note")

    expect(chat_page.get_by_text("That page has been corrected since. We had sounded too sure.")).to_have_count(1)
    expect(nurse.get_by_text("the patient's page has shown it")).to_be_visible()
    expect(editor.get_by_test_id("recall-head")).to_contain_text("1 of")
    _press(editor, "Close the recall")
    _press(editor, "Close it")
    expect(editor.get_by_test_id("recall-head")).to_contain_text("Closed by Rita")
    expect(nurse.get_by_role("button", name="Leave a note")).to_have_count(0)


def test_what_is_missing_says_that_it_reads_and_has_no_serious_violation(
    visitor: Callable[..., BrowserContext], server: Server, page: Page
) -> None:
    """A list that is being read must not look like an empty one."""
    say(page, "what is whipple disease?")
    desk = visitor().new_page()
    sign_in(desk, server, "rita", "/desk/editor/missing")
    expect(desk.get_by_role("heading", name="To look at")).to_be_visible(timeout=60_000)
    expect(desk.get_by_test_id("reading")).to_be_hidden()
    assert serious(desk) - listed() == set()
