"""Which steps an article's page offers to whom: asked of the domain itself, so that page and records cannot disagree. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from app.content import editorial
from app.content.documents import is_text
from app.content.editorial import Gate, Person
from app.errors import NotAllowedError
from app.records.article_files import ArticleFile, InReview, KeptGate
from app.records.staff import StaffMember


@dataclass(frozen=True, slots=True)
class May:
    """For each step why it cannot be taken now; empty where it can, None where there is nothing to take it on."""

    sign: str | None
    ask_changes: str | None
    take_back: str | None
    plan: str | None
    publish: str | None
    withdraw: str | None
    serve_again: str | None
    hand_in: str | None


def person(member: StaffMember) -> Person:
    """Whoever is signed in, as the steps know them."""
    return Person(member.id, member.role, member.lead)


def may(file: ArticleFile, by: Person, gate: KeptGate | None, served_version: int, *, pinned: bool) -> May:
    """What `by` may do; `gate` is that of the revision whose publishing is considered."""
    seen = Gate(gate.served_version, gate.blocks, gate.changes, gate.acknowledged_by) if gate else None
    review = _of_review(file.review, by, seen, served_version)
    return May(
        **review,
        withdraw=_why_not(lambda: editorial.withdrawn(by, pinned=pinned)) if file.served is not None and not is_text(file.slug) else None,
        serve_again=_why_not(lambda: editorial.served_again(by, seen, served_version, passed=True)),
        hand_in=_why_not(lambda: editorial.handed_in(by, 1, "", (), 1)) if file.review is None else None,
    )


def _of_review(review: InReview | None, by: Person, gate: Gate | None, served_version: int) -> dict[str, str | None]:
    if review is None:
        return dict.fromkeys(("sign", "ask_changes", "take_back", "plan", "publish"))
    now = review.submission
    approved = now.state == "approved"
    return {
        "sign": None if approved else _why_not(lambda: editorial.signed(now, by, now.sha256)),
        "ask_changes": _why_not(lambda: editorial.changes_asked(now, by)),
        "take_back": _why_not(lambda: editorial.taken_back(now, by)),
        "plan": _why_not(lambda: editorial.planned(now, by, None)) if approved else None,
        "publish": _why_not(lambda: editorial.published(now, by, gate, served_version)) if approved else None,
    }


def _why_not(step: Callable[[], object]) -> str:
    try:
        step()
    except NotAllowedError as error:
        return str(error)
    return ""
