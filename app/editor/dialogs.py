"""Dialogs of the article's pages: a step that needs words or a second look, and a moment to be chosen."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from nicegui import ui

from app.desk import frame, live, pieces
from app.editor import when
from app.records.models import now

Take = Callable[[str], Awaitable[bool]]
"""Takes a step with what was typed; whether it was taken."""


class Ask:
    """A step with what it means, and a field for words where `label` names one; what was typed stays until it is taken."""

    def __init__(self, title: str, button: str, take: Take, label: str = "") -> None:
        self._take = take
        with frame.dialog(title) as self._dialog:
            self._told = ui.label().classes("ed-told")
            self._text = pieces.area(label) if label else None
            with ui.row().classes("cd-actions"):
                pieces.button(button, self._go, main=True).mark(button.lower().replace(" ", "-"))
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def open(self, told: str) -> None:
        """Ask, and say what will happen."""
        self._told.text = told
        self._dialog.open()

    async def _go(self) -> None:
        if await self._take((self._text.value or "").strip() if self._text else ""):
            if self._text:
                self._text.value = ""
            self._dialog.close()


class Plan:
    """When an approved revision is to reach patients, on the clinic's clock."""

    def __init__(self, zone: ZoneInfo, take: Callable[[datetime], Awaitable[bool]]) -> None:
        self._zone, self._take = zone, take
        with frame.dialog("Publish at a time") as self._dialog:
            ui.label(
                f"The clinic's clock counts: {zone.key}. If another article is published meanwhile, what this one changes is checked "
                "again; it is held where that has become something else."
            ).classes("ed-told")
            self._at = ui.input("Day and time").props("outlined type=datetime-local stack-label").classes("ed-moment")
            with ui.row().classes("cd-actions"):
                pieces.button("Publish then", self._go, main=True).mark("publish-then")
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def open(self, planned: datetime | None) -> None:
        """Ask, with what was planned before."""
        if planned:
            self._at.value = when.field(planned, self._zone)
        self._dialog.open()

    async def _go(self) -> None:
        try:
            moment = when.planned(str(self._at.value or ""), self._zone, now())
        except ValueError as error:
            live.notice(str(error))
            return
        if await self._take(moment):
            self._dialog.close()
