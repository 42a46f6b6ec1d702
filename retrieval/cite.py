"""A draft cut into paragraphs while it streams in, and its marks, such as `[2]`, turned into citations.

A paragraph is a line of text, or a list with its lead-in: the smallest part that can be checked and shown by itself. A
citation can only be a passage that was retrieved: a sentence that marks anything else comes out without one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.citation import Citation, Statement
from knowledge.library import Snapshot
from knowledge.passages import Passage, Span, sentences

_MARK = re.compile(r"\s*\[(?:passages? )?(\d{1,4}(?:\s*,\s*\d{1,4})*)\]", re.IGNORECASE)
_MARKS_AFTER_STOP = re.compile(r"([.!?])((?:\s*\[(?:passages? )?\d+(?:\s*,\s*\d+)*\])+)", re.IGNORECASE)
_ROW = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)])\s+(?=\S)")
_NO_TEXT = re.compile(r"^\s*(?:#{1,6}\s.*|[-=*_]{3,}|```.*)$")
_EMPHASIS = re.compile(r"\*\*|__|`")
_ENDED = re.compile(r"[.!?][\"')\]]*$|\]$")


@dataclass(frozen=True, slots=True)
class Lines:
    """A paragraph as it was written: one line of text, or the rows of a list below `lead` ("" where none stands there)."""

    lead: str
    rows: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its citations: sentences of a text, or rows of a list below `lead`. A statement may cite nothing."""

    lead: str
    statements: tuple[Statement, ...]
    is_list: bool


class Paragraphs:
    """Collects text and hands out each paragraph as soon as it is whole."""

    def __init__(self) -> None:
        self._rest = ""
        self._open: list[str] = []
        self._in_list = False

    def add(self, text: str) -> Iterator[Lines]:
        """Take more text; the paragraphs that it completes."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            yield from self._line(line)

    def end(self, *, cut: bool) -> Iterator[Lines]:
        """No more text comes; `cut` off in the middle, its last sentence or list is half a truth and is left out."""
        if cut and (self._in_list or _ROW.match(self._rest)):
            return
        rest = (
            self._rest
            if not cut
            else self._rest[: max((m.end() for m in re.finditer(r"[.!?](?:\s*\[[^\]]*\])?(?=\s)", self._rest)), default=0)]
        )
        yield from self._line(rest)
        yield from self._close()

    def _line(self, line: str) -> Iterator[Lines]:
        text = _EMPHASIS.sub("", line).strip()
        if not text or _NO_TEXT.match(line):
            if text or not (self._in_list or self._leads()):
                yield from self._close()
        elif _ROW.match(line):
            if not (self._in_list or self._leads()):
                yield from self._close()
                self._open.append("")
            self._in_list = True
            self._open.append(_EMPHASIS.sub("", _ROW.sub("", line)).strip())
        elif self._in_list and line.startswith(("  ", "\t")):
            self._open[-1] += f" {text}"
        else:
            yield from self._text(text)

    def _text(self, text: str) -> Iterator[Lines]:
        if self._in_list or self._leads():
            yield from self._close()
        self._open = [f"{self._open[0]} {text}" if self._open else text]
        if _ENDED.search(text):
            yield from self._close()

    def _leads(self) -> bool:
        """Whether what is open waits for a list."""
        return bool(self._open) and _MARK.sub("", self._open[0]).rstrip().endswith(":")

    def _close(self) -> Iterator[Lines]:
        lines, in_list = self._open, self._in_list
        self._open, self._in_list = [], False
        if in_list:
            yield Lines(lines[0], tuple(lines[1:]), is_list=True)
        elif lines:
            yield Lines("", tuple(lines), is_list=False)


def cite(lines: Lines, passages: Sequence[Passage], snapshot: Snapshot) -> Paragraph:
    """A paragraph with the passages that it marks, numbered from 1. What marks nothing takes the marks that follow it, in a
    list those of its lead-in; unknown marks, and marks that are no numbers, leave a statement without any citation."""
    lead = _cited(lines.lead, passages, snapshot)
    if lines.is_list:
        rows = [_cited(row, passages, snapshot) for row in lines.rows]
        found = [
            row if row.citations or _marked(line) else Statement(row.text, lead.citations)
            for row, line in zip(rows, lines.rows, strict=True)
        ]
    else:
        found = _sentences(lines.rows[0], passages, snapshot)
    return Paragraph(lead.text, tuple(s for s in found if re.search(r"\w", s.text)), lines.is_list)


def _sentences(text: str, passages: Sequence[Passage], snapshot: Snapshot) -> list[Statement]:
    moved = _MARKS_AFTER_STOP.sub(r"\2\1", text)
    found: list[Statement] = []
    following: tuple[Citation, ...] = ()
    for span in reversed(sentences(moved)):
        sentence = moved[span.start : span.end]
        cited = _cited(sentence, passages, snapshot)
        if _marked(sentence):
            following = cited.citations
        found.append(Statement(cited.text, cited.citations if _marked(sentence) else following))
    return found[::-1]


def _marked(text: str) -> bool:
    return "[" in text or "]" in text


def _cited(text: str, passages: Sequence[Passage], snapshot: Snapshot) -> Statement:
    """`text` without its marks, and what they cite: nothing where one of them names no passage."""
    numbers = [int(number) for marks in _MARK.findall(text) for number in marks.split(",")]
    plain = _MARK.sub("", text).strip()
    if _marked(plain) or any(not 1 <= number <= len(passages) for number in numbers):
        return Statement(re.sub(r"\s*\[[^\]]*\]?", "", plain).strip(), ())
    cited = [passages[number - 1] for number in dict.fromkeys(numbers)]
    return Statement(plain, tuple(snapshot.cite(passage, Span(passage.start, passage.end)) for passage in cited))
