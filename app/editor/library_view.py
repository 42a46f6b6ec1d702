"""What the library page shows of the board: filters, order, slices, what waits for whom. Pure; no HTML."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.content import editorial
from app.content.article_words import STATES, shown
from app.editor import addresses
from app.records.article_board import Line
from knowledge.front_matter import OWN

Order = Literal["title", "state", "owner", "grade", "reviewed", "due", "cited", "feedback"]
ORDERS: tuple[Order, ...] = ("title", "state", "owner", "grade", "reviewed", "due", "cited", "feedback")
OURS = "ours"
"""The clinic's own articles, and documents that were brought in to become such: what a filter begins with."""
_OURS = (OWN, "documents", "demo")
PAGE = 50
Reason = Literal["review", "changes", "held", "publish", "draft"]
TASKS: Mapping[Reason, str] = {
    "review": "Review",
    "changes": "Changes asked",
    "held": "Publishing held",
    "publish": "Publish or plan",
    "draft": "Your draft",
}
"""What waits for a person, the most pressing first."""


@dataclass(frozen=True, slots=True)
class Query:
    """What the list was narrowed to, and its order. It begins with the clinic's own articles, what is overdue first."""

    text: str = ""
    state: str = ""
    kind: str = ""
    library: str = OURS
    overdue: bool = False
    mine: bool = False
    order: Order = "due"
    down: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at the list, and on which day."""

    id: str
    role: str
    today: dt.date


@dataclass(frozen=True, slots=True)
class Task:
    """An article that waits for this reader."""

    reason: Reason
    line: Line


@dataclass(frozen=True, slots=True)
class View:
    """One page of the list."""

    lines: tuple[Line, ...]
    tasks: tuple[Task, ...]
    libraries: tuple[str, ...]
    every: int
    chosen: int
    overdue: int
    """How many of those chosen are overdue."""
    page: int
    pages: int


def view(lines: Sequence[Line], query: Query, reader: Reader, texts: Sequence[Line] = ()) -> View:
    """The page of `lines` that `query` asks for, the last one where there are fewer; `texts` may wait for the reader too."""
    found = [line for line in lines if _takes(query, line, reader)]
    found.sort(key=_keys()[query.order], reverse=query.down)
    if query.order in _LAST_WITHOUT:  # what has no such value stands last in either order
        found.sort(key=lambda line: _LAST_WITHOUT[query.order](line) is None)
    pages = max(1, -(-len(found) // PAGE))
    page = min(query.page, pages - 1)
    return View(
        tuple(found[page * PAGE : (page + 1) * PAGE]),
        tasks([*lines, *texts], reader),
        tuple(sorted({line.library for line in lines} - set(_OURS))),
        len(lines),
        len(found),
        sum(line.overdue(reader.today) for line in found),
        page,
        pages,
    )


def tasks(lines: Sequence[Line], reader: Reader) -> tuple[Task, ...]:
    """What waits for this reader, the most pressing and the oldest first."""
    if reader.role not in editorial.WRITERS:
        return ()
    waiting = [Task(reason, line) for line in lines if (reason := _waits_for(line, reader)) is not None]
    order = list(TASKS)
    return tuple(sorted(waiting, key=lambda task: (order.index(task.reason), task.line.since or _LONG_AGO, task.line.title.casefold())))


def address(line: Line) -> str:
    """Where a line leads: to its review where there is something to decide, else to where it is written."""
    decided = line.state in ("in_review", "approved", "withdrawn")
    return f"/desk/editor/review/{line.slug}" if decided else addresses.writing(line.slug)


_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
_LAST_WITHOUT: Mapping[str, Callable[[Line], object]] = {
    "owner": lambda line: line.owner or None,
    "grade": lambda line: line.grade,
    "reviewed": lambda line: line.reviewed,
    "due": lambda line: line.due,
}


def _keys() -> Mapping[Order, Callable[[Line], Any]]:
    states = list(STATES)
    return {
        "title": lambda line: (line.title.casefold(), line.slug),
        "state": lambda line: (states.index(shown(line)), line.title.casefold()),
        "owner": lambda line: (line.owner.casefold(), line.title.casefold()),
        "grade": lambda line: line.grade or 0.0,
        "reviewed": lambda line: line.reviewed or dt.date.min,
        "due": lambda line: line.due or dt.date.max,
        "cited": lambda line: line.cited,
        "feedback": lambda line: (line.disliked, line.liked),
    }


def _takes(query: Query, line: Line, reader: Reader) -> bool:
    searched = f"{line.title} {line.slug} {line.owner}".casefold()
    return (
        (not query.state or shown(line) == query.state)
        and (not query.kind or line.kind == query.kind)
        and (not query.library or line.library == query.library or (query.library == OURS and line.library in _OURS))
        and (line.overdue(reader.today) or not query.overdue)
        and (reader.id in line.authors or not query.mine)
        and all(word in searched for word in query.text.casefold().split())
    )


def _waits_for(line: Line, reader: Reader) -> Reason | None:
    """Why a line waits for this reader; None where it does not."""
    mine = reader.id in line.authors
    match line.state:
        case "in_review":
            return "review" if reader.role in editorial.REVIEWERS and not mine and reader.id not in line.signers else None
        case "changes_asked":
            return "changes" if mine else None
        case "draft":
            return "draft" if mine else None
        case "approved" if (mine or reader.id in line.signers) and line.planned is None:
            return "held" if line.held else "publish"
        case _:
            return None
