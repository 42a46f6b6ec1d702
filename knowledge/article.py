"""An article as a value, and its file form: front matter plus sections, read and written without loss.

A citation pins a span of an article's body, so the body must never change under it: `parse` keeps the body as it
stands in the file (line ends made `\\n`, Unicode made NFC) and every offset in Carelight counts code points of that body.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast, get_args

from knowledge.front_matter import OWN, ArticleError, ArticleKind, Audience, Form, Provenance, Seen, Source
from knowledge.headings import HEADINGS, SectionKind, kind_of

_FRONT = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<body>.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of an article: `start` and `end` are code points in the body, heading line excluded."""

    heading: str
    kind: SectionKind
    start: int
    end: int

    @property
    def anchor(self) -> str:
        """The fragment that opens this section on its page."""
        return re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Article:
    """One immutable revision of a topic: what the file says, and the section spans found in its body."""

    title: str
    slug: str
    kind: ArticleKind
    language: str
    audience: tuple[Audience, ...]
    synonyms: tuple[str, ...]
    summary: str
    codes: Mapping[str, tuple[str, ...]]
    sources: tuple[Source, ...]
    licence: str
    created: dt.date
    source_checked: Seen
    clinical_review: Seen | None
    next_review: dt.date
    provenance: Provenance | None
    body: str
    sections: tuple[Section, ...] = field(repr=False)
    text: str = field(repr=False)
    """The whole file, byte for byte as it was read (after line ends and NFC)."""

    @property
    def library(self) -> str:
        """The library that it belongs to, "own" for the clinic's."""
        return self.provenance.library if self.provenance else OWN

    @property
    def names(self) -> frozenset[str]:
        """Title and synonyms in lower case: what makes two articles one topic."""
        return frozenset(name.casefold() for name in (self.title, *self.synonyms))

    def section_at(self, offset: int) -> Section:
        """The section that holds body offset `offset` (LookupError where none does)."""
        for section in self.sections:
            if section.start <= offset < section.end:
                return section
        raise LookupError(f"{self.slug}: no section at offset {offset}")


def parse(text: str, file: str = "article") -> Article:
    """Read one article file; ArticleError names file, line and field of the first thing that is wrong."""
    text = normal(text)
    front, body = split(text, file)
    form = Form(file, front)
    first_body_line = front.count("\n") + 3
    provenance = form.provenance()
    return Article(
        title=form.string("title"),
        slug=form.slug(),
        kind=cast("ArticleKind", form.choice("kind", get_args(ArticleKind))),
        language=form.string("language"),
        audience=cast("tuple[Audience, ...]", form.choices("audience", get_args(Audience))),
        synonyms=form.strings("synonyms"),
        summary=form.string("summary"),
        codes=form.codes(),
        sources=form.sources(),
        licence=form.string("licence"),
        created=form.date("created"),
        source_checked=form.seen("source_checked", form.value("source_checked")),
        clinical_review=form.optional_seen("clinical_review"),
        next_review=form.date("next_review"),
        provenance=provenance,
        body=body,
        sections=_sections(body, file, first_body_line, any_heading=provenance is not None),
        text=text,
    )


def normal(text: str) -> str:
    """The text as it is kept: line ends made `\\n`, Unicode made NFC."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def split(text: str, file: str = "article") -> tuple[str, str]:
    """Front matter (between its two '---' lines) and body of a normal text; ArticleError where there is no front matter."""
    match = _FRONT.match(text)
    if match is None:
        raise ArticleError(file, 1, "front matter", "must open with '---', hold YAML, and close with '---'")
    return match["front"], match["body"]


def _sections(body: str, file: str, first_line: int, *, any_heading: bool) -> tuple[Section, ...]:
    """Find the level-2 headings of `body`; each must hold text, and be in HEADINGS unless `any_heading` will do."""
    marks = list(re.finditer(r"^## (.+)$", body, re.MULTILINE))
    if not marks:
        raise ArticleError(file, first_line, "body", "has no '## ' section; add at least '## Overview'")
    before = body[: marks[0].start()]
    if before.strip():
        line = first_line + before[: len(before) - len(before.lstrip())].count("\n")
        raise ArticleError(file, line, "body", "has text before its first section, which nobody would see; move it below a heading")
    found: list[Section] = []
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        heading = mark[1].strip()
        line = first_line + body.count("\n", 0, mark.start())
        if heading not in HEADINGS and not any_heading:
            raise ArticleError(file, line, "section", f"heading {heading!r} is not known; use one of {', '.join(HEADINGS)}")
        end = after.start() if after else len(body)
        if not body[mark.end() : end].strip():
            raise ArticleError(file, line, "section", f"{heading!r} is empty; write it or remove the heading")
        found.append(Section(heading, kind_of(heading), mark.end() + 1, end))
    return tuple(found)
