"""An answer before it is checked: statements, each pinned to its source, and where it came from."""

from dataclasses import dataclass
from typing import Literal

from knowledge.citation import Statement

Origin = Literal["quoted", "drafted"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Statements in the order they are read; `sources` are the slugs quoted, most used first."""

    statements: tuple[Statement, ...]
    origin: Origin = "quoted"

    @property
    def sources(self) -> tuple[str, ...]:
        """Slugs of the articles cited, in order of first use."""
        return tuple(dict.fromkeys(c.article for statement in self.statements for c in statement.citations))
