"""Writing to the patient: free words, the clinic's templates, a question with answers to tap. What is typed stays until it is sent."""

from collections.abc import Sequence

from nicegui import ui

from app.care.work import Work
from app.desk import frame, live, pieces
from app.escalation.care_team import Question
from app.records.case_files import CaseFile
from app.records.team_notes import Template

_MOST_CHOICES = 5
_FEWEST_CHOICES = 2


class ReplyBox:
    """The field below the chat."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._templates: dict[str, Template] = {}
        with ui.column().classes("cd-reply"):
            self._state = ui.label().classes("cd-hint").props('aria-live="polite"')
            self._field = pieces.area("Reply to the patient", rows=2).props('data-testid="reply" data-focus="r" maxlength=4000')
            self._field.on("keydown.ctrl.enter.prevent", self._send)
            self._field.on("keydown.meta.enter.prevent", self._send)
            self._builder = QuestionBuilder()
            with ui.row().classes("cd-actions"):
                self._button = pieces.button("Send", self._send, main=True)
                self._button.tooltip("Ctrl+Enter")
                self._choice = pieces.Choice("Template", {}, self._insert)
                self._ask = pieces.button("Ask with answers to tap", self._builder.toggle)
        self._box = [self._field, self._button, self._ask]

    def show(self, file: CaseFile, templates: Sequence[Template]) -> None:
        """Say what sending does now, and whether it can be done."""
        why_not = _why_not(file, mine=self._work.mine)
        joins = file.standing.live_in != file.chat
        told = why_not or (
            "Your first reply brings you into this chat: the patient reads who is there, and the assistant is quiet." if joins else ""
        )
        if not why_not and not file.connected:
            told = f"{told} The patient is not connected now; they read it when they return.".strip()
        if self._state.text != told:
            self._state.text = told
        label = "Claim and send" if not file.standing.owner else "Send"
        if self._button.text != label:
            self._button.text = label
        for element in self._box:
            if element.enabled == bool(why_not):
                element.set_enabled(not why_not)
        suited = {str(each.id): each for each in templates if not each.pathway or each.pathway in file.pathways}
        if suited != self._templates:
            self._templates = suited
            self._choice.options({key: f"{each.title} ({each.language})" for key, each in suited.items()})
        self._choice.element.visible = bool(suited)

    def _insert(self, key: str) -> None:
        """The template's words after what is typed already, to be changed before they are sent."""
        if (template := self._templates.get(key)) is not None:
            typed = (self._field.value or "").rstrip()
            self._field.value = f"{typed}\n{template.text}" if typed else template.text
            self._field.run_method("focus")

    async def _send(self) -> None:
        text, question, problem = (self._field.value or "").strip(), self._builder.question, self._builder.problem
        if problem:
            live.notice(problem)
            return
        if not text and question is None:
            live.notice("There is nothing to send yet.")
            return
        self._button.disable()  # two clicks are one reply
        if await self._work.send(text, question):
            self._field.value = ""
            self._builder.clear()
        self._button.enable()


class QuestionBuilder:
    """A question with two to five answers, folded away until it is asked for."""

    def __init__(self) -> None:
        with ui.column().classes("cd-builder") as self._section:
            frame.heading("A question with answers to tap", rank=3)
            self._text = ui.input("Question").props("outlined dense maxlength=300").classes("cd-area")
            with ui.element("div").classes("cd-choice-fields"):
                self._choices = [ui.input(f"Answer {n}").props("outlined dense maxlength=80") for n in range(1, _MOST_CHOICES + 1)]
        self._section.visible = False

    async def toggle(self) -> None:
        """Fold out or away; what was typed stays, and is sent only while it is in sight."""
        self._section.visible = not self._section.visible

    @property
    def question(self) -> Question | None:
        """The question, or None where none is in sight."""
        text, choices = self._filled()
        return Question(text, choices) if self._section.visible and text and len(choices) >= _FEWEST_CHOICES else None

    @property
    def problem(self) -> str:
        """What is missing; empty where nothing is."""
        text, choices = self._filled()
        if not self._section.visible or not (text or choices):
            return ""
        if not text:
            return "The question has no words yet."
        if len(set(choices)) != len(choices):
            return "Two answers are the same."
        return "" if len(choices) >= _FEWEST_CHOICES else "A question needs at least two answers to tap."

    def clear(self) -> None:
        """It was sent."""
        for field in (self._text, *self._choices):
            field.value = ""
        self._section.visible = False

    def _filled(self) -> tuple[str, tuple[str, ...]]:
        return (self._text.value or "").strip(), tuple(given for field in self._choices if (given := (field.value or "").strip()))


def _why_not(file: CaseFile, *, mine: bool) -> str:
    """Why nothing can be sent into this chat; empty where it can."""
    if file.standing.closed:
        return "This case is closed. A new finding opens a new one."
    if file.standing.owner and not mine:
        return f"{file.owner} has this case and writes to the patient."
    if file.shown is None or file.shown.deleted:
        return "The patient has removed this chat; nothing can be sent there."
    return ""
