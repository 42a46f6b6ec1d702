"""Bringing libraries in: in batches, twice without change, own articles first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.content import importing
from app.content.importing import KINDS, Kind, bring_in
from app.records.database import Database
from app.records.library_store import LibraryStore
from knowledge.article import Article, parse
from knowledge.importers.compose import Refused
from tests.fakes import article, article_text


def imported(slug: str, title: str = "Gout", words: str = "Gout hurts.", library: str = "medlineplus") -> Article:
    """An article of another library."""
    text = article_text(f"## What is it?\n\n{words}\n", slug=slug, title=title, synonyms="x")
    return parse(text.replace("---\n\n##", f"provenance: {{library: {library}, item: {slug}, revision: '1'}}\n---\n\n##"))


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """The medlineplus importer finds two articles, one of them twice, and one it refuses."""

    def read(_path: Path) -> Iterator[Article | Refused]:
        yield from (imported("m-gout"), Refused("7", "has no text"), imported("m-flu", "Flu"), imported("m-gout", "Gout again"))

    monkeypatch.setitem(KINDS, "medlineplus", Kind(read, lambda path: 4, served=True))
    monkeypatch.setattr(importing, "_BATCH", 2)


@pytest.mark.usefixtures("three")
def test_an_import_tells_what_became_of_everything(database: Database) -> None:
    """Added, and refused with the reason: two topics of one name are not one."""
    done = bring_in(LibraryStore(database), "medlineplus", Path())
    assert done.stored.added == ("m-gout", "m-flu")
    assert [refused.where for refused in done.refused] == ["7", "m-gout"]


@pytest.mark.usefixtures("three")
def test_the_same_input_twice_changes_nothing(database: Database) -> None:
    """No new revision, no new version of the served set, no citation grown old."""
    store = LibraryStore(database, ["medlineplus"])
    bring_in(store, "medlineplus", Path())
    before = store.snapshot()
    again = bring_in(store, "medlineplus", Path())
    assert (again.stored.added, again.stored.changed, len(again.stored.unchanged)) == ((), (), 2)
    assert store.snapshot() is before


@pytest.mark.usefixtures("three")
def test_a_dry_run_says_the_same_and_writes_nothing(database: Database) -> None:
    """An operator looks before the library of a clinic changes."""
    store = LibraryStore(database)
    dry = bring_in(store, "medlineplus", Path(), dry_run=True)
    assert store.stored() == []
    assert dry == bring_in(store, "medlineplus", Path())


def test_a_broken_off_import_keeps_its_batches_and_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power fails at the third topic; the next run adds what is missing."""
    breaks = [True]

    def read(_path: Path) -> Iterator[Article | Refused]:
        yield from (imported("m-a", "A"), imported("m-b", "B"))
        if breaks:
            breaks.clear()
            raise KeyboardInterrupt
        yield imported("m-c", "C")

    monkeypatch.setitem(KINDS, "medlineplus", Kind(read, lambda path: None, served=True))
    monkeypatch.setattr(importing, "_BATCH", 2)
    with pytest.raises(KeyboardInterrupt):
        bring_in(LibraryStore(database), "medlineplus", Path())
    done = bring_in(LibraryStore(database), "medlineplus", Path())
    assert (done.stored.added, len(done.stored.unchanged)) == (("m-c",), 2)


def test_only_libraries_of_the_setting_are_served(database: Database) -> None:
    """Loading a library and answering patients from it are two decisions."""
    LibraryStore(database).publish([article("## Overview\n\nOwn.\n"), imported("m-flu", "Flu")], "test")
    assert list(LibraryStore(database).snapshot().revisions) == ["gout"]
    assert list(LibraryStore(database, ["own", "medlineplus"]).snapshot().revisions) == ["gout", "m-flu"]


@pytest.mark.parametrize("title", ["Gout", "GOUT", "Podagra"])
def test_an_own_article_wins_over_an_imported_one_on_its_topic(title: str, database: Database) -> None:
    """By title or synonym: what the clinic wrote is what its patients get."""
    store = LibraryStore(database, ["own", "medlineplus"])
    store.publish([article("## Overview\n\nOwn.\n"), imported("m-gout", title)], "test")
    assert list(store.snapshot().revisions) == ["gout"]


def test_of_two_imported_libraries_the_earlier_wins(database: Database) -> None:
    """The order of the setting is the order of trust."""
    LibraryStore(database).publish([imported("a-gout"), imported("b-gout", library="medquad")], "test")
    assert list(LibraryStore(database, ["medquad", "medlineplus"]).snapshot().revisions) == ["b-gout"]


def test_a_document_waits_as_a_draft(database: Database, tmp_path: Path) -> None:
    """Nothing reaches patients from a Word file that nobody has read."""
    (tmp_path / "gout.html").write_text("<h1>Gout</h1><p>Gout hurts.</p>")
    store = LibraryStore(database, ["own", "documents"])
    assert bring_in(store, "html", tmp_path).stored.added == ("documents-gout-html",)
    assert store.snapshot().revisions == {}
    assert [draft.slug for draft in store.drafts()] == ["documents-gout-html"]


def test_every_revision_comes_back_from_its_files(database: Database, tmp_path: Path) -> None:
    """Export and import are a backup: the same revisions, the same bytes, the newest served."""
    for number, words in enumerate(("one", "two"), 1):
        (tmp_path / "gout").mkdir(exist_ok=True)
        (tmp_path / "gout" / f"{number:04}.md").write_text(article_text(f"## Overview\n\nGout {words}.\n"))
    store = LibraryStore(database)
    assert (bring_in(store, "markdown", tmp_path).stored.added, store.snapshot().revisions["gout"].number) == (("gout",), 2)
    assert [stored.text for stored in store.stored()] == [file.read_text() for file in sorted((tmp_path / "gout").iterdir())]
