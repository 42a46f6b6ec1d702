"""The library's rows and counts as HTML; every word of the records is escaped here. Pure."""

import datetime as dt
from html import escape

from app.content import article_words
from app.editor import library_view
from app.editor.library_view import Query, Reader, Task, View
from app.records.article_board import Line
from knowledge.front_matter import OWN
from knowledge.reading_grade import HIGHEST

NO_ARTICLES = (
    "<p><b>No articles yet.</b></p><p>Write the first with “New article”, upload a document, or bring a library in with "
    "<code>carelight corpus import</code>.</p>"
)
NOTHING_FOUND = "<p><b>No article matches.</b></p><p>Change the words or the filters above.</p>"
_LIBRARIES = {OWN: "", "medlineplus": "MedlinePlus", "medquad": "MedQuAD", "documents": "from a document", "demo": "made-up demo"}
_NOBODY = "<span class='ed-l-none'>–</span>"


def library_name(library: str) -> str:
    """A library as the page names it."""
    return _LIBRARIES.get(library, library) or "The clinic's own"


def kind_name(kind: str) -> str:
    """A kind of article in words."""
    return kind.replace("_", " ").capitalize()


def row(line: Line, reader: Reader) -> str:
    """The cells of one article's row; each names its column for screens on which rows become cards."""
    return (
        f"<th scope='row' class='ed-l-what'><a href='{escape(library_view.address(line))}'>{escape(line.title)}</a>{_beneath(line)}</th>"
        f"<td data-label='State'>{_state(line)}</td>"
        f"<td data-label='Owner'>{escape(line.owner) or _NOBODY}</td>"
        f"<td data-label='Grade' class='ed-l-figure'>{_grade(line)}</td>"
        f"<td data-label='Last review' class='ed-l-day'>{_day(line.reviewed) if line.served else _NOBODY}</td>"
        f"<td data-label='Next due' class='ed-l-day'>{_due(line, reader.today)}</td>"
        f"<td data-label='Cited' class='ed-l-figure'>{line.cited or _NOBODY}</td>"
        f"<td data-label='Feedback' class='ed-l-figure'>{_feedback(line)}</td>"
    )


def task(waiting: Task) -> str:
    """One thing that waits for the reader."""
    line = waiting.line
    told = escape({"held": line.held, "review": f"from {line.owner}" if line.owner else ""}.get(waiting.reason, ""))
    since = f"<span>{line.since.astimezone():%d %b}</span>" if line.since else ""
    return (
        f"<span class='ed-l-task ed-l-task-{waiting.reason}'>{library_view.TASKS[waiting.reason]}</span>"
        f"<a href='{escape(library_view.address(line))}'>{escape(line.title)}</a>"
        f"<span class='cd-meta'>{f'<span>{told}</span>' if told else ''}{since}</span>"
    )


def summary(found: View) -> str:
    """The list in one line."""
    articles = f"{found.chosen:,} {'article' if found.chosen == 1 else 'articles'}"
    of = f" of {found.every:,}" if found.chosen != found.every else ""
    return f"{articles}{of}" + (f", <b class='ed-l-late'>{found.overdue:,} overdue</b>" if found.overdue else "")


def place(found: View) -> str:
    """Which slice of the list is shown."""
    first = found.page * library_view.PAGE
    return f"{first + 1:,} to {first + len(found.lines):,} of {found.chosen:,}" if found.lines else ""


def empty(found: View, query: Query) -> str:
    """What stands where no row does."""
    if found.lines:
        return ""
    return NO_ARTICLES if not found.every and query == Query() else NOTHING_FOUND


def _beneath(line: Line) -> str:
    told = [kind_name(line.kind) if line.kind else "", _LIBRARIES.get(line.library, line.library)]
    return f"<span class='ed-l-kind'>{escape(', '.join(part for part in told if part)) or 'no kind yet'}</span>"


def _state(line: Line) -> str:
    shown, more = article_words.shown(line), article_words.more(line)
    return f"<span class='ed-l-state ed-l-state-{shown}'>{article_words.STATES[shown]}</span>" + (
        f"<span class='ed-l-more'>{escape(more)}</span>" if more else ""
    )


def _grade(line: Line) -> str:
    if line.grade is None:
        return _NOBODY
    told = f"{line.grade:.1f}"
    if line.grade <= HIGHEST:
        return told
    return f"<span class='ed-l-late' title='above {HIGHEST:.0f}: too hard for many patients'>{told}</span>"


def _day(day: dt.date | None) -> str:
    return f"{day:%d %b %Y}" if day else "<span class='ed-l-none'>never</span>"


def _due(line: Line, today: dt.date) -> str:
    if line.due is None:
        return _NOBODY
    if not line.overdue(today):
        return _day(line.due)
    days = (today - line.due).days
    return (
        f"<span class='ed-l-late'>{_day(line.due)}<span class='ed-l-more'>{days:,} {'day' if days == 1 else 'days'} overdue</span></span>"
    )


def _feedback(line: Line) -> str:
    if not line.liked and not line.disliked:
        return _NOBODY
    good, bad = f"{line.liked} good", f"{line.disliked} bad"
    return f"<span>{good}</span><span class='ed-l-more{' ed-l-late' if line.disliked > line.liked else ''}'>{bad}</span>"
