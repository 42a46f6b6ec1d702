"""The note that a patient is left: the clinic's set words, shown as patients read them, and the sender's own beside them."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from app.content.recall import LONGEST_REASON, Note, RecallChat
from app.desk import frame, live, pieces
from app.records.recall_files import Recall
from app.wiring import Application

_NAMES = {"en": "English", "es": "Spanish"}
Send = Callable[[RecallChat, Mapping[str, str]], Awaitable[bool]]


def note_of(app: Application, recall: Recall, reasons: Mapping[str, str], language: str = "") -> Note:
    """The note as it would be left now."""
    words = app.texts.now.words
    return Note(recall.title, recall.slug, recall.withdrawn, words, language or app.settings.language, reasons)


class NoteDialog:
    """Each patient is told in the language they wrote; what was added in one language is not told in another. What was typed
    stays for the next patient."""

    def __init__(self, app: Application, recall: Recall, send: Send) -> None:
        self._app, self._recall, self._send = app, recall, send
        self._chat: RecallChat | None = None
        with frame.dialog("Leave the patient a note", "ed-note") as self._dialog:
            ui.label("It comes into their chat, at once where it is open. A patient is told once, in the language they wrote.").classes(
                "ed-told"
            )
            with ui.element("div").classes("cd-dialog-two"):
                self._fields = {language: self._field(language) for language in app.texts.now.words}
            with ui.row().classes("cd-actions"):
                pieces.button("Leave the note", self._go, main=True)
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def _field(self, language: str) -> ui.textarea:
        name = _NAMES.get(language, language)
        with ui.element("div").classes("ed-note-language"):
            field = pieces.area(f"What you add in {name} (may stay empty)")
            field.props(f"maxlength={LONGEST_REASON} counter")
            ui.label(f"Patients who wrote {name} read:").classes("ed-side")
            shown = ui.label(self._said(language, "")).classes("ed-words ed-note-said").props(f'lang="{language}"')
            field.on_value_change(lambda: shown.set_text(self._said(language, str(field.value or ""))))
        return field

    def _said(self, language: str, reason: str) -> str:
        return note_of(self._app, self._recall, {language: reason[:LONGEST_REASON]}, language).reply(()).text

    def open(self, chat: RecallChat) -> None:
        """Ask about one conversation."""
        self._chat = chat
        self._dialog.open()

    async def _go(self) -> None:
        reasons = {language: str(field.value or "").strip() for language, field in self._fields.items()}
        if self._chat is not None and await self._send(self._chat, reasons):
            self._dialog.close()
            live.notice("The note is on its way.", good=True)
