"""The care desk's pages and who may open them."""

from uuid import UUID

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import core, ui
from starlette.requests import Request
from starlette.responses import Response

from app.admin import desk as admin_desk
from app.care import case_page, figures_page, review_page, rules_page, templates_page
from app.care.queue_page import QueuePage
from app.desk import frame
from app.desk.frame import CARE_ROLES
from app.desk.live import Shared
from app.editor import desk as editor_desk
from app.records.case_board import Board
from app.wiring import Application

_SILENT_S = 8.0
"""How long a browser may leave a ping unanswered: by NiceGUI's two seconds a busy machine would cut off whoever is typing."""


def mount(web: FastAPI, app: Application) -> None:
    """Put both desks under `/desk` of `web`."""
    nicegui_app.on_startup(_wait_for_pings)
    pages(app)
    editor_desk.pages(app)
    admin_desk.pages(app)
    ui.run_with(web, mount_path="/desk", storage_secret=app.secrets.guest, show_welcome_message=False)


def _wait_for_pings() -> None:
    core.sio.eio.ping_timeout = _SILENT_S


def pages(app: Application) -> None:
    """Every page of the desk, each with who may open it."""
    board: Shared[Board] = Shared(app.case_board.read)

    @frame.page("/care", "Care desk")
    async def care(request: Request) -> Response | None:
        """The queue, for the care team."""
        visit = await frame.visit(app, request, CARE_ROLES)
        if visit is None:
            return frame.to_sign_in(request)
        await QueuePage(visit, board).draw()
        return None

    @frame.page("/care/{case_id:uuid}", "Case")
    async def case(request: Request, case_id: UUID) -> Response | None:
        """A case with the patient's words, for the care team; each opening is recorded."""
        visit = await frame.visit(app, request, CARE_ROLES)
        if visit is None:
            return frame.to_sign_in(request)
        await case_page.open_case(visit, str(case_id), board)
        return None

    templates_page.mount(app)
    rules_page.mount(app)
    figures_page.mount(app)
    review_page.mount(app)
