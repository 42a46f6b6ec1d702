"""The library as editors see it: every article with its state, what waits for whom, what is overdue."""

from nicegui import run, ui
from nicegui.page import page as ui_page
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.care import frame as desk_frame
from app.care import live
from app.care.frame import Visit
from app.editor import frame
from app.records.article_board import Line
from app.wiring import Application


def mount(app: Application) -> None:
    """Put the page at `/desk/editor`."""

    @ui_page("/editor", title="Library", response_timeout=desk_frame.PATIENCE_S)
    async def library(request: Request) -> Response | None:
        """Every article, for editors and reviewers."""
        visit = frame.visit(app, request)
        if visit is None:
            return RedirectResponse("/sign-in?to=/desk/editor")
        await LibraryPage(visit).draw()
        return None


class LibraryPage:
    """The list."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        lines = await run.io_bound(self._visit.app.article_board.read)
        with ui.column().props('role="main"').classes("cd-page"):
            desk_frame.heading("Library")
            for line in lines or ():
                self._line(line)
        await live.keep_signed_in(self._visit, "/desk/editor")

    @staticmethod
    def _line(line: Line) -> None:
        desk_frame.link(line.title, f"/desk/editor/write/{line.slug}")
