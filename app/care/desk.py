"""The care desk's queue: open cases, most urgent first, kept up to date without reloading."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import FastAPI
from nicegui import ui
from nicegui.page import page as ui_page
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.errors import RecordsError
from app.pages.sign_in import COOKIE
from app.records.cases import OpenCase
from app.records.models import now
from app.records.staff import StaffMember
from app.wiring import Application

_COLOURS = {"emergency": "#a3141f", "crisis": "#5b3a86", "urgent": "#8a4b00", "routine": "#46585d"}
_EVERY_S = 2.0
_ROLES = ("care", "administrator")
_SIGN_OUT = (
    '<form method="post" action="/sign-out"><button style="color:#fff;text-decoration:underline;padding:8px">Sign out</button></form>'
)
_ACTIVITY = """<script>
(() => {
  let last = 0
  const tell = () => { if (Date.now() - last > 30000) { last = Date.now(); emitEvent("carelight_active") } }
  for (const kind of ["pointerdown", "pointermove", "keydown"]) document.addEventListener(kind, tell, { passive: true })
})()
</script>"""
"""A desk counts as staffed while a person moves at it, not while its page refreshes itself (rule of care 7)."""
_HEADING = '<h1 style="font-size:1.6rem;line-height:1.3;font-weight:650;color:#123d42;margin:0">Open cases</h1>'
_CARD = "width:100%;align-items:flex-start;gap:16px;padding:14px 16px;background:#fff;border:1px solid #d3dedf;border-radius:10px"


def mount(web: FastAPI, app: Application) -> None:
    """Put the desk under `/desk` of `web`."""

    @ui_page("/care", title="Care desk")
    def care(request: Request) -> Response | None:
        member = app.staff.member(request.cookies.get(COOKIE, ""))
        if member is None or member.role not in _ROLES:
            return RedirectResponse("/sign-in?to=/desk/care")
        _draw(app, member, request.cookies.get(COOKIE, ""))
        return None

    ui.run_with(web, mount_path="/desk", storage_secret=app.secrets.guest, show_welcome_message=False)


def _draw(app: Application, member: StaffMember, token: str) -> None:
    ui.colors(primary="#11676b")
    ui.add_head_html('<script>document.documentElement.lang = "en"</script>')
    ui.query("body").style("background:#fcfdfc")
    with ui.header().style("background:#123d42").props('role="banner"'):
        ui.label("Care desk").style("font-size:1.25rem;font-weight:650")
        if app.settings.mode == "demo":
            ui.label("Demo: starter content, not for real patients")
        ui.space()
        ui.label(f"{member.name} ({member.role})")
        ui.html(_SIGN_OUT, sanitize=False)
    with ui.column().props('role="main"').style("width:100%;max-width:960px;margin:0 auto;padding:16px;gap:12px"):
        ui.html(_HEADING, sanitize=False)
        body = ui.column().style("width:100%;gap:12px").props('aria-live="polite"')
    shown: list[str] = []

    def refresh() -> None:
        if app.staff.member(token, active=False) is None:
            ui.navigate.to("/sign-in?to=/desk/care")
            return
        try:
            queue = app.case_store.queue()
        except RecordsError:
            body.clear()
            with body:
                ui.label("The records cannot be read just now. This page tries again every two seconds.")
            shown.clear()
            return
        drawn = [f"{case.id}{case.level}{len(case.reasons)}{_waiting(case.opened)}" for case in queue]
        if drawn != shown or not shown:
            shown[:] = drawn
            body.clear()
            with body:
                _cases(queue)

    ui.on("carelight_active", lambda: app.staff.member(token))
    ui.add_body_html(_ACTIVITY)
    refresh()
    ui.timer(_EVERY_S, refresh)


def _cases(queue: Sequence[OpenCase]) -> None:
    if not queue:
        ui.label("No open cases. New ones appear here by themselves.").style("color:#46585d")
    for case in queue:
        _case(case)


def _case(case: OpenCase) -> None:
    colour = _COLOURS[case.level]
    with ui.row().style(f"{_CARD};border-left:8px solid {colour}").props(f'data-testid="case" data-level="{case.level}"'):
        ui.label(case.level.capitalize()).style(f"color:#fff;background:{colour};padding:4px 12px;border-radius:14px;font-weight:650")
        with ui.column().style("gap:2px;flex:1;min-width:220px"):
            for reason in case.reasons:
                ui.label(reason)
            ui.label(_person(case)).style("color:#46585d")
        ui.label(f"Waiting {_waiting(case.opened)}").style("font-weight:600")


def _person(case: OpenCase) -> str:
    told = [f"{case.age_years} years" if case.age_years is not None else "", case.sex or ""]
    return ", ".join(part for part in told if part) or "Age and sex not told"


def _waiting(since: datetime) -> str:
    minutes = int((now() - since).total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
