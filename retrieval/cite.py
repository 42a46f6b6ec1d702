"""Marks in a draft, such as `[2]`, turned into citations. An unknown mark refuses the whole draft."""

import re
from collections.abc import Sequence

from knowledge.citation import Statement
from knowledge.library import Snapshot
from knowledge.passages import Passage, Span, sentences

_MARK = re.compile(r"\s*\[(\d{1,4}(?:\s*,\s*\d{1,4})*)\]")


class DraftRefusedError(ValueError):
    """The draft cannot be used: it cites what was not retrieved, or nothing."""


def cite(draft: str, passages: Sequence[Passage], snapshot: Snapshot) -> tuple[Statement, ...]:
    """The draft's sentences with the passages they cite, numbered from 1; DraftRefusedError where one cites none or unknown ones."""
    found: list[Statement] = []
    for line in filter(None, (line.strip(" -*\t") for line in draft.splitlines())):
        moved = re.sub(r"([.!?])((?:\s*\[\d+(?:\s*,\s*\d+)*\])+)", r"\2\1", line)
        for span in sentences(moved):
            found.append(_statement(moved[span.start : span.end], passages, snapshot, first=not found))
    if not found:
        raise DraftRefusedError("the draft is empty")
    return tuple(found)


def _statement(sentence: str, passages: Sequence[Passage], snapshot: Snapshot, *, first: bool) -> Statement:
    numbers = [int(number) for marks in _MARK.findall(sentence) for number in marks.split(",")]
    if not numbers:
        raise DraftRefusedError("a sentence cites nothing")
    if any(not 1 <= number <= len(passages) for number in numbers):
        raise DraftRefusedError("a sentence cites a passage that was not retrieved")
    cited = [passages[number - 1] for number in dict.fromkeys(numbers)]
    citations = tuple(snapshot.cite(passage, Span(passage.start, passage.end)) for passage in cited)
    text = _MARK.sub("", sentence).strip()
    if re.search(r"[\[\]]", text):
        raise DraftRefusedError("a sentence holds a mark that names no passage")
    if not re.search(r"\w", text):
        raise DraftRefusedError("a sentence is nothing but marks")
    return Statement(text, citations, "lead" if first else "point")
