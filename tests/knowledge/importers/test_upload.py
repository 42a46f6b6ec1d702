"""A document becomes a draft that nobody can hand in without going through it."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from knowledge.article import parse
from knowledge.importers import upload
from knowledge.importers.upload import UploadError, draft
from knowledge.lint import lint
from tests.fakes import article_text
from tests.knowledge.importers.test_documents import PAGE, docx

TODAY = dt.date(2026, 11, 21)


def test_a_page_becomes_a_draft_under_our_headings() -> None:
    """It can be read as an article at once, and lint asks for what the document does not tell."""
    article = parse(draft("gout.html", PAGE.encode(), TODAY))
    assert (article.title, article.slug, article.library) == ("Gout", "gout", "own")
    assert [section.heading for section in article.sections] == ["Overview", "Symptoms"]
    assert "Gout hurts." in article.body
    assert any("prompt of the template" in problem.message for problem in lint(article, TODAY))


def test_a_part_under_another_heading_says_so_until_it_is_looked_through() -> None:
    """Its words are kept under the heading of ours that answers the same."""
    page = "<h1>Gout</h1><p>Pain.</p><h2>How is it treated?</h2><p>Rest.</p><h2>TREATMENT</h2><p>Ice.</p>"
    article = parse(draft("gout.html", page.encode(), TODAY, "Gout at home"))
    assert article.slug == "gout-at-home"
    assert [section.heading for section in article.sections] == ["Overview", "Treatment"]
    assert "which stood under “How is it treated?”" in article.body
    assert article.body.index("Rest.") < article.body.index("Ice.")


def test_a_word_file_and_plain_markdown_become_drafts(tmp_path: Path) -> None:
    """Each by its own way, to the same form."""
    docx(tmp_path / "gout.docx", [("Heading1", "Gout"), ("", "Gout hurts."), ("Heading2", "Symptoms"), ("", "Heat.")])
    word = parse(draft("gout.docx", (tmp_path / "gout.docx").read_bytes(), TODAY))
    plain = parse(draft("gout.md", b"# Gout\r\n\r\nGout hurts.\r\n\r\n## Symptoms\r\n\r\n- Heat\r\n- Redness\r\n", TODAY))
    assert [section.heading for section in word.sections] == [section.heading for section in plain.sections] == ["Overview", "Symptoms"]
    assert (word.title, plain.title) == ("Gout", "Gout")
    assert "- Heat\n- Redness" in plain.body


def test_an_article_in_our_form_stays_as_it_is() -> None:
    """Who writes in files uploads what they wrote."""
    text = article_text("## Overview\n\nGout hurts.\n")
    assert draft("any.md", text.encode(), TODAY) == text


def test_what_a_page_runs_or_hides_does_not_come_in() -> None:
    """A draft is text; nobody's browser runs a document."""
    text = draft("gout.html", b"<h1>Gout</h1><p onclick='x()'>Pain.<script>alert(1)</script></p><img src=x onerror=alert(1)>", TODAY)
    assert "alert" not in text
    assert "onclick" not in text


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("gout.exe", b"MZ", "this kind of file cannot be read"),
        ("gout.html", b"<p></p>", "holds no text"),
        ("gout.docx", b"no archive", "is it really docx"),
        ("gout.pdf", b"no pdf", "is it really pdf"),
        ("gout.md", b"\xff\xfe", "no UTF-8 text"),
        ("gout.md", b"# Only a title\n", "holds no text"),
        ("gout.md", b"---\ntitle: Gout\nslug: No Slug\n---\n", "states no slug"),
        ("gout.md", b"---\nslug: gout\nprovenance: {library: medquad, item: '1', revision: '1'}\n---\n", "belongs to the library medquad"),
        ("gout.md", b"## Overview\n\n" + b"word " * 50_000, "has 250,"),
        ("gout.md", b"x" * (upload.LARGEST + 1), "larger than 5 MB"),
    ],
)
def test_what_cannot_become_a_draft_is_told_with_what_to_do(name: str, data: bytes, why: str) -> None:
    """The name of the file first: several may be brought in after another."""
    with pytest.raises(UploadError, match=rf"^{name}: .*{why}"):
        draft(name, data, TODAY)


def test_a_word_file_that_unfolds_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes can hold gigabytes of zeros."""
    monkeypatch.setattr(upload, "_LARGEST_INSIDE", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 2_000_000)
    with pytest.raises(UploadError, match="unfolds to more than"):
        draft("bomb.docx", (tmp_path / "bomb.docx").read_bytes(), TODAY)
