"""The served set: which revision of which article patients get now, read as one immutable snapshot.

A question is answered against one snapshot from start to end, so no answer ever mixes two versions of the library, and
a withdrawn revision is gone from answers the moment the next snapshot is taken, whatever an index still holds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from knowledge.article import Article
from knowledge.citation import Citation
from knowledge.front_matter import OWN
from knowledge.passages import Passage, Span, passages


@dataclass(frozen=True, slots=True)
class Revision:
    """One immutable version of an article, and how it stands with those who answer for it."""

    number: int
    article: Article
    signed: bool = False
    """Whether two people have passed exactly this text."""
    reviewed: dt.date | None = None
    """When a clinical reviewer last signed it; None for what nobody here signed."""
    due: dt.date | None = None

    @property
    def next_review(self) -> dt.date:
        """When it has to be read again: as its last review set it, else as its text says."""
        return self.due or self.article.next_review

    @property
    def reviewed_on(self) -> dt.date | None:
        """When a clinician last passed it: here, or as its own text says; None for what nobody passed."""
        stated = self.article.clinical_review
        return self.reviewed or (stated.date if stated else None)


@dataclass(frozen=True)
class Snapshot:
    """The served set at `version`: revisions by slug."""

    version: int
    revisions: Mapping[str, Revision] = field(repr=False)
    behind: Mapping[str, Revision] = field(default_factory=dict, repr=False)
    """Revisions that stand behind an article on the same topic of a library that is trusted more; patients do not get them."""
    libraries: tuple[str, ...] = (OWN,)
    """The libraries served, the most trusted first."""

    @classmethod
    def of(cls, version: int, revisions: Iterable[Revision], libraries: Sequence[str]) -> "Snapshot":
        """The served set that `revisions` of several libraries make together."""
        every = {revision.article.slug: revision for revision in revisions}
        served = served_together(every.values(), libraries)
        return cls(version, served, {slug: every[slug] for slug in every.keys() - served.keys()}, tuple(libraries))

    def with_revision(self, revision: Revision) -> "Snapshot":
        """What patients would get if `revision` were published: an article of another library on its topic steps behind it."""
        return self._of({**self.behind, **self.revisions, revision.article.slug: revision})

    def without(self, slug: str) -> "Snapshot":
        """What patients would get if the article called `slug` were withdrawn: one that stood behind it comes forward."""
        every = {**self.behind, **self.revisions}
        every.pop(slug, None)
        return self._of(every)

    def _of(self, every: Mapping[str, Revision]) -> "Snapshot":
        return Snapshot.of(self.version, every.values(), self.libraries)

    def changed(self, other: "Snapshot") -> frozenset[str]:
        """Slugs whose revision is another in `other`, or that only one of the two serves."""
        return frozenset(
            slug for slug in self.revisions.keys() | other.revisions.keys() if self.revisions.get(slug) != other.revisions.get(slug)
        )

    @cached_property
    def passages(self) -> Mapping[str, Passage]:
        """Every passage that may be shown, by id."""
        every = (p for revision in self.revisions.values() for p in passages(revision.article, revision.number))
        return {passage.id: passage for passage in every}

    @cached_property
    def _by_article(self) -> Mapping[str, Sequence[Passage]]:
        found: dict[str, list[Passage]] = {}
        for passage in self.passages.values():
            found.setdefault(passage.article, []).append(passage)
        return found

    def article(self, slug: str) -> Article:
        """The served article called `slug`; KeyError where none is served."""
        return self.revisions[slug].article

    def section_passages(self, slug: str, heading: str) -> tuple[Passage, ...]:
        """Passages under one heading of a served article, in reading order; empty where it is not served."""
        return tuple(passage for passage in self._by_article.get(slug, ()) if passage.heading == heading)

    def cite(self, passage: Passage, span: Span) -> Citation:
        """The citation of `span` (in the body) of a passage of this snapshot."""
        body = self.revisions[passage.article].article.body
        return Citation(
            passage.article,
            passage.title,
            passage.section,
            passage.heading,
            passage.revision,
            span.start,
            span.end,
            body[span.start : span.end],
        )

    def holds(self, citation: Citation) -> bool:
        """Whether the citation's words stand at its span of the served revision."""
        revision = self.revisions.get(citation.article)
        if revision is None or revision.number != citation.revision:
            return False
        return revision.article.body[citation.start : citation.end] == citation.quote


def served_together(revisions: Iterable[Revision], libraries: Sequence[str]) -> Mapping[str, Revision]:
    """What patients get of several libraries: on one topic an earlier library of the setting wins over a later one.

    So the clinic's own article on gout stands alone, and an imported one on a topic nobody wrote about is found.
    """
    every = list(revisions)
    told: set[str] = set()
    served: dict[str, Revision] = {}
    for library in libraries:
        new = [r for r in every if r.article.library == library and r.article.title.casefold() not in told]
        served |= {revision.article.slug: revision for revision in new}
        told |= {name for revision in new for name in revision.article.names}
    return dict(sorted(served.items()))


class Library(Protocol):
    """Where snapshots come from."""

    def snapshot(self) -> Snapshot:
        """The served set now; cheap when nothing has changed since the last call."""
        ...
