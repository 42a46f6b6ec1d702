"""The library as editors see it: every article with its state, what waits for whom, what is overdue."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import get_args

from nicegui import background_tasks, ui
from starlette.requests import Request
from starlette.responses import Response

from app.content import article_words, editorial
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.desk.live import Shared
from app.editor import frame, library_html, library_view, new_article
from app.editor.library_view import Order, Query, Reader, View
from app.records.article_board import Lists
from app.wiring import Application
from knowledge.front_matter import ArticleKind

HERE = "/desk/editor"
_FRESH_S = 2.0
_TASKS_SHOWN = 6
_HEADS: Mapping[Order, str] = {
    "title": "Article",
    "state": "State",
    "owner": "Owner",
    "grade": "Grade",
    "reviewed": "Last review",
    "due": "Next due",
    "cited": "Cited",
    "feedback": "Feedback",
}
_MEANS: Mapping[Order, str] = {
    "grade": "Years of school that a reader needs",
    "reviewed": "When a clinical reviewer last signed it",
    "due": "When it has to be reviewed again",
    "cited": "Answers of the last 30 days that cite it",
    "feedback": "What patients said of those answers",
}
_MOST_FIRST: tuple[Order, ...] = ("cited", "feedback", "grade")


def mount(app: Application) -> None:
    """Put the page at `/desk/editor`."""
    board: Shared[Lists] = Shared(app.article_board.look, _FRESH_S)

    @desk_frame.page("/editor", "Library")
    async def library(request: Request) -> Response | None:
        """Every article, for editors and reviewers."""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await LibraryPage(visit, board).draw()
        return None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One look: the board it was made from, what was asked of it, and the HTML, made away from the event loop."""

    lists: Lists
    query: Query
    day: dt.date
    view: View
    rows: list[tuple[str, str]]


