"""What a clinic asks of its reviews, read from the settings: who must sign what, and when each kind is due again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast, get_args

from app.content.documents import Kind, TextKind
from knowledge.front_matter import OWN, ArticleKind
from knowledge.library import Revision

_DAYS = 365
_KINDS = (*get_args(ArticleKind), *get_args(TextKind))


@dataclass(frozen=True, slots=True)
class Policy:
    """Kinds that two reviewers must sign, and days until an article is due again, for kinds of their own and for the rest."""

    two_reviewers: frozenset[Kind] = frozenset()
    days_of: Mapping[Kind, int] = field(default_factory=dict)
    days: int = _DAYS

    def needed(self, kind: Kind) -> int:
        """How many reviewers must sign an article of that kind."""
        return 2 if kind in self.two_reviewers else 1

    def due(self, kind: Kind, reviewed: dt.date) -> dt.date:
        """When an article of that kind has to be reviewed again."""
        return reviewed + dt.timedelta(days=self.days_of.get(kind, self.days))


NO_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Overdue:
    """What becomes of an article whose review is overdue, in days after it was due: marked, ranked lower, withdrawn."""

    mark: int = 0
    lower: int = 0
    """0 ranks nothing lower."""
    withdraw: int = 0
    """0 withdraws nothing by itself."""

    def marked(self, revision: Revision, today: dt.date) -> bool:
        """Whether patients are told."""
        return days_overdue(revision, today) > self.mark

    def lowered(self, revision: Revision, today: dt.date) -> bool:
        """Whether an article in date goes before it where both fit."""
        return 0 < self.lower < days_overdue(revision, today)

    def withdrawn(self, revision: Revision, today: dt.date) -> bool:
        """Whether it is to be taken out of answers."""
        return 0 < self.withdraw < days_overdue(revision, today)


def days_overdue(revision: Revision, today: dt.date) -> int:
    """Days since the review was due; 0 where it is not, and for somebody else's article that nobody here has signed.

    The date of such an article is an importer's guess, and no promise of this clinic.
    """
    if revision.due is None and revision.article.library != OWN:
        return 0
    return max(0, (today - revision.next_review).days)


def policy(two_reviewers: str, review_days: str) -> Policy:
    """The policy that both settings state; ValueError says what cannot be read."""
    of_kinds, rest = days(review_days)
    return Policy(kinds(two_reviewers), of_kinds, rest)


def kinds(text: str) -> frozenset[Kind]:
    """Kinds of article and of text in a list such as `medicine, first_aid`."""
    return frozenset(_kind(name) for name in _parts(text))


def days(text: str) -> tuple[dict[Kind, int], int]:
    """Days by kind and for the rest, of a list such as `365, medicine 180`."""
    of_kinds: dict[Kind, int] = {}
    rest = _DAYS
    for part in _parts(text):
        *name, number = part.split()
        if not number.isdecimal() or not 1 <= int(number) <= 3650 or len(name) > 1:
            raise ValueError(f"{part!r} is not a number of days from 1 to 3650, or a kind and such a number")
        if name:
            of_kinds[_kind(name[0])] = int(number)
        else:
            rest = int(number)
    return of_kinds, rest


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _kind(name: str) -> Kind:
    if name not in _KINDS:
        raise ValueError(f"{name!r} is no kind of article or text; there are {', '.join(_KINDS)}")
    return cast("Kind", name)
