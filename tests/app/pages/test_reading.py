"""An article's body on its page: every word is there, one span is marked, and nothing in it is executed."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pages.reading import Block, read
from knowledge.passages import Span
from tests.fakes import article

PAINFUL = article(
    """## Overview

Gout is painful & sudden. It passes.

It often starts at night.

## Causes

Some are:
- Beer
  and wine.
- Shellfish.
"""
)


def _blocks(mark: Span | None = None) -> list[Block]:
    return [block for section in read(PAINFUL, 1, mark) for block in section.blocks]


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def _span(words: str) -> Span:
    start = PAINFUL.body.index(words)
    return Span(start, start + len(words))


def test_sections_paragraphs_and_lists_are_told_apart() -> None:
    """A screen reader moves by them."""
    sections = read(PAINFUL, 1)
    assert [(section.heading, len(section.blocks)) for section in sections] == [("Overview", 2), ("Causes", 1)]
    assert [_text(item) for item in sections[1].blocks[0].items] == ["Beer\nand wine.", "Shellfish."]
    assert _text(sections[1].blocks[0].lead) == "Some are:"


def test_the_cited_words_alone_are_marked() -> None:
    """A citation opens the very passage; marking the whole page would show nothing."""
    marked = [block for block in _blocks(_span("It passes.")) if block.marked]
    assert len(marked) == 1
    assert re.findall(r'<mark id="mark">(.*?)</mark>', marked[0].lead) == ["It passes."]


def test_a_cited_list_is_marked_as_a_whole() -> None:
    """A list is cited whole, because its lines mean little without the lead-in."""
    marked = [block for block in _blocks(_span("Beer")) if block.marked]
    assert [_text(block.lead) for block in marked] == ["Some are:"]


def test_without_a_citation_nothing_is_marked() -> None:
    """Readers of the library did not come from an answer."""
    assert not any(block.marked or "<mark" in block.lead for block in _blocks())


@given(st.integers(0, len(PAINFUL.body)), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_marking_never_changes_what_is_read(start: int, length: int) -> None:
    """Wherever a span falls, also across two paragraphs or inside an emphasis, no word is lost."""
    marked = [_text(block.lead) for block in _blocks(Span(start, start + length))]
    assert marked == [_text(block.lead) for block in _blocks()]


def test_emphasis_is_shown_as_emphasis() -> None:
    """Imported articles use it."""
    assert read(article("## Overview\n\n*Never* lie down.\n"), 1)[0].blocks[0].lead == "<em>Never</em> lie down."


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script> hurts.",
        "<img src=x onerror=alert(1)> hurts.",
        "[a link](javascript:alert(1)) hurts.",
        "[a link](data:text/html,x) hurts.",
        "An &lt;b&gt; hurts.",
    ],
)
def test_hostile_text_is_text(hostile: str) -> None:
    """Articles may be imported; whatever a file holds, a reader gets words."""
    lead = read(article(f"## Overview\n\n{hostile}\n"), 1)[0].blocks[0].lead
    assert not re.search(r"<(?!/?(?:em|strong|code)\b)", lead)
    assert "hurts." in _text(lead)


def test_hostile_text_is_text_inside_the_mark_too() -> None:
    """The marked words are rendered on their own."""
    hostile = article("## Overview\n\n<b>x</b> hurts.\n")
    lead = read(hostile, 1, Span(13, 21))[0].blocks[0].lead
    assert "<b>" not in lead
    assert "&lt;b&gt;" in lead
