"""The review of an article: what is new, what it changes for patients, signing, publishing, withdrawing, and its history."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from zoneinfo import ZoneInfo

from nicegui import app as nicegui_app
from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from app.content import publishing
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.desk.live import Shared
from app.desk.pieces import Changing
from app.editor import frame, gate_view, history_view, may, review_view
from app.editor.clicks import Click, clicks
from app.editor.compare_box import CompareBox, Pair, default_pair
from app.editor.dialogs import Ask
from app.editor.gate_box import GateBox, Known
from app.editor.gate_runs import GateRuns, Progress
from app.editor.may import May
from app.editor.review_bar import Bar
from app.editor.review_work import ReviewWork
from app.escalation.rota import time_zone
from app.records.article_files import ArticleFile
from app.wiring import Application

_KEPT = 64
"""Articles whose reading is shared by their open pages."""
Shelf = Callable[[str], Shared[ArticleFile | None]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for: two revisions side by side, or one to give to patients again; 0 where it asks for none."""

    before: int = 0
    after: int = 0
    again: int = 0


def mount(app: Application) -> None:
    """Put the page at `/desk/editor/review/{slug}`."""
    runs = GateRuns(partial(publishing.check, app))
    nicegui_app.on_shutdown(runs.stop)

    @lru_cache(_KEPT)
    def shelf(slug: str) -> Shared[ArticleFile | None]:
        return Shared(lambda: app.article_files.open(slug))

    @desk_frame.page("/editor/review/{slug}", "Review")
    async def review(request: Request, slug: str, before: int = 0, after: int = 0, again: int = 0) -> Response | None:
        """Comparison, gate, signatures and history of an article, for editors and reviewers."""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await open_review(visit, slug, Chosen(before, after, again), (shelf, runs))
        return None


