"""What a reviewer would catch before reading: sections, sources, overdue review, phrases, sentences that lean on others."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from knowledge.article import Article
from knowledge.passages import passages, sentences

Severity = Literal["error", "warning"]
_LEANS = re.compile(r"(?:This|These|Those|They|It|Its|Their|However|But|Also|As above)\b")
_FORBIDDEN = re.compile(
    r"\byou have (?:cancer|diabetes|depression|a heart|an infection)\b|\bguaranteed?\b"
    r"|(?<!not )(?<!before you )\bstop taking (?:it|your|the)\b(?!.*\bask\b)"
    r"|\bignore (?:all |any )?(?:previous|prior) instructions\b|<[a-z]",
    re.IGNORECASE,
)
_LONGEST_PARAGRAPH = 80
_SOURCES = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; `line` counts in the file from 1."""

    slug: str
    line: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        return f"{self.slug}.md:{self.line}: {self.severity}: {self.message}"


def lint(article: Article, today: dt.date) -> list[Problem]:
    """Every problem of one article, in reading order."""
    found = [*_sections(article), *_sources(article), *_dates(article, today), *_sentences(article)]
    return sorted(found, key=lambda problem: problem.line)


def _line(article: Article, offset: int) -> int:
    first = article.text.count("\n", 0, len(article.text) - len(article.body)) + 1
    return first + article.body.count("\n", 0, offset)


def _sections(article: Article) -> Iterator[Problem]:
    headings = [section.heading for section in article.sections]
    first = "What to do" if article.kind == "first_aid" else "Overview"
    for needed in (first, "When to get help"):
        if needed not in headings:
            yield Problem(article.slug, 1, "error", f"has no '{needed}' section; every such article needs one")
    for heading in {h for h in headings if headings.count(h) > 1}:
        yield Problem(article.slug, 1, "error", f"section '{heading}' stands twice; join them")


def _sources(article: Article) -> Iterator[Problem]:
    if len(article.sources) < _SOURCES:
        yield Problem(article.slug, 1, "error", f"has fewer than {_SOURCES} sources")
    unseen = sum(source.seen is None for source in article.sources)
    if unseen:
        yield Problem(article.slug, 1, "warning", f"{unseen} of {len(article.sources)} source addresses were not read; open and date them")


def _dates(article: Article, today: dt.date) -> Iterator[Problem]:
    if article.next_review < today:
        yield Problem(article.slug, 1, "error", f"review was due on {article.next_review}; have it reviewed")


def _sentences(article: Article) -> Iterator[Problem]:
    for passage in passages(article, 1):
        line = _line(article, passage.start)
        if passage.text.startswith("- "):
            yield Problem(article.slug, line, "error", "a list needs its lead-in sentence in the line before it")
        if match := _FORBIDDEN.search(passage.text):
            yield Problem(article.slug, line, "error", f"says {match[0]!r}; word it as general information")
        if passage.is_list:
            continue
        if len(passage.text.split()) > _LONGEST_PARAGRAPH:
            yield Problem(article.slug, line, "warning", f"a paragraph is longer than {_LONGEST_PARAGRAPH} words; cut it")
        for span in sentences(passage.text):
            if _LEANS.match(passage.text[span.start : span.end]):
                words = " ".join(passage.text[span.start : span.end].split()[:4])
                yield Problem(article.slug, line, "warning", f"'{words} …' leans on the sentence before it; name the topic")
