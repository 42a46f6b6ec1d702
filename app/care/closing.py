"""Closing a case: what it was, how it ended, what was advised, and what the closing does."""

from nicegui import ui

from app.care.work import Work
from app.desk import frame, live, pieces, plain
from app.escalation.case_state import FALSE_ALARMS, OUTCOMES, VERDICTS, Closing

_MEANS = (
    "Closing settles the findings up to now: they stay as history but no longer set the level, and the banner ends. "
    "New trouble is found again and opens a new case. If you are in the chat, the patient reads that the team has closed the case."
)


class CloseDialog:
    """What is chosen stays while the dialog is put aside."""

    def __init__(self, work: Work) -> None:
        self._work = work
        with frame.dialog("Close case") as self._dialog:
            with ui.element("div").classes("cd-dialog-two"):
                self._verdict = pieces.Radios("What was it?", "verdict", plain.keyed(plain.VERDICTS), lambda _value: self._follow())
                self._outcome = pieces.Radios("How did it end?", "outcome", plain.keyed(plain.OUTCOMES), lambda _value: self._follow())
            self._why = pieces.Radios("Why was it a false alarm?", "why", plain.keyed(plain.FALSE_ALARMS), lambda _value: self._follow())
            self._advice = pieces.area("Advice given (for colleagues; the patient does not see it)", rows=2)
            ui.label(_MEANS).classes("cd-hint")
            with ui.row().classes("cd-actions"):
                self._button = pieces.button("Close this case", self._close, main=True)
                ui.button("Not yet", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")
                self._missing = ui.label().classes("cd-hint").props('aria-live="polite"')
        self._follow()

    def open(self) -> None:
        """Ask."""
        self._dialog.open()

    def _follow(self) -> None:
        """Only a false alarm has a reason; what is missing is said beside the button."""
        false_alarm = self._verdict.value == "false_alarm"
        self._why.element.visible = false_alarm
        missing = [
            name
            for name, given in (("what it was", self._verdict.value), ("how it ended", self._outcome.value), ("why", self._why.value))
            if not given and (name != "why" or false_alarm)
        ]
        self._missing.text = f"Still to choose: {', '.join(missing)}" if missing else ""
        self._button.set_enabled(not missing)

    async def _close(self) -> None:
        verdict = next((each for each in VERDICTS if each == self._verdict.value), None)
        outcome = next((each for each in OUTCOMES if each == self._outcome.value), None)
        why = next((each for each in FALSE_ALARMS if each == self._why.value), None) if verdict == "false_alarm" else None
        if verdict is None or outcome is None:
            return
        if await self._work.close(Closing(verdict, outcome, why, (self._advice.value or "").strip())):
            self._dialog.close()
            live.notice("The case is closed.", good=True)
            live.go("/desk/care")
