"""What publishing would change for patients, on the page: worked out with progress in sight, let pass by name."""

from html import escape
from zoneinfo import ZoneInfo

from nicegui import ui

from app.care import frame, pieces
from app.care.pieces import Changing
from app.editor import gate_view, when
from app.editor.gate_runs import Progress
from app.editor.review_work import ReviewWork
from app.records.article_files import KeptGate


class GateBox:
    """`number` is the revision whose publishing is considered."""

    def __init__(self, work: ReviewWork, zone: ZoneInfo) -> None:
        self._work, self._zone = work, zone
        self._writes = work.visit.member.role in ("editor", "reviewer")
        self._number, self._gate = 0, 0
        frame.heading("What changes for patients", rank=2)
        self._about = ui.label().classes("cd-hint")
        self._running = Changing("ed-progress", 'role="status"')
        self._note = Changing("ed-note-line")
        with ui.row().classes("cd-actions"):
            self._check = pieces.button("Check what changes", self._checked)
            self._pass = pieces.button("", self._acknowledge, main=True)
        self._result = Changing("ed-result", 'data-testid="gate"')

    def show(self, number: int | None, gate: KeptGate | None, served_version: int, running: Progress | None) -> None:
        """Draw what is known of the revision."""
        self._number, self._gate = number or 0, gate.id if gate else 0
        self._about.text = (
            f"If patients got revision {number} instead of what they get now."
            if number
            else "Nothing is in review, so nothing would change. To look at an earlier revision again, choose it in the history."
        )
        under_way = running is not None and not running.problem
        stale = gate is not None and gate.served_version != served_version
        self._running.show(_progress(running) if running else "")
        self._check.visible = bool(number) and self._writes and not under_way and (gate is None or stale or _unreadable(gate))
        self._check.text = "Check again" if gate else "Check what changes"
        self._note.show(self._said(gate, stale=stale))
        open_changes = gate is not None and not gate.blocks and gate.changes > 0 and not gate.acknowledged_by and not stale
        self._pass.visible = open_changes and self._writes and not under_way
        if gate is not None:
            count = "this change" if gate.changes == 1 else f"these {gate.changes} changes"
            self._pass.text = f"I have looked at {count}: let them pass" if gate.changes != 1 else f"I have looked at {count}: let it pass"
        impact = gate_view.impact_of(gate) if gate else None
        self._result.show(gate_view.result(impact) if impact else "")

    def _said(self, gate: KeptGate | None, *, stale: bool) -> str:
        if gate is None:
            return ""
        told = f"Checked {when.shown(gate.at, self._zone)}."
        if stale:
            return (
                f'<p class="ed-warning">{told} <b>Patients get another library since then</b>, so this may no longer hold: check again '
                "before it is published.</p>"
            )
        impact = gate_view.impact_of(gate)
        if impact is None:
            return f'<p class="ed-warning">{told} It was written in another form: check again.</p>'
        passed = f" <b>{escape(gate.acknowledged_by)} has looked at the changes and let them pass.</b>" if gate.acknowledged_by else ""
        return f"<p>{told} {escape(gate_view.headline(impact))}{passed}</p>"

    async def _checked(self) -> None:
        if self._number:
            await self._work.check(self._number)

    async def _acknowledge(self) -> None:
        if self._gate:
            await self._work.acknowledge(self._gate)


def _unreadable(gate: KeptGate) -> bool:
    return gate_view.impact_of(gate) is None


def _progress(running: Progress) -> str:
    if running.problem:
        return f'<p class="ed-warning">{escape(running.problem[:1].upper() + running.problem[1:])}</p>'
    if not running.total:
        return '<p>Getting ready to ask patients\' questions…</p><progress aria-label="Getting ready"></progress>'
    share = 100 * running.done // running.total
    told = "Asking patients' questions of the library as it is and as it would be"
    return f'<p>{told}: {share} %</p><progress aria-label="{told}" max="100" value="{share}"></progress>'
