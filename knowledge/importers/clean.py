"""Foreign text made into the few forms an article knows: headed parts of paragraphs and flat lists.

HTML is first reduced by nh3 to tags that carry structure, attributes and scripts gone, then read block by block; links
become their words, nested lists become flat, tables become lists of their rows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import nh3
from bs4 import BeautifulSoup, Tag

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LISTS = ("ul", "ol")
_KEPT = frozenset({*_HEADINGS, *_LISTS, "li", "p", "br", "div", "table", "tr", "td", "th", "dl", "dt", "dd"})
_DROPPED = frozenset({"script", "style", "nav", "header", "footer", "form", "noscript", "iframe", "svg", "title"})
_BLOCKS = frozenset({*_HEADINGS, *_LISTS, "p", "div", "table", "dl"})
_ITEM = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)])\s+(?=\S)")
_PARAGRAPHS = re.compile(r"\n\s*\n| {3,}(?=[A-Z¿¡\"(])")
_INLINE_ITEMS = re.compile(r"(?:\s{2,}|(?<=:)\s)-\s{1,4}(?=\S)")
_SPACE = re.compile(r"\s+")
_BEFORE_STOP = re.compile(r" (?=[.,;:!?)](?:\s|$))")
"""The space that a removed tag leaves before a full stop."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or with `items` a list that `text` leads into (empty where the source gave none)."""

    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


def parts_of_html(html: str, first: str = "Overview") -> tuple[Part, ...]:
    """The headed parts of a page; what stands before its first heading is headed `first`."""
    safe = nh3.clean(html, tags=set(_KEPT), attributes={}, clean_content_tags=set(_DROPPED))
    parts: list[tuple[str, list[Block]]] = [(first, [])]
    for kind, block in _blocks(BeautifulSoup(safe, "html.parser")):
        if kind == "heading":
            parts.append((block.text, []))
        else:
            parts[-1][1].append(block)
    return tuple(Part(heading, joined(blocks)) for heading, blocks in parts if blocks)


def blocks_of_text(text: str) -> tuple[Block, ...]:
    """Paragraphs and lists of plain text: blank lines (or three spaces) part them; a dash, a dot or a number begins an item."""
    found: list[Block] = []
    for chunk in _PARAGRAPHS.split(text.replace("\r", "")):
        found += _plain(chunk)
    return joined(found)


def body_of(parts: Iterable[Part]) -> str:
    """The body of an article file: the same parts in our Markdown."""
    return "\n".join(f"## {_flat(part.heading)}\n\n{_written(part)}\n" for part in parts)


def joined(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """`blocks` with each list given the paragraph before it as its lead-in, where that one ends like a lead-in."""
    found: list[Block] = []
    for block in blocks:
        if block.items and not block.text and found and not found[-1].items and _leads(found[-1].text):
            found[-1] = Block(found[-1].text, block.items)
        elif block.text or block.items:
            found.append(block)
    return tuple(found)


def _leads(text: str) -> bool:
    return not text.endswith((".", "!", "?"))


def _blocks(node: Tag) -> Iterator[tuple[str, Block]]:
    """The blocks below `node` in reading order; loose words between them count as a paragraph."""
    loose: list[str] = []
    for child in node.children:
        if isinstance(child, Tag) and child.name in _BLOCKS:
            yield from _paragraph(loose)
            loose = []
            yield from _block(child)
        else:
            loose.append(child.get_text(" "))
    yield from _paragraph(loose)


def _block(tag: Tag) -> Iterator[tuple[str, Block]]:
    if tag.name in _HEADINGS:
        if heading := _flat(tag.get_text(" ")):
            yield "heading", Block(heading)
    elif tag.name in _LISTS:
        yield "block", Block("", tuple(_items(tag)))
    elif tag.name == "table":
        rows = [[_flat(cell.get_text(" ")) for cell in row.find_all(["td", "th"])] for row in tag.find_all("tr")]
        yield "block", Block("", tuple(": ".join(filter(None, row)) for row in rows if any(row)))
    elif tag.name == "dl":
        for term in tag.find_all("dd"):
            yield from _paragraph([term.get_text(" ")])
    elif tag.find(list(_BLOCKS)):
        yield from _blocks(tag)
    else:
        yield from _paragraph([tag.get_text(" ")])


def _items(listing: Tag) -> Iterator[str]:
    """A list's items, those of lists within it after the item that holds them."""
    for item in listing.find_all("li", recursive=False):
        nested = [inner.extract() for inner in item.find_all(list(_LISTS), recursive=False)]
        if own := _flat(item.get_text(" ")):
            yield own
        for inner in nested:
            yield from _items(inner)


def _paragraph(words: Sequence[str]) -> Iterator[tuple[str, Block]]:
    if text := _flat(" ".join(words)):
        yield "block", Block(text)


def _plain(chunk: str) -> Iterator[Block]:
    """A paragraph, a list, or one after the other."""
    lines = [line for line in _INLINE_ITEMS.sub("\n- ", chunk).split("\n") if line.strip()]
    lead: list[str] = []
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line):
            items.append(_flat(_ITEM.sub("", line)))
        elif items:
            items[-1] = f"{items[-1]} {_flat(line)}"
        else:
            lead.append(_flat(line))
    yield Block(" ".join(lead), tuple(items))


def _written(part: Part) -> str:
    return "\n\n".join(_block_text(block, part.heading) for block in part.blocks)


def _block_text(block: Block, heading: str) -> str:
    if not block.items:
        return _flat(block.text)
    lead = _flat(block.text or heading).rstrip("?.:") + ":"
    return "\n".join([lead, *(f"- {_flat(item)}" for item in block.items)])


def _flat(text: str) -> str:
    """One line with single spaces that cannot be taken for a heading or an item."""
    return _BEFORE_STOP.sub("", _SPACE.sub(" ", text)).strip().lstrip("#").removeprefix("- ").strip()
