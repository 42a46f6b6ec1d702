"""A statement of an answer and the spans it is pinned to: the values that retrieval makes and guardrails check."""

from dataclasses import dataclass, field
from typing import Literal

from knowledge.headings import SectionKind

Role = Literal["lead", "point", "help"]


@dataclass(frozen=True, slots=True)
class Citation:
    """Code points `start` to `end` (exclusive) of one revision's body, and the words that stand there."""

    article: str
    title: str
    section: SectionKind
    heading: str
    revision: int
    start: int
    end: int
    quote: str = field(repr=False)

    @property
    def href(self) -> str:
        """The page that opens this very passage, highlighted."""
        return f"/library/{self.article}?revision={self.revision}&mark={self.start}-{self.end}#mark"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list of an answer; `role` says what it does there. Never without a citation."""

    text: str
    citations: tuple[Citation, ...]
    role: Role = "point"
