"""What publishing would change for patients, on the page: worked out with progress in sight, let pass by name."""

from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

from nicegui import ui

from app.desk import frame, pieces
from app.desk.pieces import Changing
from app.editor import when
from app.editor.gate_runs import Progress
from app.editor.gate_view import NOTHING, Drawing
from app.editor.review_work import ReviewWork
from app.records.article_files import KeptGate


@dataclass(frozen=True, slots=True)
class Known:
    """A gate and how it is drawn; no gate, nothing drawn."""

    gate: KeptGate | None = None
    drawing: Drawing = NOTHING


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
            self._check = pieces.button("Check what changes", self._checked).mark("check")
        self._result = Changing("ed-result", 'data-testid="gate"')
        with ui.row().classes("cd-actions"):
            self._pass = pieces.button("", self._acknowledge, main=True).mark("acknowledge")

    def show(self, number: int | None, known: Known, served_version: int, running: Progress | None) -> None:
        """Draw what is known of the revision."""
        gate, drawn = known.gate, known.drawing
        self._number, self._gate = number or 0, gate.id if gate else 0
        self._about.text = (
            f"If patients got revision {number} instead of what they get now."
            if number
            else "Nothing is in review, so nothing would change. To look at an earlier revision again, choose it in the history."
        )
        under_way = running is not None and not running.problem
        stale = gate is not None and gate.served_version != served_version
        self._running.show(_progress(running) if running else "")
        self._check.visible = bool(number) and self._writes and not under_way and (gate is None or stale or not drawn.headline)
        self._check.text = "Check again" if gate else "Check what changes"
        self._note.show(self._said(known, stale=stale))
        open_changes = gate is not None and not gate.blocks and gate.changes > 0 and not gate.acknowledged_by and not stale
        self._pass.visible = open_changes and self._writes and not under_way
        if gate is not None:
            count = "this change" if gate.changes == 1 else f"these {gate.changes} changes"
            self._pass.text = f"I have looked at {count}: let them pass" if gate.changes != 1 else f"I have looked at {count}: let it pass"
        self._result.show(drawn.html)

    def _said(self, known: Known, *, stale: bool) -> str:
        gate = known.gate
        if gate is None:
            return ""
        told = f"Checked {when.shown(gate.at, self._zone)}."
        if stale:
            why = "<b>Patients get another library since then</b>, so this may no longer hold: check again before it is published."
            return f'<p class="ed-warning">{told} {why}</p>'
        if not known.drawing.headline:
            return f'<p class="ed-warning">{told} It was written in another form: check again.</p>'
        passed = f" <b>{escape(gate.acknowledged_by)} has looked at the changes and let them pass.</b>" if gate.acknowledged_by else ""
        return f"<p>{told} {escape(known.drawing.headline)}{passed}</p>"

    async def _checked(self) -> None:
        if self._number:
            await self._work.check(self._number)

    async def _acknowledge(self) -> None:
        if self._gate:
            await self._work.acknowledge(self._gate)


def _progress(running: Progress) -> str:
    if running.problem:
        return f'<p class="ed-warning">{escape(running.problem[:1].upper() + running.problem[1:])}</p>'
    if not running.total:
        return '<p>Getting ready to ask patients\' questions…</p><progress aria-label="Getting ready"></progress>'
    share = 100 * running.done // running.total
    told = "Asking patients' questions of the library as it is and as it would be"
    return f'<p>{told}: {share} %</p><progress aria-label="{told}" max="100" value="{share}"></progress>'
