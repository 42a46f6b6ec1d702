"""Revisions are immutable; the served set says which of them patients get, and its version rises with every change."""

import pytest

from app.records.database import Database
from app.records.library_store import LibraryStore
from knowledge.article import Article
from tests.fakes import article


@pytest.fixture
def library(database: Database) -> LibraryStore:
    """An empty library."""
    return LibraryStore(database)


def _gout(words: str = "Gout is painful.", slug: str = "gout") -> Article:
    return article(f"## Overview\n\n{words}\n", slug=slug)


def test_a_changed_text_is_a_new_revision(library: LibraryStore) -> None:
    """An old answer cites the old revision, so the old one must stay what it was."""
    library.publish([_gout()], "file")
    report = library.publish([_gout("Gout hurts.")], "file")
    assert (report.added, report.changed, report.unchanged) == ((), ("gout",), ())
    assert library.snapshot().revisions["gout"].number == 2


def test_the_same_text_is_no_new_revision(library: LibraryStore) -> None:
    """Every start adds the starter corpus again; citations must not grow old for that."""
    library.publish([_gout()], "file")
    before = library.snapshot()
    report = library.publish([_gout()], "file")
    assert (report.unchanged, library.snapshot().revisions["gout"].number) == (("gout",), 1)
    assert library.snapshot().version == before.version


def test_the_served_version_rises_with_every_change(library: LibraryStore) -> None:
    """Replicas poll it to know that they must read again."""
    versions = [library.snapshot().version]
    for words in ("one.", "two.", "one."):
        library.publish([_gout(words)], "file")
        versions.append(library.snapshot().version)
    assert versions == [0, 1, 2, 3]


def test_an_old_revision_can_still_be_read(library: LibraryStore) -> None:
    """A citation of last month opens where it stood."""
    library.publish([_gout("Gout is painful.")], "file")
    library.publish([_gout("Gout hurts.")], "file")
    old, served = library.revision("gout", 1), library.revision("gout")
    assert old is not None
    assert "painful" in old.article.body
    assert served is not None
    assert served.number == 2


@pytest.mark.parametrize(("slug", "number"), [("gout", 9), ("gout", 0), ("unknown", None), ("unknown", 1)])
def test_a_revision_that_never_was_is_none(slug: str, number: int | None, library: LibraryStore) -> None:
    """The page answers 404 for it."""
    library.publish([_gout()], "file")
    assert library.revision(slug, number) is None


def test_a_snapshot_does_not_change_under_an_answer(library: LibraryStore) -> None:
    """No answer ever mixes two versions of the library."""
    library.publish([_gout()], "file")
    held = library.snapshot()
    library.publish([_gout("Gout hurts."), _gout(slug="flu")], "file")
    assert list(held.revisions) == ["gout"]
    assert "painful" in held.article("gout").body


def test_an_unchanged_library_is_not_read_again(library: LibraryStore) -> None:
    """Parsing fifty articles at every question would cost more than the answer."""
    library.publish([_gout()], "file")
    assert library.snapshot() is library.snapshot()


def test_another_process_that_publishes_is_seen(library: LibraryStore, database: Database) -> None:
    """`carelight corpus add` writes the database; the running server serves it at once."""
    library.publish([_gout()], "file")
    library.snapshot()
    LibraryStore(database).publish([_gout("Gout hurts.")], "file")
    assert library.snapshot().revisions["gout"].number == 2


def test_an_article_comes_back_byte_for_byte(library: LibraryStore) -> None:
    """Offsets of citations count code points of exactly this text."""
    written = _gout("Naïve “quotes” – and 100 °F.")
    library.publish([written], "file")
    assert library.snapshot().article("gout").text == written.text
