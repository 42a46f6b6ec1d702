"""The library as a shelf: by letter, by body part and by kind, with a title finder that forgives slips of the hand."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA

from guardrails.text import fold
from knowledge.article import Article
from knowledge.body_parts import BODY_PARTS, body_part
from knowledge.front_matter import ArticleKind
from knowledge.library import Snapshot
from knowledge.related import related

KINDS: dict[ArticleKind, str] = {
    "condition": "Conditions",
    "symptom": "Symptoms",
    "first_aid": "First aid",
    "medicine": "Medicines",
    "test": "Tests and procedures",
    "vaccine": "Vaccines",
    "pregnancy": "Pregnancy and birth",
    "child_health": "Babies and children",
    "mental_health": "Mental health",
    "wellbeing": "Living well and using care",
}
_GAP = re.compile(r" ")
_ALIKE = 74.0
"""Of 100: from here a name may be meant by what was typed."""


@dataclass(frozen=True, slots=True)
class Group:
    """Articles under one label; `anchor` names the place on the page."""

    label: str
    anchor: str
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Shelf:
    """One snapshot made ready for readers; what costs time is worked out once."""

    snapshot: Snapshot

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """Every served article by title."""
        return tuple(sorted((revision.article for revision in self.snapshot.revisions.values()), key=lambda a: _plain(a.title)))

    @cached_property
    def related(self) -> dict[str, tuple[Article, ...]]:
        """Related articles by slug."""
        return {slug: tuple(self.snapshot.article(other) for other in others) for slug, others in related(self.snapshot).items()}

    def groups(self, by: str) -> tuple[Group, ...]:
        """The shelf `by` "letter", "body" or "kind"; empty groups are left out."""
        if by == "kind":
            return _grouped([(label, [a for a in self.articles if a.kind == kind]) for kind, label in KINDS.items()])
        if by == "body":
            parts = {article.slug: body_part(article) for article in self.articles}
            return _grouped([(name, [a for a in self.articles if parts[a.slug] == name]) for name, _ in BODY_PARTS])
        letters = sorted({_letter(article) for article in self.articles})
        return _grouped([(letter, [a for a in self.articles if _letter(a) == letter]) for letter in letters])

    def named(self, typed: str, most: int = 8) -> Sequence[Article]:
        """Articles whose title or synonym is like what was typed so far, best first."""
        wanted = _plain(typed)
        if len(wanted) < 2:
            return []
        best: dict[str, float] = {}
        for name, slug in self._names:
            score = _likeness(wanted, name)
            if score >= _ALIKE:
                best[slug] = max(score, best.get(slug, 0.0))
        ranked = sorted(best, key=lambda slug: (-best[slug], _plain(self.snapshot.article(slug).title)))
        return [self.snapshot.article(slug) for slug in ranked[:most]]

    @cached_property
    def _names(self) -> tuple[tuple[str, str], ...]:
        return tuple((_plain(name), article.slug) for article in self.articles for name in sorted(article.names))


_latest: list[Shelf] = []


def shelf_of(snapshot: Snapshot) -> Shelf:
    """The shelf of a snapshot, one for all who read it: which articles are related takes seconds to work out."""
    if not _latest or _latest[0].snapshot is not snapshot:
        _latest[:] = [Shelf(snapshot)]
    return _latest[0]


def _likeness(wanted: str, name: str) -> float:
    """0 to 120: the start of a name counts most, then the start of one of its words, then letters nearly like them."""
    if name.startswith(wanted):
        return 120.0
    if f" {wanted}" in name:
        return 110.0
    tails = [name[place:] for place in (0, *(match.end() for match in _GAP.finditer(name)))] if len(wanted) > 3 else []
    starts = {tail[: len(wanted) + more] for tail in tails for more in (-1, 0, 1)} | set(tails)
    return 100.0 * max((OSA.normalized_similarity(wanted, start) for start in starts), default=0.0)


def _grouped(groups: Sequence[tuple[str, Sequence[Article]]]) -> tuple[Group, ...]:
    return tuple(Group(label, f"g{number}", tuple(articles)) for number, (label, articles) in enumerate(groups, 1) if articles)


def _letter(article: Article) -> str:
    first = _plain(article.title)[:1].upper()
    return first if first.isalpha() else "0-9"


def _plain(text: str) -> str:
    """Folded as patients' words are: "Ménière" stands beside "Meningitis" and is found as "meniere"."""
    return " ".join(fold(unicodedata.normalize("NFC", text)).split())
