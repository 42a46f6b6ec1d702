"""An article's body as a page reads it: sections, paragraphs and lists, with one cited span highlighted.

Article text is untrusted: it is rendered with HTML off, so that whatever a file holds, a reader gets text.
"""

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from knowledge.article import Article
from knowledge.passages import Passage, Span, passages

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
"""No pictures either: one from elsewhere would tell its server who reads what."""
_ITEM = re.compile(r"^- (.*(?:\n(?!- ).*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (`lines` has one entry) or a list with its lead-in."""

    lead: Markup
    items: tuple[Markup, ...]
    anchor: str
    marked: bool


@dataclass(frozen=True, slots=True)
class ReadSection:
    """A section of the page."""

    heading: str
    anchor: str
    blocks: tuple[Block, ...]


def read(article: Article, revision: int, mark: Span | None = None) -> tuple[ReadSection, ...]:
    """The page's sections; the words at `mark` (code points of the body) are highlighted with the id `mark`."""
    every = passages(article, revision)
    return tuple(
        ReadSection(
            section.heading,
            section.anchor,
            tuple(_block(p, mark) for p in every if section.start <= p.start < section.end),
        )
        for section in article.sections
    )


def _block(passage: Passage, mark: Span | None) -> Block:
    inside = mark if mark and mark.start < passage.end and mark.end > passage.start else None
    anchor = f"p{passage.start}"
    if passage.is_list:
        lead = passage.text.split("\n- ", 1)[0]
        items = tuple(_inline(match[1]) for match in _ITEM.finditer(passage.text))
        return Block(_inline(lead), items, anchor, inside is not None)
    return Block(_marked(passage, inside), (), anchor, inside is not None)


def _marked(passage: Passage, mark: Span | None) -> Markup:
    """The paragraph with the marked words in a `mark` element, cut before it is rendered so that offsets hold."""
    if mark is None:
        return _inline(passage.text)
    start, end = max(mark.start - passage.start, 0), min(mark.end, passage.end) - passage.start
    before, words, after = passage.text[:start], passage.text[start:end], passage.text[end:]
    return _inline(before) + Markup('<mark id="mark">{}</mark>').format(_inline(words)) + _inline(after)


def _inline(text: str) -> Markup:
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704  markdown-it with HTML off has escaped it