async def open_review(visit: Visit, slug: str, chosen: Chosen, shared: tuple[Shelf, GateRuns]) -> None:
    """Draw the page, or say that there is no such article."""
    shelf, runs = shared
    frame.header(visit)

    def read() -> ArticleFile | None:
        shelf(slug).forget()  # whoever has just handed something in finds it here
        return shelf(slug).get()

    file, problem = await live.find(read, "Nothing of that name was ever written.")
    if file is None:
        desk_frame.not_shown("There is no article here", problem, ("Back to the library", "/desk/editor"))
        return
    await ReviewPage(visit, file, chosen, (shelf(slug), runs)).draw()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look found; `target` is the revision whose publishing is considered."""

    file: ArticleFile
    target: int | None
    known: Known
    served_version: int
    running: Progress | None
    pinned: tuple[str, ...]


class ReviewPage:
    """One open article. Which revisions stand side by side changes only when the reader chooses others."""

    def __init__(self, visit: Visit, file: ArticleFile, chosen: Chosen, shared: tuple[Shared[ArticleFile | None], GateRuns]) -> None:
        self._visit, self._file, self._shared, self._runs = visit, file, *shared
        self._zone: ZoneInfo = time_zone(visit.app.settings.time_zone)
        self._chosen = chosen
        asked = file.revision(chosen.again)
        self._again = chosen.again if asked is not None and asked.published and chosen.again != file.served else None
        self._work = ReviewWork(visit, file.slug, self._runs, self._changed)
        self._seen: _Seen | None = None
        self._known = Known()
        self._drawn_for: Pair | None = None

    async def draw(self) -> None:
        """Draw the page as it stands, and keep it so."""
        ui.add_head_html('<script src="/site/review.js" defer></script>')
        with ui.column().classes("cd-page ed-review"):
            self._problem = Changing("cd-troubles", 'role="alert"')
            self._title = ui.html("", sanitize=False, tag="h1").classes("ed-title")
            frame.tabs(self._file.slug, "Review")
            self._head()
            with ui.element("section").props('id="compare"').classes("ed-section"):
                self._compare = CompareBox(self._work, self._look)
            with ui.element("section").props('id="gate"').classes("ed-section"):
                self._gate = GateBox(self._work, self._zone)
            with ui.element("section").props('id="history"').classes("ed-section"):
                desk_frame.heading("History", rank=2)
                self._revisions = Changing("ed-table-box")
                self._events = Changing("ed-history-box")
            clicks(self._revisions.element, self._clicked)
            self._bar = Bar(self._work, self._zone)
        pair = self._pair()
        if pair is not None:
            await self._compare.compare(self._file, pair)
        self._begin_gate()
        back = f"/desk/editor/review/{self._file.slug}"
        self._refresh = await live.keep(self._visit, self._read, self._show, self._problem_with, back)

    def _head(self) -> None:
        with ui.element("div").classes("ed-head"):
            self._standing = Changing("ed-standing", 'data-testid="standing"')
            with ui.row().classes("cd-actions"):
                self._hand_in = pieces.button("Hand in as it stands", self._open_hand_in, main=True).mark("hand-in")
                self._withdraw = pieces.button("Withdraw", self._open_withdraw).mark("withdraw")
                self._not_withdrawn = ui.label().classes("cd-hint")
        self._newer = Changing("ed-warning")
        self._withdraw_asked = Ask("Withdraw", "Withdraw this article", self._work.withdraw, "Why (this stays in its history)")
        self._hand_in_asked = Ask("Hand in as it stands", "Hand it in", self._handed_in, "Note for the reviewer")
        self._handing_in = 0

    def _pair(self) -> Pair | None:
        asked = Pair(self._chosen.before, self._chosen.after)
        return asked if asked.after and self._file.revision(asked.after) else default_pair(self._file, self._again)

    def _begin_gate(self) -> None:
        """Whoever opens a review that was never checked finds the check under way."""
        target, gate = self._target(self._file), self._file.gate
        if target is not None and self._again is None and gate is None and self._visit.member.role in ("editor", "reviewer"):
            self._runs.begin(self._file.slug, target)

    def _target(self, file: ArticleFile) -> int | None:
        return self._again or (file.review.submission.revision if file.review else None)

    def _read(self) -> _Seen:
        app = self._visit.app
        file = self._shared.get() or self._file
        target = self._target(file)
        gate = app.article_files.gate(file.slug, target) if target is not None and self._again else file.gate
        if gate is None or self._known.gate != gate:
            self._known = Known(gate, gate_view.drawing(gate)) if gate else Known()
        running = self._runs.of(file.slug, target) if target is not None else None
        return _Seen(file, target, self._known, app.library.snapshot().version, running, publishing.pinned_by(app, file.slug))

    def _show(self, seen: _Seen) -> None:
        if seen == self._seen and self._drawn_for == self._compare.pair:
            return
        file = self._file = seen.file
        self._seen, self._drawn_for = seen, self._compare.pair
        allowed = may.may(file, may.person(self._visit.member), seen.known.gate, seen.served_version, pinned=bool(seen.pinned))
        title = self._compare.title or file.slug
        if self._title.content != escape(title):
            self._title.content = escape(title)
        self._standing.show(review_view.standing(file, self._zone))
        self._offer_head(file, allowed)
        self._newer.show(self._not_shown(file))
        self._compare.show(file)
        self._gate.show(seen.target, seen.known, seen.served_version, seen.running)
        self._revisions.show(
            history_view.revisions(
                file, self._zone, may_bring_back=self._visit.member.role == "reviewer", may_hand_in=allowed.hand_in == ""
            )
        )
        self._events.show(history_view.events(file, self._zone))
        self._show_bar(seen, allowed)

    def _offer_head(self, file: ArticleFile, allowed: May) -> None:
        unsigned = file.served is not None and not file.signed
        waiting = bool(file.revisions) and file.served is None and not file.withdrawn
        self._hand_in.visible = allowed.hand_in == "" and (unsigned or waiting) and file.draft is None
        self._withdraw.visible = allowed.withdraw == ""
        self._not_withdrawn.text = review_view.not_withdrawn(allowed.withdraw or "", self._seen.pinned if self._seen else ())

    def _not_shown(self, file: ArticleFile) -> str:
        """That another revision has come into review than the one that stands here."""
        pair, review = self._compare.pair, file.review
        if review is None or pair is None or self._again or pair.after == review.submission.revision:
            return ""
        number = review.submission.revision
        return f'Revision {number} is in review now. <a href="/desk/editor/review/{escape(file.slug)}">Show it</a>'

    def _show_bar(self, seen: _Seen, allowed: May) -> None:
        headline = seen.known.drawing.headline
        if self._again:
            self._bar.show_again(seen.file, self._again, allowed, headline)
        else:
            self._bar.show(seen.file, allowed, headline, self._unread(seen), self._compare.sha256)

    def _unread(self, seen: _Seen) -> str:
        """What must be on the page before a reviewer can sign; empty where it is."""
        pair, review = self._compare.pair, seen.file.review
        if review is None or pair is None:
            return ""
        if pair.after != review.submission.revision:
            return f"what stands here is revision {pair.after}; show revision {review.submission.revision} to approve it"
        if seen.known.gate is None:
            under_way = seen.running is not None and not seen.running.problem
            return f"what it changes for patients is {'being worked out' if under_way else 'not known yet'}; look at that first"
        return ""

    def _problem_with(self, problem: str) -> None:
        self._problem.show(f"<p>{escape(problem)}</p>" if problem else "")

    async def _clicked(self, click: Click) -> None:
        if click.do == "hand_in" and click.of.isdecimal():
            self._handing_in = int(click.of)
            self._hand_in_asked.open(
                f"Revision {click.of} is handed in as it stands. You stand behind it then, and somebody else reviews it."
            )

    async def _open_hand_in(self) -> None:
        number = self._file.served or (self._file.revisions[0].number if self._file.revisions else 0)
        await self._clicked(Click("hand_in", str(number)))

    async def _handed_in(self, note: str) -> bool:
        done = await self._work.hand_in(self._handing_in, note)
        if done:
            live.go(f"/desk/editor/review/{self._file.slug}")
        return done

    async def _open_withdraw(self) -> None:
        self._withdraw_asked.open(review_view.withdrawn_means(self._seen.pinned if self._seen else ()))

    async def _look(self) -> None:
        """Draw with another pair side by side."""
        await self._refresh()

    async def _changed(self) -> None:
        self._shared.forget()
        await self._refresh()
