"""What every page of the editor desk begins with: who may open it, and the ways to the others."""

from starlette.requests import Request

from app.care import frame
from app.care.frame import Visit
from app.wiring import Application

EDITOR_ROLES = ("editor", "reviewer", "administrator")
"""Who sees the editor desk; only editors and reviewers change anything there (`app.editorial`)."""
EDITOR_LINKS = {
    "Library": "/desk/editor",
    "Missing": "/desk/editor/missing",
    "Recalls": "/desk/editor/recalls",
    "Texts": "/desk/editor/texts",
    "Rules": "/desk/rules",
}


def visit(app: Application, request: Request) -> Visit | None:
    """Who is signed in on this request, if the desk is theirs."""
    return frame.visit(app, request, EDITOR_ROLES)


def header(seen: Visit) -> None:
    """Draw the header."""
    frame.header(seen.app, seen.member, "Editor desk", EDITOR_LINKS)
