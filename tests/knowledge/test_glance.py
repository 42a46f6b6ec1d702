"""A glance at an article file says the same as reading it, and something of what cannot be read."""

import datetime as dt

from app.wiring import starter_corpus
from knowledge.article import parse
from knowledge.glance import Glance, glance
from tests.fakes import article_text


def test_a_glance_agrees_with_the_whole_reading() -> None:
    """Over every article that ships: a list must not call an article what its page does not."""
    for article in starter_corpus():
        seen = Glance(article.title, article.slug, article.kind, article.language, article.library, article.next_review)
        assert glance(article.text) == seen


def test_an_imported_article_names_its_library() -> None:
    """However its provenance is written."""
    text = article_text("## Overview\n\nWords.\n")
    for written in (
        "provenance: {library: medquad, item: '1', revision: '1'}",
        "provenance:\n  library: medquad\n  item: '1'\n  revision: '1'",
        "provenance:\n  item: '1'\n  library: medquad\n  revision: '1'",
    ):
        whole = text.replace("---\n\n##", f"{written}\n---\n\n##")
        assert glance(whole).library == parse(whole).library == "medquad"


def test_a_text_that_is_still_being_written_shows_what_it_tells() -> None:
    """A working copy may be anything."""
    half = '---\ntitle: "Knee: pain"\nkind: novel\nnext_review: 2026-13-45\n---\nno section'
    assert glance(half) == Glance("Knee: pain", "", "", "", "own", None)
    assert glance("words") == Glance("", "", "", "", "own", None)
    assert glance("---\ntitle: 'never closed\n---\n").title == "'never closed"


def test_words_of_the_body_are_no_fields() -> None:
    """Only the front matter counts."""
    seen = glance(article_text("## Overview\n\ntitle: Other\nnext_review: 2020-01-01\n", title="Gout"))
    assert (seen.title, seen.next_review) == ("Gout", dt.date(2027, 11, 21))