class LibraryPage:
    """One open list. `board` is what all desks of this process read."""

    def __init__(self, visit: Visit, board: Shared[Lists]) -> None:
        self._visit, self._board = visit, board
        self._query = Query()
        self._last: _Drawn | None = None
        self._every_task = False

    async def draw(self) -> None:
        """Draw the page as it stands, and keep it so."""
        frame.header(self._visit)
        writes = self._visit.member.role in editorial.WRITERS
        with ui.column().classes("cd-page ed-l-library"):
            self._troubles = pieces.Changing("cd-troubles", 'role="alert"')
            with ui.row().classes("cd-top"):
                desk_frame.heading("Library")
                self._summary = pieces.Changing("cd-summary", 'aria-live="polite"', tag="span")
                ui.space()
                if writes:
                    new_article.buttons(self._visit)
            self._waiting()
            self._filters()
            self._table()
            self._empty = pieces.Changing("cd-empty")
            self._pager()
        self._refresh = await live.keep(self._visit, self._read, self._show, self._failed, HERE)

    # Reading and drawing

    def _read(self) -> _Drawn:
        lists, query, day = self._board.get(), self._query, dt.datetime.now(dt.UTC).date()
        last = self._last
        if last is not None and last.lists is lists and last.query == query and last.day == day:
            return last
        reader = Reader(self._visit.member.id, self._visit.member.role, day)
        found = library_view.view(lists.articles, query, reader, lists.texts)
        return _Drawn(lists, query, day, found, [(line.slug, library_html.row(line, reader)) for line in found.lines])

    def _show(self, drawn: _Drawn) -> None:
        if drawn is self._last or drawn.query != self._query:  # a look that was under way when the query changed
            return
        self._last, found = drawn, drawn.view
        self._rows.show(drawn.rows)
        self._scroll.visible = bool(found.lines)
        self._summary.show(library_html.summary(found))
        self._empty.show(library_html.empty(found, drawn.query))
        self._show_tasks(found)
        self._show_libraries(found)
        self._place.show(escape(library_html.place(found)))
        self._back.set_enabled(found.page > 0)
        self._on.set_enabled(found.page + 1 < found.pages)
        self._turning.visible = found.pages > 1

    def _failed(self, problem: str) -> None:
        self._troubles.show(f"<p>{escape(problem)}</p>" if problem else "")

    # What waits for the reader

    def _waiting(self) -> None:
        with ui.element("section").classes("cd-box ed-l-waiting").props('aria-label="Waiting for me"') as self._box:
            self._count = pieces.Changing("ed-l-waiting-head")
            self._tasks = pieces.Lines(ui.element("ul").classes("ed-l-tasks"))
            self._more = pieces.button("", self._all_tasks)
        self._box.visible = self._visit.member.role in editorial.WRITERS

    def _show_tasks(self, found: View) -> None:
        tasks = found.tasks if self._every_task else found.tasks[:_TASKS_SHOWN]
        count = f"<span>{len(found.tasks)}</span>" if found.tasks else ""
        nothing = "" if found.tasks else "<p class='cd-hint'>Nothing just now. What comes in appears here by itself.</p>"
        self._count.show(f"<h2>Waiting for me {count}</h2>{nothing}")
        self._tasks.show([(f"{task.reason} {task.line.slug}", library_html.task(task)) for task in tasks])
        self._more.text = f"Show all {len(found.tasks)}"
        self._more.visible = len(tasks) < len(found.tasks)

    async def _all_tasks(self) -> None:
        self._every_task = True
        if self._last is not None:
            self._show_tasks(self._last.view)

    # Filters, order, pages

    def _filters(self) -> None:
        kinds = {kind: library_html.kind_name(kind) for kind in get_args(ArticleKind)}
        with ui.row().classes("cd-filters ed-l-filters").props('role="group" aria-label="Show only"'):
            find = ui.input("Find by title, name or owner").props('outlined dense clearable debounce=150 data-testid="find"')
            find.classes("cd-find").on_value_change(lambda event: self._ask(text=event.value or ""))
            pieces.Choice(
                "State", {str(state): words for state, words in article_words.STATES.items()}, lambda key: self._ask(state=key), none="Any"
            )
            pieces.Choice("Kind", kinds, lambda key: self._ask(kind=key), none="Any")
            self._library = pieces.Choice("Library", {}, lambda key: self._ask(library=key), none="All")
            self._libraries: tuple[str, ...] | None = None
            pieces.chip("Overdue", lambda on: self._ask(overdue=on))
            pieces.chip("Mine", lambda on: self._ask(mine=on))

    def _show_libraries(self, found: View) -> None:
        if found.libraries != self._libraries:
            self._libraries = found.libraries
            options = {library_view.OURS: "The clinic's own", **{name: library_html.library_name(name) for name in found.libraries}}
            self._library.options(options, self._query.library)
        self._library.element.visible = bool(found.libraries)

    def _ask(self, **changed: str | bool) -> None:
        """Narrow the list anew, from its first page."""
        self._query = replace(self._query, page=0, **changed)  # type: ignore[arg-type]
        self._look()

    def _look(self) -> None:
        """Look at once, away from what was clicked."""

        async def look() -> None:
            with self._scroll:
                await self._refresh()

        background_tasks.create(look())

    def _table(self) -> None:
        region = 'tabindex="0" role="region" aria-label="Articles"'
        with ui.element("div").classes("ed-l-scroll").props(region) as self._scroll, ui.element("table").classes("ed-l-table"):
            with ui.element("thead"), ui.element("tr"):
                self._heads = {order: self._head(order) for order in library_view.ORDERS}
            self._rows = pieces.Lines(ui.element("tbody"), "tr")
        self._mark_order()

    def _head(self, order: Order) -> ui.element:
        with ui.element("th").props('scope="col"') as head:
            button = ui.html(escape(_HEADS[order]), tag="button", sanitize=False).props('type="button"').classes("ed-l-sort")
            if order in _MEANS:
                button.props["title"] = _MEANS[order]
            button.on("click", partial(self._order, order))
        return head

    def _order(self, order: Order) -> None:
        down = not self._query.down if order == self._query.order else order in _MOST_FIRST
        self._query = replace(self._query, order=order, down=down, page=0)
        self._mark_order()
        self._look()

    def _mark_order(self) -> None:
        for order, head in self._heads.items():
            way = "descending" if self._query.down else "ascending"
            head.props["aria-sort"] = way if order == self._query.order else "none"
            head.update()

    def _pager(self) -> None:
        with ui.element("nav").classes("ed-l-pager").props('aria-label="Pages of the list"') as self._turning:
            self._back = pieces.button("Previous", partial(self._turn, -1))
            self._place = pieces.Changing("cd-hint", 'aria-live="polite"')
            self._on = pieces.button("Next", partial(self._turn, 1))

    async def _turn(self, by: int) -> None:
        shown = self._last.view.page if self._last else 0
        self._query = replace(self._query, page=max(0, shown + by))
        await self._refresh()
