"""Article files: read without loss, and refused with the file, line and field of what is wrong."""

import re
import unicodedata
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import article as article_module
from knowledge.article import Article, parse
from knowledge.front_matter import ArticleError
from knowledge.headings import HEADINGS, SectionKind
from tests.fakes import article, article_text

BODY = "## Overview\n\nGout is painful.\n\n## Self-care\n\nRest helps gout.\n"
README = Path(article_module.__file__).parent / "corpus" / "README.md"


def replaced(old: str, new: str) -> str:
    """The test article with `old`, which must stand in it, made `new`."""
    text = article_text(BODY)
    assert old in text
    return text.replace(old, new, 1)


def refusal(text: str) -> ArticleError:
    """The error that reading `text` as gout.md ends in."""
    with pytest.raises(ArticleError) as caught:
        parse(text, "gout.md")
    return caught.value


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=80))
def test_an_article_keeps_its_file_word_for_word(paragraph: str) -> None:
    """A citation pins code points of the body, so reading may not move one of them."""
    text = unicodedata.normalize("NFC", article_text(f"## Overview\n\nGout. {paragraph}"))
    read = parse(text)
    assert read.text == text
    assert text.endswith("---\n" + read.body)


def test_reading_a_written_article_again_gives_the_same_article() -> None:
    """The database stores `text` and parses it at every start: nothing may drift."""
    read = article(BODY)
    assert parse(read.text) == read


@pytest.mark.parametrize(
    ("foreign", "same"),
    [
        (article_text(BODY).replace("\n", "\r\n"), article_text(BODY)),
        (article_text(BODY).replace("\n", "\r"), article_text(BODY)),
        (article_text(BODY + "\nMigran\u0303a.\n"), article_text(BODY + "\nMigra\u00f1a.\n")),
    ],
    ids=["windows", "old mac", "decomposed accents"],
)
def test_files_that_look_the_same_are_the_same_article(foreign: str, same: str) -> None:
    """Spans counted on an editor's laptop must hold on the server."""
    assert parse(foreign) == parse(same)


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("title: Gout", "title: ''", 2, "title"),
        ("slug: gout", "slug: Gout attack", 3, "slug"),
        ("kind: condition", "kind: illness", 4, "kind"),
        ("language: en", "language: 7", 5, "language"),
        ("audience: [adult]", "audience: [grown-ups]", 6, "audience"),
        ("audience: [adult]", "audience: []", 6, "audience"),
        ("synonyms: [podagra]", "synonyms: podagra", 7, "synonyms"),
        ("codes: {}", "codes: [M10]", 9, "codes"),
        ("codes: {}", "codes: {icd10: M10}", 9, "codes"),
        ("url: https://medlineplus.gov", "url: medlineplus.gov", 10, "sources"),
        ("organisation: MedlinePlus", "organisation: ''", 10, "sources"),
        ("seen: null", "seen: yesterday", 10, "sources"),
        ("seen: null", "seen: {date: 2026-02-30, how: read}", 10, "sources"),
        ("    seen: null\n", "", 10, "sources"),
        ("created: 2026-11-21", "created: soon", 20, "created"),
        ("created: 2026-11-21", "created: 2026-13-45", 20, "created"),
        ("created: 2026-11-21", "created: 2026-11-21 10:00:00", 20, "created"),
        ("how: test", "by: nobody", 21, "source_checked"),
        ("clinical_review: null", "clinical_review: yes", 22, "clinical_review"),
        ("next_review: 2027-11-21", "next_review: null", 23, "next_review"),
        ("clinical_review: null", "clinical_review: null\ndoctor: Smith", 23, "doctor"),
        ("licence: CC-BY-4.0\n", "", 1, "licence"),
        ("kind: condition", "kind: @condition", 4, "front matter"),
        ("kind: condition", "kind: 0x_", 1, "front matter"),
    ],
)
def test_a_wrong_field_is_named_with_its_file_and_line(old: str, new: str, line: int, field: str) -> None:
    """An editor must find the mistake without reading a traceback."""
    error = refusal(replaced(old, new))
    assert (error.file, error.line, error.field) == ("gout.md", line, field)
    assert str(error).startswith(f"gout.md:{line}: {field}: ")


@pytest.mark.parametrize(
    ("body", "line", "field"),
    [
        ("Gout is painful.\n", 25, "body"),
        ("\nGout is painful.\n\n## Overview\n\nGout.\n", 27, "body"),
        ("## Overview\n\nGout.\n\n## Folklore\n\nCherries.\n", 30, "section"),
        ("## Overview\n\nGout.\n\n## Causes\n\n## Symptoms\n\nPain.\n", 30, "section"),
    ],
    ids=["no section", "text before the first section", "unknown heading", "empty section"],
)
def test_a_body_that_patients_could_not_read_whole_is_refused(body: str, line: int, field: str) -> None:
    """Text outside known sections is never shown, searched or cited: it must not vanish in silence."""
    error = refusal(article_text(body))
    assert (error.line, error.field) == (line, field)


@pytest.mark.parametrize("text", ["", "# Gout\n\nPain.\n", "---\ntitle: Gout\n", "---\n- title\n---\n## Overview\n\nGout.\n"])
def test_a_file_without_front_matter_is_refused_as_such(text: str) -> None:
    """The commonest newcomer's mistake gets the answer that helps."""
    assert refusal(text).field == "front matter"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab01:-_.,[]{}&*!|>'\"% #?x\n", max_size=12), st.sampled_from(["title", "created", "codes", "sources"]))
def test_whatever_stands_in_a_field_ends_in_an_article_or_an_article_error(junk: str, field: str) -> None:
    """One bad file in an import must never stop the others with a stray exception."""
    text = re.sub(rf"^{field}: ?(.*)$", lambda match: f"{field}: {junk}", article_text(BODY), count=1, flags=re.MULTILINE)
    try:
        outcome: Article | ArticleError = parse(text)
    except ArticleError as error:
        outcome = error
    assert isinstance(outcome, ArticleError) or outcome.text == text


def test_a_section_holds_its_text_and_not_its_heading() -> None:
    """A quote that included '## Self-care' would be shown as part of the sentence."""
    read = article(BODY)
    assert [read.body[s.start : s.end].strip() for s in read.sections] == ["Gout is painful.", "Rest helps gout."]


def test_an_offset_belongs_to_the_section_around_it() -> None:
    """Opening a citation scrolls to the section that holds it."""
    read = article(BODY)
    assert read.section_at(read.body.index("Rest")).heading == "Self-care"
    with pytest.raises(LookupError):
        read.section_at(read.body.index("## Self-care"))


def test_a_section_has_an_anchor_fit_for_an_address() -> None:
    """Links to sections must survive being pasted into a message."""
    assert article("## When to get help\n\nCall.\n").sections[0].anchor == "when-to-get-help"


def test_every_kind_of_section_can_be_written() -> None:
    """A question may ask for any kind of section, so each needs a heading."""
    assert set(HEADINGS.values()) == set(get_args(SectionKind))


def test_the_writing_guide_lists_exactly_the_headings_that_are_accepted() -> None:
    """A newcomer writes an article by the README alone."""
    guide = README.read_text(encoding="utf-8").split("## The articles")[0]
    rows = re.findall(r"^\| ([^|]+?) \| (\w+) \|$", guide, re.MULTILINE)
    assert dict(rows[1:]) == dict(HEADINGS)


def test_the_writing_guides_example_can_be_read() -> None:
    """The front matter that newcomers copy must be accepted."""
    example = re.search(r"^```yaml\n(---\n.*?---\n)```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert example is not None
    assert parse(example[1] + BODY).slug == "gout"
