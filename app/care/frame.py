"""What every desk page begins with: colours, language, the header with who is signed in and the way to the other desks."""

from collections.abc import Mapping

from nicegui import ui

from app.records.staff import StaffMember
from app.wiring import Application

_LINK = "color:#fff;text-decoration:underline;padding:8px"
_SIGN_OUT = f'<form method="post" action="/sign-out"><button style="{_LINK}">Sign out</button></form>'


def header(app: Application, member: StaffMember, title: str, links: Mapping[str, str]) -> None:
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
        ui.label(f"{member.name} ({member.role})")
        ui.html(_SIGN_OUT, sanitize=False)
