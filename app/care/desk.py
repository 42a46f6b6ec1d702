"""The care desk's queue: open cases, most urgent first, kept up to date without reloading."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import FastAPI
from nicegui import ui
from nicegui.page import page as ui_page
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.care import figures_page, frame, review_page, rules_page
from app.care.frame import CARE_ROLES
from app.errors import RecordsError
from app.pages.sign_in import COOKIE
from app.records.case_reads import OpenCase
from app.records.cases import Why
from app.records.models import now
from app.records.staff import StaffMember
from app.wiring import Application

_COLOURS = {"emergency": "#a3141f", "crisis": "#5b3a86", "urgent": "#8a4b00", "routine": "#46585d"}
_EVERY_S = 2.0
_LONGEST_QUOTE = 300
_MOST_ASIDE = 8
_ACTIVITY = """<script>
(() => {
  let last = 0
  const tell = () => { if (Date.now() - last > 30000) { last = Date.now(); emitEvent("carelight_active") } }
  for (const kind of ["pointerdown", "pointermove", "keydown"]) document.addEventListener(kind, tell, { passive: true })
})()
</script>"""
"""A desk counts as staffed while a person moves at it, not while its page refreshes itself (rule of care 7)."""
_CARD = "width:100%;align-items:flex-start;gap:16px;padding:14px 16px;background:#fff;border:1px solid #d3dedf;border-radius:10px"


def mount(web: FastAPI, app: Application) -> None:
    """Put the desk under `/desk` of `web`."""

    @ui_page("/care", title="Care desk")
    def care(request: Request) -> Response | None:
        member = frame.member(app, request, CARE_ROLES)
        if member is None:
            return RedirectResponse("/sign-in?to=/desk/care")
        _draw(app, member, request.cookies.get(COOKIE, ""))
        return None

    rules_page.mount(app)
    figures_page.mount(app)
    review_page.mount(app)
    ui.run_with(web, mount_path="/desk", storage_secret=app.secrets.guest, show_welcome_message=False)


def _draw(app: Application, member: StaffMember, token: str) -> None:
    frame.header(
        app, member, "Care desk", {"Figures": "/desk/care/figures", "Review list": "/desk/care/reviews", "Red-flag rules": "/desk/rules"}
    )
    with ui.column().props('role="main"').style("width:100%;max-width:960px;margin:0 auto;padding:16px;gap:12px"):
        frame.heading("Open cases")
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
                _cases(app, queue)

    ui.on("carelight_active", lambda: app.staff.member(token))
    ui.add_body_html(_ACTIVITY)
    refresh()
    ui.timer(_EVERY_S, refresh)


def _cases(app: Application, queue: Sequence[OpenCase]) -> None:
    if not queue:
        ui.label("No open cases. New ones appear here by themselves.").style("color:#46585d")
    for case in queue:
        _case(app, case)


def _case(app: Application, case: OpenCase) -> None:
    colour = _COLOURS[case.level]
    with ui.row().style(f"{_CARD};border-left:8px solid {colour}").props(f'data-testid="case" data-level="{case.level}"'):
        ui.label(case.level.capitalize()).style(f"color:#fff;background:{colour};padding:4px 12px;border-radius:14px;font-weight:650")
        with ui.column().style("gap:2px;flex:1;min-width:220px"):
            for reason in case.reasons:
                ui.label(reason)
            ui.label(_person(case)).style("color:#46585d")
            ui.button("Why it fired", on_click=lambda: _why(app, case.id)).props("flat dense no-caps").style("margin-left:-8px")
        ui.label(f"Waiting {_waiting(case.opened)}").style("font-weight:600")


def _why(app: Application, case_id: str) -> None:
    """What led to each finding of a case: the words, the rule, what was set aside, the classifier's view."""
    try:
        findings = app.case_store.why(case_id)
    except RecordsError:
        ui.notify("The records cannot be read just now.")
        return
    with ui.dialog(value=True), ui.card().style("min-width:min(90vw,640px);max-width:720px"):
        frame.heading("Why it fired", rank=2)
        for why in findings:
            _finding(why)


def _finding(why: Why) -> None:
    finding, told = why.finding, why.told
    disputed = " The patient says this is not right." if why.disputed else ""
    with ui.column().style("gap:4px;border-top:1px solid #d3dedf;padding-top:10px;width:100%"):
        ui.label(f"{finding.reason}{disputed}").style("font-weight:600")
        ui.label(f"{finding.rule}, version {finding.version}, found by {'a rule' if finding.by == 'rule' else 'the ' + finding.by}")
        for evidence in finding.evidence:
            ui.label(f"“{evidence.text[:_LONGEST_QUOTE]}” (message {evidence.turn + 1})").style("background:#f3f7f7;padding:4px 8px")
        if told.get("scores"):
            ui.label("Classifier: " + ", ".join(f"{level} {score:.0%}" for level, score in told["scores"].items()))
        aside = dict.fromkeys((item["words"], item["category"], item["cue"]) for item in told.get("set_aside", []))
        for words, category, cue in list(aside)[:_MOST_ASIDE]:
            ui.label(f"Did not count: “{words}” ({category}: “{cue}”)").style("color:#46585d")
        for near in told.get("nearest", []):
            ui.label(f"Like a message it learned from ({near['level']}): “{near['text'][:_LONGEST_QUOTE]}”").style("color:#46585d")
        if told.get("rules"):
            ui.label(f"Rule set {told['rules'][:12]}").style("color:#46585d;font-size:0.85rem")


def _person(case: OpenCase) -> str:
    told = [f"{case.age_years} years" if case.age_years is not None else "", case.sex or ""]
    return ", ".join(part for part in told if part) or "Age and sex not told"


def _waiting(since: datetime) -> str:
    minutes = int((now() - since).total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
