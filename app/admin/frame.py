"""What every page of the administrator's desk begins with: who may open it, and the ways to the others."""

from starlette.requests import Request

from app.desk import frame
from app.desk.frame import Visit
from app.wiring import Application

ADMIN_ROLES = ("administrator",)
LINKS = {
    "Overview": "/desk/admin",
    "Staff": "/desk/admin/staff",
    "Audit": "/desk/admin/audit",
    "Queue": "/desk/care",
    "Library": "/desk/editor",
}


async def visit(app: Application, request: Request) -> Visit | None:
    """Who is signed in on this request, if the desk is theirs."""
    return await frame.visit(app, request, ADMIN_ROLES)


def header(seen: Visit) -> None:
    """Draw the header."""
    frame.header(seen.app, seen.member, "Administration", LINKS)
