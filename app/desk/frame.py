"""What every desk page begins with: who may see it, colours, language, the header with the way to the other desks."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from nicegui import run, ui
from nicegui.page import page as ui_page
from starlette.requests import Request
from starlette.responses import RedirectResponse

from app.pages.sign_in import COOKIE
from app.records.staff import StaffMember
from app.wiring import Application

_LINK = "color:#fff;text-decoration:underline;padding:10px 8px;min-height:44px;display:inline-block"
_SIGN_OUT = f'<form method="post" action="/sign-out"><button style="{_LINK}">Sign out</button></form>'


_PATIENCE_S = 30.0
"""How long a page may take to its first look: NiceGUI's own three seconds would answer a nurse of a busy clinic with an error."""
_KEPT_S = 60.0
"""How long a page waits for a browser whose network failed: it goes on then where it stood, with all that was typed into it."""
STOPPED = "stopped"
"""Marks the line below the header that says that the assistant is stopped; `live.keep` fills it."""
CARE_ROLES = ("care", "administrator")
"""Who works the care desk."""
CARE_LINKS = {
    "Queue": "/desk/care",
    "Figures": "/desk/care/figures",
    "Review list": "/desk/care/reviews",
    "Recalls": "/desk/care/recalls",
    "Templates": "/desk/care/templates",
    "Rules": "/desk/rules",
}
"""The ways from a page of the care desk to the others."""
LEVEL_COLOURS = {"emergency": "#a3141f", "crisis": "#5b3a86", "urgent": "#8a4b00", "routine": "#46585d"}
_SIZES = {1: "1.6rem", 2: "1.25rem", 3: "1.05rem"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One signed-in person at one open page."""

    app: Application
    member: StaffMember
    token: str


def page(path: str, title: str) -> ui_page:
    """Mark a function as the desk page at `path`, which is below `/desk`."""
    return ui_page(path, title=title, response_timeout=_PATIENCE_S, reconnect_timeout=_KEPT_S)


async def visit(app: Application, request: Request, roles: Collection[str]) -> Visit | None:
    """Who is signed in on this request, if they have one of `roles`. Read on a thread: a slow database must hold up nobody's chat."""
    token = request.cookies.get(COOKIE, "")
    found = await run.io_bound(app.staff.member, token)
    return Visit(app, found, token) if found is not None and found.role in roles else None


def to_sign_in(request: Request) -> RedirectResponse:
    """The way through the sign-in and back to the page that was asked for, what it was asked with and all."""
    below = request.url.path.removeprefix(request.scope.get("root_path", ""))
    asked = f"/desk{below}?{request.url.query}".rstrip("?")
    return RedirectResponse(f"/sign-in?to={quote(asked, safe='/')}")


def heading(text: str, rank: int = 1) -> None:
    """A heading of the page's own words, of the first to the third rank."""
    style = f"font-size:{_SIZES[rank]};line-height:1.3;font-weight:650;color:#123d42;margin:0"
    ui.html(f'<h{rank} style="{style}">{escape(text)}</h{rank}>', sanitize=False)


def link(text: str, address: str, classes: str = "cd-link") -> ui.html:
    """A link within the site (NiceGUI's own would put the desk's path before the address)."""
    made = ui.html(escape(text), sanitize=False, tag="a").classes(classes)
    made.props["href"] = address
    return made


def not_shown(title: str, problem: str, *ways: tuple[str, str]) -> None:
    """A page in the place of one that cannot be shown: why, and the ways on, each with its address."""
    with ui.column().classes("cd-page"):
        heading(title)
        ui.label(problem)
        with ui.row():
            for text, address in ways:
                link(text, address)


@contextmanager
def dialog(title: str, classes: str = "") -> Iterator[ui.dialog]:
    """A dialog to be filled, with its title for everybody; it stays closed until it is opened."""
    with ui.dialog().props(f'aria-label="{title}"') as made, ui.card().classes(f"cd-dialog {classes}"):
        heading(title, rank=2)
        yield made


def header(app: Application, signed_in: StaffMember, title: str, links: Mapping[str, str]) -> None:
    """Draw the header of a desk page called `title`, with `links` to others."""
    ui.colors(primary="#11676b")
    ui.add_head_html('<script>document.documentElement.lang = "en"</script><link rel="stylesheet" href="/site/desk.css">')
    ui.query("body").style("background:#fcfdfc")
    with ui.header().style("background:#123d42;align-items:center;gap:4px 12px;padding:4px 16px").props('role="banner"'):
        ui.label(title).style("font-size:1.25rem;font-weight:650")
        if app.settings.mode == "demo":
            ui.label("Demo: starter content, not for real patients").classes("cd-demo-note")
        ui.space()
        for label, address in links.items():
            link(label, address, "").style(_LINK)
        account = link(f"{signed_in.name} ({signed_in.role})", "/account", "").style(_LINK)
        account.props["title"] = "Your account: password, second factor, open desks"
        ui.html(_SIGN_OUT, sanitize=False)
    ui.label("").classes("cd-stopped").props('role="status"').mark(STOPPED).set_visibility(False)
