"""What every desk page begins with: who may see it, colours, language, the header with the way to the other desks."""

from collections.abc import Collection, Mapping
from html import escape

from nicegui import ui
from starlette.requests import Request

from app.pages.sign_in import COOKIE
from app.records.staff import StaffMember
from app.wiring import Application

_LINK = "color:#fff;text-decoration:underline;padding:8px"
_SIGN_OUT = f'<form method="post" action="/sign-out"><button style="{_LINK}">Sign out</button></form>'


CARE_ROLES = ("care", "administrator")
"""Who works the care desk."""
_SIZES = {1: "1.6rem", 2: "1.25rem"}


def member(app: Application, request: Request, roles: Collection[str]) -> StaffMember | None:
    """Who is signed in on this request, if they have one of `roles`."""
    found = app.staff.member(request.cookies.get(COOKIE, ""))
    return found if found is not None and found.role in roles else None


def heading(text: str, rank: int = 1) -> None:
    """A heading of the page's own words, of the first or second rank."""
    style = f"font-size:{_SIZES[rank]};line-height:1.3;font-weight:650;color:#123d42;margin:0"
    ui.html(f'<h{rank} style="{style}">{escape(text)}</h{rank}>', sanitize=False)


def header(app: Application, signed_in: StaffMember, title: str, links: Mapping[str, str]) -> None:
    """Draw the header of a desk page called `title`, with `links` to others."""
    ui.colors(primary="#11676b")
    ui.add_head_html('<script>document.documentElement.lang = "en"</script>')
    ui.query("body").style("background:#fcfdfc")
    with ui.header().style("background:#123d42;align-items:center").props('role="banner"'):
        ui.label(title).style("font-size:1.25rem;font-weight:650")
        if app.settings.mode == "demo":
            ui.label("Demo: starter content, not for real patients")
        ui.space()
        for label, address in links.items():
            ui.link(label, address).style(_LINK)
        ui.label(f"{signed_in.name} ({signed_in.role})")
        ui.html(_SIGN_OUT, sanitize=False)
