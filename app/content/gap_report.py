"""What is missing from the library, as editors see it: on the desk, in a terminal, as JSON, and as an article to begin from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.content import gaps
from app.content.gaps import Decision, Group, Why
from knowledge.front_matter import ArticleKind
from knowledge.skeleton import skeleton, slug_of

SAYS: Mapping[Why, str] = {
    "not_covered": "not covered",
    "abstained": "sent elsewhere",
    "unhelpful": "rated unhelpful",
    "asked_again": "asked again",
}


@dataclass(frozen=True, slots=True)
class Nearest:
    """A served article near a group's question."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A group as the editors see it. `covered` says that the library as it is now finds an answer to its question."""

    group: Group
    nearest: tuple[Nearest, ...]
    covered: bool
    decision: Decision | None

    @property
    def aside(self) -> bool:
        """Whether somebody set it aside, and that still holds."""
        return self.decision is not None and self.decision.ruling in gaps.ASIDE


@dataclass(frozen=True, slots=True)
class Report:
    """What is missing over so many days. What is not shown is counted: it must not look as if nobody had asked."""

    days: int
    fewest: int
    gaps: tuple[Gap, ...]
    whys: Mapping[Why, int]
    """Questions by what came of them, in groups or not; one may count under two."""
    questions: int
    alone: int
    """Questions that too few patients asked to be shown."""
    unmasked: int
    """Questions left out because their identifiers could not be masked."""
    beyond: int
    """Older questions left out because there were too many to compare."""

    @property
    def open(self) -> tuple[Gap, ...]:
        """What is to be looked at."""
        return tuple(gap for gap in self.gaps if not gap.aside)

    @property
    def aside(self) -> tuple[Gap, ...]:
        """What somebody set aside."""
        return tuple(gap for gap in self.gaps if gap.aside)

    def gap(self, key: str) -> Gap | None:
        """The group called `key`."""
        return next((gap for gap in self.gaps if gap.group.key == key), None)


def lines(report: Report, *, demo: bool) -> Iterator[str]:
    """The report for a terminal: a line a group, then what is not shown."""
    if demo:
        yield "made-up demo chats, not patients'"
    for gap in report.gaps:
        group = gap.group
        whys = ", ".join(f"{count} {SAYS[why]}" for why, count in sorted(group.whys.items()))
        state = f" [{gap.decision.ruling.replace('_', ' ')}, {gap.decision.by}]" if gap.decision else ""
        near = " ".join([*(near.slug for near in gap.nearest), *(["(covered now)"] if gap.covered else [])]) or "nothing"
        yield f"{group.key}\t{group.patients} patients\t{group.text}{state}\t{whys}\tnearest: {near}"
    yield (
        f"{report.questions} questions in {report.days} days; {report.alone} asked by fewer than {report.fewest} patients and not shown, "
        f"{report.unmasked} could not be masked, {report.beyond} older ones not compared"
    )


def as_json(report: Report, *, demo: bool) -> dict[str, object]:
    """The report as JSON: counts, and each group with its masked questions."""
    return {
        "demo": demo,
        "days": report.days,
        "fewest_patients": report.fewest,
        "questions": report.questions,
        "by_kind": dict(report.whys),
        "not_shown": {"too_few_patients": report.alone, "not_masked": report.unmasked, "beyond_most": report.beyond},
        "groups": [_gap_as_json(gap) for gap in report.gaps],
    }


def _gap_as_json(gap: Gap) -> dict[str, object]:
    group, decision = gap.group, gap.decision
    decided = {"ruling": decision.ruling, "reason": decision.reason, "by": decision.by, "at": decision.at.isoformat()} if decision else None
    return {
        "key": group.key,
        "question": group.text,
        "others": list(group.texts[1:]),
        "patients": group.patients,
        "questions": group.questions,
        "by_kind": dict(group.whys),
        "first": group.first.isoformat(),
        "newest": group.newest.isoformat(),
        "nearest": [{"slug": near.slug, "title": near.title} for near in gap.nearest],
        "covered_now": gap.covered,
        "decision": decided,
    }


@dataclass(frozen=True, slots=True)
class Beginning:
    """An article begun from a group: its file, which holds no patient's words, and beside it the masked questions to test it with."""

    slug: str
    text: str
    questions: tuple[str, ...]


def title_for(group: Group) -> str:
    """A title to begin from: the words that most of these patients share; empty where they share none."""
    words_shared = " ".join(group.shared)
    return words_shared[:1].upper() + words_shared[1:]


def beginning(group: Group, kind: ArticleKind, today: date, title: str = "") -> Beginning:
    """The skeleton of an article that would answer a group, called `title`, or by the words that most of these patients share."""
    title = title.strip() or title_for(group) or "New article"
    return Beginning(slug_of(title), skeleton(title, kind, today), group.texts)
