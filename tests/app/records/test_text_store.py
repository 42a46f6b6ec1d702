"""The clinic's texts follow the rules of its articles; what ships is taken in once and never pushes a signed text aside."""

from dataclasses import replace

import pytest

from app.content import documents
from app.errors import NotAllowedError
from app.records.article_board import ArticleBoard
from app.records.database import Database
from app.records.library_store import LibraryStore
from app.records.publishing import PublishStore
from app.records.submissions import SubmissionStore
from app.records.text_store import TextStore
from knowledge.front_matter import ArticleError
from knowledge.words import checks
from tests.app.turns import GOUT
from tests.desk_of_two import Two

WORDS = next(document for document in documents.packaged() if document.slug == "words.en")


def _with(key: str, said: str) -> documents.Document:
    text = checks.with_entry(WORDS.text, key, said)
    return replace(WORDS, text=text, body=text)


@pytest.fixture
def texts(database: Database) -> TextStore:
    """A store that has taken in what ships."""
    store = TextStore(database)
    assert set(store.bring_in(documents.packaged())) == set(documents.TEXT_FORMS)
    return store


def test_what_ships_is_served_unsigned_and_taken_in_once(texts: TextStore) -> None:
    """Every start takes it in again."""
    before = texts.served()
    assert texts.bring_in(documents.packaged()) == ()
    assert texts.served() == before
    assert {(found.number, found.signed) for found in before.texts.values()} == {(1, False)}


def test_a_newer_text_that_ships_is_served_while_nobody_signed_their_own(texts: TextStore) -> None:
    """An upgrade must reach clinics that never changed a word."""
    newer = _with("welcome", "Ask away.")
    assert texts.bring_in([newer]) == ("words.en",)
    assert (texts.served().texts["words.en"].number, texts.served().texts["words.en"].text) == (2, newer.text)


def test_a_newer_text_that_ships_waits_where_somebody_signed_their_own(texts: TextStore, database: Database) -> None:
    """Nothing reaches patients that two people have not passed (promise 4)."""
    two = Two(database)
    two.publish("words.en", _with("welcome", "Our own.").text)
    texts.bring_in([_with("welcome", "Ask away.")])
    texts.bring_in([_with("welcome", "Ask away.")])
    served = texts.served().texts["words.en"]
    assert (served.number, served.signed, "Our own." in served.text) == (2, True, True)


def test_a_text_goes_the_way_of_an_article(texts: TextStore, database: Database) -> None:
    """Draft, review, gate, publication; whoever wrote it cannot sign it, and roll back needs what was passed."""
    two = Two(database)
    version = texts.version()
    two.publish("words.en", _with("welcome", "First.").text)
    two.publish("words.en", _with("welcome", "Second.").text)
    assert texts.version() > version
    two.roll_back("words.en", 2)
    assert "First." in texts.served().texts["words.en"].text
    with pytest.raises(NotAllowedError, match="nobody has signed"):
        two.roll_back("words.en", 1)


@pytest.mark.parametrize("text", [checks.with_entry(WORDS.text, "emergency_line", ""), "Nothing of all that."])
def test_a_text_that_is_unfit_cannot_be_handed_in(text: str, texts: TextStore, database: Database) -> None:
    """Emergency lines can never be emptied, whoever would sign that."""
    two = Two(database)
    draft = two.drafts.begin("words.en", two.ed)
    draft = two.drafts.save("words.en", text, draft.version, two.ed)
    with pytest.raises(ArticleError, match=r"emergency_line|is missing"):
        SubmissionStore(database).submit("words.en", draft.version, two.ed)


def test_a_text_that_became_unfit_cannot_be_served(texts: TextStore, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade may ask for more than what was signed before it."""
    two = Two(database)
    two.approve("words.en", _with("welcome", "First.").text)
    longer = WORDS.text + "\n## brought_by_an_upgrade\nHello.\n"
    form = replace(documents.TEXT_FORMS["words.en"], packaged=lambda: longer)
    monkeypatch.setattr(documents, "TEXT_FORMS", {**documents.TEXT_FORMS, "words.en": form})
    with pytest.raises(NotAllowedError, match="brought_by_an_upgrade is missing"):
        two.serve("words.en")
    assert texts.served().texts["words.en"].number == 1


def test_no_text_is_withdrawn(texts: TextStore, database: Database) -> None:
    """A clinic without its emergency lines is no clinic."""
    two = Two(database)
    with pytest.raises(NotAllowedError, match="cannot be without it"):
        PublishStore(database).withdraw("words.en", two.rita, "wrong", pinned=False)
    with pytest.raises(NotAllowedError):
        PublishStore(database).expire("numbers.regions", "overdue")


def test_texts_are_no_articles(texts: TextStore, database: Database) -> None:
    """No answer quotes them, no page of the library opens them, and an export of articles leaves them out."""
    library = LibraryStore(database)
    library.publish([GOUT], "test")
    assert (library.revision("words.en"), library.revision("words.en", 1)) == (None, None)
    assert [stored.slug for stored in library.stored()] == ["gout"]
    assert (list(library.snapshot().revisions), list(library.drafts())) == (["gout"], [])


def test_texts_and_articles_are_listed_apart(texts: TextStore, database: Database) -> None:
    """The library's table and the page of texts each have their own."""
    LibraryStore(database).publish([GOUT], "test")
    board = ArticleBoard(database)
    assert [line.slug for line in board.read()] == ["gout"]
    assert {(line.slug, line.kind, line.state) for line in board.texts()} >= {("words.en", "words", "published")}
    assert len(board.texts()) == len(documents.TEXT_FORMS)
