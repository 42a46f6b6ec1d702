"""What every page of the editor desk begins with: who may open it, and the ways to the others."""

from typing import Literal

from nicegui import ui
from starlette.requests import Request

from app.desk import frame
from app.desk.frame import Visit
from app.editor import addresses
from app.wiring import Application

EDITOR_ROLES = ("editor", "reviewer", "administrator")
"""Who sees the editor desk; only editors and reviewers change anything there (`app.content.editorial`)."""
EDITOR_LINKS = {
    "Library": "/desk/editor",
    "Missing": "/desk/editor/missing",
    "Recalls": "/desk/editor/recalls",
    "Texts": "/desk/editor/texts",
    "Rules": "/desk/rules",
}
Tab = Literal["Write", "Review", "History"]
_TABS: dict[Tab, str] = {"Write": "/desk/editor/write/{}", "Review": "/desk/editor/review/{}", "History": "/desk/editor/review/{}#history"}


async def visit(app: Application, request: Request) -> Visit | None:
    """Who is signed in on this request, if the desk is theirs."""
    return await frame.visit(app, request, EDITOR_ROLES)


def header(seen: Visit) -> None:
    """Draw the header."""
    frame.header(seen.app, seen.member, "Editor desk", EDITOR_LINKS)
    ui.add_head_html('<link rel="stylesheet" href="/site/editor.css">')


def tabs(slug: str, here: Tab) -> None:
    """Draw the ways between the pages of one article, with `here` marked as the one that is open."""
    with ui.element("nav").classes("ed-tabs").props('aria-label="This article"'):
        for name, address in _TABS.items():
            tab = frame.link(name, addresses.writing(slug) if name == "Write" else address.format(slug), "ed-tab")
            if name == here:
                tab.props["aria-current"] = "page"
