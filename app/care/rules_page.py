"""The red-flag rules for clinicians: read, search, try a text, and sign the rule set in force. Nothing can be edited here."""

from collections.abc import Sequence

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app import rulebook
from app.desk import frame, live
from app.desk.frame import CARE_ROLES
from app.errors import RecordsError
from app.records.sign_offs import NEEDED
from app.records.staff import StaffMember
from app.rulebook import Tried
from app.wiring import Application
from guardrails.rules import Rule

_READERS = ("care", "reviewer", "editor", "administrator")
_SIGNERS = ("reviewer", "administrator")
_LONGEST = 6000
_COLUMN = "width:100%;max-width:960px;margin:0 auto;padding:16px;gap:16px"
_BOX = "width:100%;background:#fff;border:1px solid #d3dedf;border-radius:10px;padding:16px;gap:8px"


def mount(app: Application) -> None:
    """Put the page at `/desk/rules`."""

    @frame.page("/rules", "Red-flag rules")
    async def rules(request: Request) -> Response | None:
        visit = await frame.visit(app, request, _READERS)
        if visit is None:
            return frame.to_sign_in(request)
        _draw(app, visit.member, await run.io_bound(_read, app))
        await live.keep_signed_in(visit, "/desk/rules")
        return None


def _read(app: Application) -> tuple[str, Sequence[str]]:
    """What is said of the rule set in force, and the names under it."""
    try:
        return rulebook.status(app), app.sign_offs.names(app.rules_fingerprint)
    except RecordsError:
        return "Who signed this rule set cannot be read just now.", ()


def _draw(app: Application, member: StaffMember, seen: tuple[str, Sequence[str]] | None) -> None:
    frame.header(app, member, "Red-flag rules", frame.CARE_LINKS if member.role in CARE_ROLES else {})
    with ui.column().style(_COLUMN):
        frame.heading("Red-flag rules")
        _sign_off(app, member, *(seen or ("", ())))
        _try_it(app)
        _list(app.red_flags.rules.rules)


def _sign_off(app: Application, member: StaffMember, status: str, names: Sequence[str]) -> None:
    """Who signed the rule set in force; a reviewer may sign it here."""
    with ui.column().style(_BOX):
        told = ui.label(status).props('data-testid="status"')
        ui.label(f"A signature stands for this exact set: {NEEDED} people sign it, and any change needs new ones.").style("color:#46585d")

        async def sign() -> None:
            if await live.attempt(lambda: app.sign_offs.sign(app.rules_fingerprint, member.id)):
                told.text, _ = await run.io_bound(_read, app) or (told.text, ())
                button.disable()

        if member.role in _SIGNERS:
            button = ui.button("I have read these rules and sign them", on_click=sign).props("no-caps")
            if member.name in names:
                button.disable()


def _try_it(app: Application) -> None:
    """A text as a patient might type it, and what the screen makes of it."""
    with ui.column().style(_BOX):
        frame.heading("Try it", rank=2)
        ui.label("Type a message as a patient would. Nothing is stored.").style("color:#46585d")
        text = ui.textarea("Message").props(f'outlined autogrow maxlength={_LONGEST} data-testid="try"').style("width:100%")
        result = ui.column().style("width:100%;gap:4px").props('aria-live="polite" data-testid="tried"')

        async def try_it() -> None:
            result.clear()
            if not (text.value or "").strip():
                return
            tried = await run.io_bound(rulebook.try_text, app, text.value[:_LONGEST])
            with result:
                if tried is not None:  # None while the server stops
                    _tried(tried)

        ui.button("Check this message", on_click=try_it).props("no-caps")


def _tried(tried: Tried) -> None:
    first, *rest = rulebook.tried_lines(tried)
    ui.label(first.capitalize()).style("font-weight:650;font-size:1.1rem")
    for line in rest:
        ui.label(line).style("white-space:pre-wrap")


def _list(rules: Sequence[Rule]) -> None:
    """Every rule, most severe first, narrowed by a search over all its words."""
    rows = rulebook.ordered(rules)
    words = {rule.id: "\n".join(rulebook.rule_lines(rule)).lower() for rule in rows}
    sought = ui.input("Find in rules").props('outlined clearable data-testid="find"').style("width:100%;max-width:420px")
    listed = ui.column().style("width:100%;gap:6px")

    def show() -> None:
        listed.clear()
        wanted = (sought.value or "").lower().strip()
        chosen = [rule for rule in rows if wanted in words[rule.id]]
        with listed:
            ui.label(f"{len(chosen)} of {len(rows)} rules").style("color:#46585d")
            for rule in chosen:
                _rule(rule)

    sought.on_value_change(show)
    show()


def _rule(rule: Rule) -> None:
    with ui.expansion(f"{rule.level}: {rule.id}", caption=rule.reason["en"]).style("width:100%;background:#fff;border:1px solid #d3dedf"):
        for line in rulebook.rule_lines(rule):
            ui.label(line).style("white-space:pre-wrap")
