"""Front matter changed by a form: the value asked for is there, and every other byte is where it was."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import normal, parse, split
from knowledge.front_edit import Front, body_line, read, with_body, with_front
from knowledge.front_matter import ArticleError, Seen, Source
from knowledge.lint import line_of

GOUT = (Path(__file__).parent.parent.parent / "knowledge" / "corpus" / "gout.md").read_text(encoding="utf-8")
FILES = sorted((Path(__file__).parent.parent.parent / "knowledge" / "corpus").glob("[a-z]*.md"))
ODD = """---
title: "Gout"   # the name that patients say
slug: gout
kind: condition
language: en
audience:
  - adult
synonyms: [podagra,
  "uric acid: arthritis"]
summary: >-
  Gout is a painful
  arthritis.
# codes are looked up by hand
codes: {}
sources: [{organisation: A, title: B, url: "https://a.example", seen: null}, {organisation: C, title: D, url: "urn:x", seen: null}]
licence: CC0
created: 2026-11-21
source_checked: {date: 2026-11-21, how: 'read: twice'}
clinical_review: null
next_review: 2027-11-21
---

## Overview

Gout hurts.
"""
words = st.text(min_size=1, max_size=40).map(lambda text: normal(" ".join(text.split()))).filter(lambda text: bool(text.strip()))
sources = st.builds(
    Source,
    words,
    words,
    words.map(lambda text: f"https://example.org/{text}"),
    st.none() | st.builds(Seen, st.dates(dt.date(1900, 1, 1)), words),
)
fronts = st.builds(
    Front,
    title=words,
    kind=st.sampled_from(["condition", "medicine", "first_aid"]),
    audience=st.lists(st.sampled_from(["adult", "child", "pregnancy"]), min_size=1, max_size=3, unique=True).map(tuple),
    synonyms=st.lists(words, max_size=4).map(tuple),
    summary=words,
    codes=st.dictionaries(st.sampled_from(["icd10", "mesh"]), st.lists(words, max_size=3).map(tuple), max_size=2),
    sources=st.lists(sources, min_size=1, max_size=3).map(tuple),
    licence=words,
    next_review=st.dates(dt.date(1900, 1, 1)),
)


@given(fronts, st.sampled_from([GOUT, ODD]))
@settings(max_examples=150, deadline=None)
def test_what_a_form_holds_is_what_the_file_then_says(front: Front, text: str) -> None:
    """Whatever is typed: quotes, colons, brackets, "yes", a date, emoji."""
    made = with_front(text, front)
    assert read(made) == front
    assert split(made)[1] == split(text)[1]
    assert parse(made).source_checked == parse(text).source_checked


@given(words, st.sampled_from([GOUT, ODD]))
@settings(max_examples=60, deadline=None)
def test_one_changed_field_leaves_every_other_line_as_it_stood(title: str, text: str) -> None:
    """A reviewer sees the change, not its surroundings in another quoting."""
    made = with_front(text, replace(read(text), title=title)).split("\n")
    before = text.split("\n")
    assert [line for line in made if not line.startswith("title:")] == [line for line in before if not line.startswith("title:")]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_form_that_changes_nothing_returns_the_same_bytes(file: Path) -> None:
    """Over every article that ships, and there and back again."""
    text = file.read_text(encoding="utf-8")
    front = read(text)
    assert with_front(text, front) == text
    assert read(with_front(text, replace(front, summary="Other."))) == replace(front, summary="Other.")


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_another_body_leaves_the_front_matter_to_the_byte(body: str) -> None:
    """Typing in the text must not touch what the form holds."""
    made = with_body(ODD, body)
    assert made == ODD[: ODD.index("\n## Overview")] + normal(body)
    assert read(made) == read(ODD)


def test_a_comment_beside_a_changed_value_stays() -> None:
    """It is somebody's note to the next editor."""
    assert "title: Gout attack   # the name that patients say\n" in with_front(ODD, replace(read(ODD), title="Gout attack"))
    assert "# codes are looked up by hand\ncodes: {icd10: [M10]}\n" in with_front(ODD, replace(read(ODD), codes={"icd10": ("M10",)}))


def test_sources_that_stay_keep_their_bytes_when_one_is_taken_out() -> None:
    """Seven sources of an article were each read by somebody; only the list changes."""
    front = read(GOUT)
    made = with_front(GOUT, replace(front, sources=front.sources[1:]))
    gone = GOUT[GOUT.index("  - organisation: MedlinePlus") : GOUT.index("  - organisation: NHS 111")]
    assert made == GOUT.replace(gone, "", 1)


def test_a_value_that_others_refer_to_is_left_to_a_person() -> None:
    """YAML lets one value stand in two places; changing both unasked would be a loss."""
    text = ODD.replace('title: "Gout"', "title: &name Gout").replace("licence: CC0", "licence: *name")
    for other in (replace(read(text), title="Other"), replace(read(text), licence="CC0")):
        with pytest.raises(ArticleError, match="change it as text"):
            with_front(text, other)


def test_a_value_that_no_article_may_have_is_named() -> None:
    """The form tells it below the field."""
    with pytest.raises(ArticleError, match="title: must be text that is not empty"):
        with_front(GOUT, replace(read(GOUT), title=""))
    with pytest.raises(ArticleError, match="url 'x' must start with https"):
        with_front(GOUT, replace(read(GOUT), sources=(Source("A", "B", "x", None),)))


def test_front_matter_that_cannot_be_read_is_told_by_its_line() -> None:
    """The form then gives way to the text."""
    with pytest.raises(ArticleError, match="title: is missing"):
        read(GOUT.replace("title: Gout\n", "", 1))


def test_the_body_begins_where_lint_counts_its_first_line() -> None:
    """Problems name lines of the file; the field shows the body."""
    article = parse(GOUT)
    assert body_line(GOUT) == line_of(article, 0)
