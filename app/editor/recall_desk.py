"""Recalls stand on both desks: the editors' and the care team's. Who may take which step, the records decide."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nicegui import ui
from starlette.requests import Request

from app.content.editorial import WRITERS
from app.desk import frame as desk_frame
from app.desk.frame import CARE_LINKS, CARE_ROLES, Visit
from app.editor.frame import EDITOR_LINKS, EDITOR_ROLES
from app.records.staff import StaffMember
from app.wiring import Application


@dataclass(frozen=True, slots=True)
class RecallDesk:
    """One of the two: its name, who sees it, its links, and where its recalls are."""

    title: str
    roles: Collection[str]
    links: Mapping[str, str]
    path: str
    """Below `/desk`."""

    @property
    def address(self) -> str:
        """Of the list of recalls."""
        return f"/desk{self.path}"

    async def visit(self, app: Application, request: Request) -> Visit | None:
        """Who is signed in on this request, if the desk is theirs."""
        return await desk_frame.visit(app, request, self.roles)

    def header(self, seen: Visit) -> None:
        """Draw the header."""
        desk_frame.header(seen.app, seen.member, self.title, self.links)
        ui.add_head_html('<link rel="stylesheet" href="/site/editor.css">')


DESKS = (
    RecallDesk("Editor desk", EDITOR_ROLES, EDITOR_LINKS, "/editor/recalls"),
    RecallDesk("Care desk", CARE_ROLES, CARE_LINKS, "/care/recalls"),
)


def writes(member: StaffMember) -> bool:
    """Whether they open and close recalls."""
    return member.role in WRITERS


def reads_chats(member: StaffMember) -> bool:
    """Whether patients' chats may be opened by them; editors read none."""
    return member.role in CARE_ROLES
