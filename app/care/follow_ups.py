"""What the team leaves for itself on the queue: follow-ups that are due, and the hand-over to the next shift."""

from collections.abc import Awaitable, Callable, Sequence
from html import escape

from nicegui import ui

from app.desk import frame, live, pieces, plain
from app.desk.frame import Visit
from app.records.team_notes import Handover, Reminder

Changed = Callable[[], Awaitable[None]]


class Due:
    """Follow-ups that are due, each with the way to its case and a tick."""

    def __init__(self, visit: Visit, changed: Changed) -> None:
        self._visit, self._changed = visit, changed
        self._shown: Sequence[Reminder] = ()
        self._list = ui.column().classes("cd-due").props('data-testid="due" aria-live="polite"')
        self._list.visible = False

    def show(self, due: Sequence[Reminder]) -> None:
        """Draw what changed."""
        if list(due) == list(self._shown):
            return
        self._shown = due
        self._list.clear()
        self._list.visible = bool(due)
        with self._list:
            for reminder in due:
                self._one(reminder)

    def _one(self, reminder: Reminder) -> None:
        told = f"Follow-up due since {plain.clock(reminder.due)}, set by {reminder.by}: {reminder.text}"
        with ui.row().classes("cd-due-row"):
            frame.link(f"Case {plain.number(reminder.case_id)}", f"/desk/care/{reminder.case_id}")
            ui.label(told).style("flex:1;min-width:200px")
            tick(self._visit, reminder, self._changed)


def tick(visit: Visit, reminder: Reminder, changed: Changed) -> None:
    """The button that ticks a follow-up off."""

    async def done() -> None:
        await live.attempt(lambda: visit.app.team_notes.done(reminder.id, visit.member.id))
        await changed()

    pieces.button("Done", done)


class HandoverBox:
    """The latest hand-over, and the way to write one."""

    def __init__(self, visit: Visit, changed: Changed, draft: Callable[[], str]) -> None:
        self._visit, self._changed, self._draft = visit, changed, draft
        with ui.column().classes("cd-handover").props('data-testid="handover"'):
            self._text = pieces.Changing("cd-handover-text")
            pieces.button("Write hand-over", self._open)
        with frame.dialog("Write hand-over") as self._dialog:
            ui.label("The next shift reads this on the queue. It begins with your open cases; leave out patients' own words.").classes(
                "cd-hint"
            )
            self._field = pieces.area("Hand-over", rows=8)
            with ui.row().classes("cd-actions"):
                pieces.button("Save hand-over", self._save, main=True)
                ui.button("Cancel", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def show(self, latest: Handover | None) -> None:
        """Draw the latest."""
        told = "<p>Nobody has written one yet.</p>"
        if latest:
            told = f"<p class='cd-hint'>{escape(latest.by)}, {plain.clock(latest.at)}</p><p class='cd-words'>{escape(latest.text)}</p>"
        self._text.show(f"<h2>Hand-over</h2>{told}")

    async def _open(self) -> None:
        if not (self._field.value or "").strip():
            self._field.value = self._draft()
        self._dialog.open()

    async def _save(self) -> None:
        text = self._field.value or ""
        if await live.attempt(lambda: self._visit.app.team_notes.hand_over(self._visit.member.id, text)):
            self._field.value = ""
            self._dialog.close()
            live.notice("Saved. The next shift reads it on the queue.", good=True)
            await self._changed()
