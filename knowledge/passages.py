"""An article cut into passages (what is indexed and cited) and statements (what is quoted), each with its span.

A passage is one paragraph, or one list with its lead-in: the smallest part that keeps a condition or exception beside
the advice it limits. Spans are code points of the article's body, end exclusive, so `body[start:end]` is the quote.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.article import Article
from knowledge.front_matter import Audience
from knowledge.headings import SectionKind

_BLOCK = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(]?[A-Z0-9¿¡])")
_NO_BREAK = re.compile(r"(?:\b(?:e\.g|i\.e|vs|Dr|Mr|Mrs|Ms|St|No|approx|a\.m|p\.m)\.|\b[A-Z]\.)$")


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (exclusive) of a body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or a list with its lead-in, ready to index and to cite."""

    article: str
    title: str
    section: SectionKind
    heading: str
    revision: int
    start: int
    end: int
    text: str
    audience: tuple[Audience, ...]
    position: int
    """0 for the first passage of its section."""
    id: str = field(init=False, repr=False, compare=False)
    """The same passage has the same id in every index: article, revision and span."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", f"{self.article}@{self.revision}:{self.start}-{self.end}")

    @property
    def is_list(self) -> bool:
        return "\n- " in self.text

    @property
    def digest(self) -> str:
        """What an index compares to see whether a passage must be embedded again."""
        return hashlib.sha256(f"{self.title}\n{self.heading}\n{self.text}".encode()).hexdigest()


def passages(article: Article, revision: int) -> tuple[Passage, ...]:
    """All passages of `article` in reading order; each lies wholly inside one section."""
    found: list[Passage] = []
    for section in article.sections:
        blocks = _BLOCK.finditer(article.body, section.start, section.end)
        for position, block in enumerate(blocks):
            found.append(
                Passage(
                    article.slug,
                    article.title,
                    section.kind,
                    section.heading,
                    revision,
                    block.start(),
                    block.end(),
                    block[0],
                    audience_of(article, section.kind),
                    position,
                )
            )
    return tuple(found)


def audience_of(article: Article, section: SectionKind) -> tuple[Audience, ...]:
    """Whom a section may be quoted to: its own heading decides before the article's front matter."""
    if section == "children":
        return ("child",)
    if section == "pregnancy":
        return ("pregnancy",)
    return article.audience


def suits(passage: Passage, audience: Audience) -> bool:
    """Whether a passage may be quoted about such a person (rule of care 10)."""
    return meant_for(passage.audience, passage.section, audience)


def meant_for(meant: Sequence[Audience], section: SectionKind, audience: Audience) -> bool:
    """Whether words meant for `meant` may be said of such a person; "everyone" is a person we know nothing of."""
    if "everyone" in meant or audience == "everyone":
        return True
    if audience == "pregnancy":
        return "pregnancy" in meant or ("adult" in meant and section in _DESCRIBES)
    return audience in meant


_DESCRIBES: frozenset[SectionKind] = frozenset(
    {"overview", "symptoms", "when_to_see_a_doctor", "causes", "risk_factors", "complications", "diagnosis", "tests"}
)
"""Sections of adult articles that describe rather than advise; treatment in pregnancy comes from *Pregnancy* alone."""


def items(passage: Passage) -> tuple[Span, ...]:
    """The lead-in and each item of a list, as spans in the body; a paragraph's sentences."""
    if not passage.is_list:
        return statements(passage)
    starts = [0, *(match.end() for match in re.finditer(r"\n(?=- )", passage.text))]
    ends = [*(start - 1 for start in starts[1:]), len(passage.text)]
    return tuple(Span(passage.start + start, passage.start + end) for start, end in zip(starts, ends, strict=True))


def sentences(text: str) -> tuple[Span, ...]:
    """Sentence spans within `text`, white space between them left out."""
    spans: list[Span] = []
    start = 0
    for gap in _SENTENCE_END.finditer(text):
        if _NO_BREAK.search(text[start : gap.start()]):
            continue
        spans.append(Span(start, gap.start() + len(gap[0].rstrip())))
        start = gap.end()
    if text[start:].strip():
        spans.append(Span(start, len(text.rstrip())))
    return tuple(spans)


def statements(passage: Passage) -> tuple[Span, ...]:
    """What may be quoted from a passage: each sentence of a paragraph, or a list whole. Spans are in the body."""
    if passage.is_list:
        return (Span(passage.start, passage.end),)
    return tuple(Span(passage.start + s.start, passage.start + s.end) for s in sentences(passage.text))
