"""What may happen to an article on its way to patients: steps from one standing to the next. Pure; the records keep it.

One law holds whatever the order of the steps (`tests/app/test_editorial.py`): a revision is served only where somebody handed
in exactly these bytes, and a clinical reviewer signed them who wrote nothing in them that nobody else had passed (promise 4).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from app.errors import NotAllowedError, must

WRITERS = ("editor", "reviewer")
"""Who writes articles and hands them in."""
REVIEWERS = ("reviewer",)
"""Who signs them."""
State = Literal["in_review", "approved", "changes_asked", "taken_back", "published"]
OPEN: tuple[State, ...] = ("in_review", "approved")


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes a step: a member of staff as the records know them now."""

    id: str
    role: str
    lead: bool = False
    """Whether they answer for the clinic's content."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A reviewer's name under the bytes with that hash."""

    by: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A revision that was handed in, and how far it has come."""

    revision: int
    sha256: str
    authors: frozenset[str]
    """Everyone who wrote a word of it since the revision patients had, and whoever handed it in."""
    needed: int = 1
    """How many reviewers must sign."""
    state: State = "in_review"
    signatures: tuple[Signature, ...] = ()
    publish_at: datetime | None = None

    @property
    def signers(self) -> frozenset[str]:
        """Who signed exactly these bytes without having written any of them."""
        return frozenset(s.by for s in self.signatures if s.sha256 == self.sha256) - self.authors

    @property
    def passed(self) -> bool:
        """Whether at least two people stand behind it: whoever wrote or handed it in, and every reviewer that it needs."""
        return bool(self.authors) and len(self.signers) >= max(self.needed, 1)


@dataclass(frozen=True, slots=True)
class Gate:
    """What publishing would change for patients, worked out against one version of the served set."""

    served_version: int
    blocks: bool
    """Whether a question that must be answered would lose its answer."""
    changes: int
    acknowledged_by: str = ""
    """Who looked at the changes and let them pass by name."""


def handed_in(by: Person, revision: int, sha256: str, authors: Collection[str], needed: int) -> Submission:
    """A revision goes to review; whoever hands it in stands behind it as its authors do, and can no longer sign it."""
    must(by.role in WRITERS, "only editors and clinical reviewers hand in articles")
    return Submission(revision, sha256, frozenset(authors) | {by.id}, needed)


def signed(now: Submission, by: Person, sha256: str) -> Submission:
    """A reviewer signs the bytes they have read; the last signature that is needed approves."""
    must(by.role in REVIEWERS, "only clinical reviewers approve articles")
    must(now.state == "in_review", "this revision is not in review")
    must(sha256 == now.sha256, "this is not the revision that you read; open it again")
    must(by.id not in now.authors, "you wrote or handed in this revision; somebody else must review it")
    must(by.id not in now.signers, "you have approved this revision already")
    grown = replace(now, signatures=(*now.signatures, Signature(by.id, sha256)))
    return replace(grown, state="approved") if grown.passed else grown


def changes_asked(now: Submission, by: Person) -> Submission:
    """A reviewer sends it back, also one that is approved and waits; every signature under it is void."""
    must(by.role in REVIEWERS, "only clinical reviewers ask for changes")
    must(now.state in OPEN, "this revision is not in review")
    return replace(now, state="changes_asked", signatures=(), publish_at=None)


def taken_back(now: Submission, by: Person) -> Submission:
    """Someone who stands behind it takes it out of review, to write on."""
    must(by.id in now.authors, "only those who wrote or handed it in take it back")
    must(now.state in OPEN, "this revision is not in review")
    return replace(now, state="taken_back", signatures=(), publish_at=None)


def planned(now: Submission, by: Person, at: datetime | None) -> Submission:
    """An approved revision is to be published at a time; None plans nothing."""
    must(by.role in WRITERS, "only editors and clinical reviewers publish articles")
    must(now.state == "approved", "only an approved revision can be planned")
    return replace(now, publish_at=at)


def published(now: Submission, by: Person, gate: Gate | None, served_version: int) -> Submission:
    """It reaches patients: signed by all that it needs, with what it changes worked out against what they get now, and seen."""
    must(by.role in WRITERS, "only editors and clinical reviewers publish articles")
    must(now.state == "approved" and now.passed, "this revision has not been approved")
    _may_pass(gate, served_version)
    return replace(now, state="published", publish_at=None)


def served_again(by: Person, gate: Gate | None, served_version: int, *, passed: bool) -> None:
    """May `by` bring an earlier revision back? Only one that two people have passed, and its changes must have been seen."""
    must(by.role in REVIEWERS, "only clinical reviewers bring an earlier revision back")
    must(passed, "nobody has signed that revision; hand it in for review")
    _may_pass(gate, served_version)


def withdrawn(by: Person, *, pinned: bool) -> None:
    """May `by` take an article out of answers? What a red-flag rule pins only whoever answers for the content."""
    must(by.role in WRITERS, "only editors and clinical reviewers withdraw articles")
    if pinned:
        must(by.lead, "a red-flag rule shows this article on its care card; only the clinical lead withdraws it")


def _may_pass(gate: Gate | None, served_version: int) -> None:
    if gate is None or gate.served_version != served_version:
        raise NotAllowedError("what this changes for patients has not been worked out against what they get now; check it again")
    must(not gate.blocks, "a question that must be answered would lose its answer; change the article, or the list of such questions")
    must(not gate.changes or bool(gate.acknowledged_by), "somebody must look at the answers that change and let them pass first")
