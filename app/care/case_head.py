"""The head of a case: how fast, who, why, how long, and what can be done with it now."""

from collections.abc import Sequence
from html import escape

from nicegui import run, ui

from app.care import closing, queue_view
from app.care.work import Work
from app.desk import pieces, plain
from app.desk.pieces import Changing
from app.errors import RecordsError
from app.records.case_files import CaseFile
from app.records.models import now
from app.records.staff import StaffMember
from guardrails.level import SEVERITY


class Head:
    """Drawn again in its parts as the case changes."""

    def __init__(self, work: Work) -> None:
        self._work = work
        with ui.column().classes("cd-head"):
            with ui.row().classes("cd-head-top"):
                self._told = Changing("cd-told")
                self._clock = Changing("cd-head-clock")
                self._waits: object = None
            with ui.row().classes("cd-actions"):
                self._claim = pieces.button("Claim", work.claim, main=True, key="c")
                self._join = pieces.button("Join chat", work.join, main=True)
                self._back = pieces.button("Hand back to the assistant", work.hand_back)
                self._call = self._menu("Record a call", {"Reached": self._reached, "Not reached": self._not_reached})
                self._give = ui.button("Assign").props("no-caps unelevated outline").classes("cd-button")
                with self._give:
                    self._colleagues = ui.menu()
                self._give.on_click(self._list_colleagues)
                self._release = pieces.button("Release", work.release)
                self._close = pieces.button("Close case", self._closing, key="x")
        self._dialog = closing.CloseDialog(work)

    def show(self, file: CaseFile, before: str, after: str) -> None:
        """Draw what changed; `before` and `after` are the cases beside this one in the queue, or empty."""
        self._told.show(_told_html(file, self._work, before, after))
        standing, mine = file.standing, self._work.mine
        target = self._work.visit.app.settings.targets[standing.level]
        if self._waits != (standing.waiting_since, target, standing.closed):
            self._waits = (standing.waiting_since, target, standing.closed)
            self._clock.show("" if standing.closed else queue_view.clock_html(standing.waiting_since, target, now()))
        free = not standing.owner and not standing.closed
        _see(self._claim, free)
        _see(self._join, mine and standing.live_in != file.chat and file.shown is not None and not file.shown.deleted)
        _see(self._back, mine and bool(standing.live_in))
        _see(self._give, mine or free)
        for button in (self._call, self._release, self._close):
            _see(button, mine)

    def _menu(self, text: str, choices: dict[str, pieces.Act]) -> ui.button:
        with ui.button(text).props("no-caps unelevated outline").classes("cd-button") as button, ui.menu():
            for label, act in choices.items():
                ui.menu_item(label, on_click=act).classes("cd-menu-item")
        return button

    async def _reached(self) -> None:
        await self._work.called(reached=True)

    async def _not_reached(self) -> None:
        await self._work.called(reached=False)

    async def _closing(self) -> None:
        self._dialog.open()

    async def _list_colleagues(self) -> None:
        """Who works the desk, the care team first."""
        team = await run.io_bound(self._team) or []
        self._colleagues.clear()
        with self._colleagues:
            for member in team:
                if member.id != self._work.file.standing.owner:
                    ui.menu_item(member.name, on_click=lambda to=member.id: self._work.assign(to)).classes("cd-menu-item")
            if not team:
                ui.menu_item("The team cannot be read just now")

    def _team(self) -> Sequence[StaffMember]:
        staff = self._work.visit.app.staff
        try:
            return [*staff.team("care"), *staff.team("administrator")]
        except RecordsError:
            return []


def _see(element: ui.element, visible: bool) -> None:
    if element.visible != visible:
        element.visible = visible


def _told_html(file: CaseFile, work: Work, before: str, after: str) -> str:
    """Everything of the head that does not run with the clock."""
    level = file.standing.level
    ruled_first = sorted(file.findings, key=lambda why: (why.finding.by != "rule", -SEVERITY[why.finding.level]))
    first, *rest = dict.fromkeys(why.finding.reason for why in ruled_first) or ["No reason stored"]
    more = f"<p class='cd-more'>Also: {escape(' '.join(rest))}</p>" if rest else ""
    return (
        f"<nav class='cd-beside' aria-label='Cases'><a href='/desk/care'>Queue</a>{_way('prev', 'Previous case', before)}"
        f"{_way('next', 'Next case', after)}<span class='cd-number'>Case {plain.number(file.id)}</span></nav>"
        f"<div class='cd-title'><span class='cd-level cd-level-{level}'>{escape(plain.LEVELS[level])}</span>"
        f"<h1>{escape(first)}</h1></div>{more}"
        f"<p class='cd-meta'>{''.join(_facts(file, mine=work.mine))}</p>{_verdict(file)}"
    )


def _way(rel: str, text: str, case_id: str) -> str:
    return f"<a rel='{rel}' href='/desk/care/{escape(case_id)}'>{text}</a>" if case_id else ""


def _facts(file: CaseFile, *, mine: bool) -> list[str]:
    """Who, where and whose."""
    profile = file.profile
    age = None if profile.age_months is None else profile.age_months // 12
    facts = [f"<span>{escape(plain.person(age, profile.sex))}</span>"]
    facts.append(queue_view.connected_html(file.connected))
    if not file.standing.closed:
        facts.append(queue_view.owner_html(file.owner, mine=mine))
    if file.standing.live_in:
        facts.append("<span>the assistant is quiet</span>")
    if any(why.disputed for why in file.findings):
        facts.append("<span class='cd-new'>the patient says this is not right</span>")
    if file.demo:
        facts.append("<span class='cd-demo'>demo</span>")
    facts.append(f"<span>opened {plain.clock(file.opened)}</span>")
    return facts


def _verdict(file: CaseFile) -> str:
    """How it was closed; empty while it is open."""
    if not file.standing.closed or file.closed is None:
        return ""
    told = [
        plain.spoken(plain.VERDICTS, file.verdict),
        plain.spoken(plain.FALSE_ALARMS, file.why_false),
        plain.spoken(plain.OUTCOMES, file.outcome),
    ]
    advice = f"<p>Advice given: {escape(file.advice)}</p>" if file.advice else ""
    closed = f"Closed {plain.clock(file.closed)} by {escape(file.closed_by)}: {escape('; '.join(part for part in told if part))}"
    return f"<div class='cd-verdict'><p><b>{closed}</b></p>{advice}</div>"
