"""The care desk's pages and who may open them."""

from uuid import UUID

from fastapi import FastAPI
from nicegui import ui
from nicegui.page import page as ui_page
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.admin import desk as admin_desk
from app.care import case_page, figures_page, frame, review_page, rules_page, templates_page
from app.care.frame import CARE_ROLES
from app.care.live import Shared
from app.care.queue_page import QueuePage
from app.editor import desk as editor_desk
from app.records.case_board import Board
from app.wiring import Application


def mount(web: FastAPI, app: Application) -> None:
    """Put both desks under `/desk` of `web`."""
    pages(app)
    editor_desk.pages(app)
    admin_desk.pages(app)
    ui.run_with(web, mount_path="/desk", storage_secret=app.secrets.guest, show_welcome_message=False)


def pages(app: Application) -> None:
    """Every page of the desk, each with who may open it."""
    board: Shared[Board] = Shared(app.case_board.read)

    @ui_page("/care", title="Care desk", response_timeout=frame.PATIENCE_S)
    async def care(request: Request) -> Response | None:
        """The queue, for the care team."""
        visit = frame.visit(app, request, CARE_ROLES)
        if visit is None:
            return RedirectResponse("/sign-in?to=/desk/care")
        await QueuePage(visit, board).draw()
        return None

    @ui_page("/care/{case_id:uuid}", title="Case", response_timeout=frame.PATIENCE_S)
    async def case(request: Request, case_id: UUID) -> Response | None:
        """A case with the patient's words, for the care team; each opening is recorded."""
        visit = frame.visit(app, request, CARE_ROLES)
        if visit is None:
            return RedirectResponse(f"/sign-in?to=/desk/care/{case_id}")
        await case_page.open_case(visit, str(case_id), board)
        return None

    templates_page.mount(app)
    rules_page.mount(app)
    figures_page.mount(app)
    review_page.mount(app)
