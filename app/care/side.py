"""What stands beside the chat: why it fired, who the patient is and how to reach them, the procedure, notes, history."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from html import escape

from nicegui import ui

from app.care import follow_ups, sbar, why
from app.care.sbar import Summary
from app.care.work import Work
from app.desk import frame, live, pieces, plain
from app.desk.pieces import Changing, Lines
from app.records.case_files import CaseFile, ChatRef
from app.records.models import now
from app.records.reach import Reach
from app.records.team_notes import Procedure, Reminder

_HOURS = {"1": "in 1 hour", "2": "in 2 hours", "4": "in 4 hours", "8": "in 8 hours", "24": "tomorrow at this time"}
_SAFE = {True: "a message there is safe", False: "a message there is NOT safe", None: "not said whether a message is safe"}


class Side:
    """Drawn again in its parts as the case changes."""

    def __init__(self, work: Work, show_chat: Callable[[str], Awaitable[None]]) -> None:
        self._work, self._show_chat = work, show_chat
        self._rules = {rule.id: rule for rule in work.visit.app.red_flags.rules.rules}
        self._summary: Summary | None = None
        self._chats_of: object = None
        with ui.column().classes("cd-side").props('tabindex="0" role="region" aria-label="About this case"'):
            self._panels = ui.column().classes("cd-panels")
            self._why = _section("Why it fired")
            self._patient = _section("The patient")
            self._chats = ui.column().classes("cd-box")
            self._procedure = _section("What the clinic does")
            self._notes = NotesBox(work)
            self._history = _section("History")

    def show(self, file: CaseFile, summary: Summary, contact: Reach | None, procedures: Mapping[str, Procedure]) -> None:
        """Draw what changed."""
        if summary is not self._summary:
            self._summary = summary
            self._panels.clear()
            with self._panels:
                sbar.draw(summary)
        self._why.show(why.findings_html(file, self._rules))
        self._patient.show(_patient_html(file, contact))
        self._procedure.show(_procedure_html(file, procedures))
        self._history.show("<ul>" + "".join(f"<li>{plain.clock(e.at)} {escape(plain.happened(e))}</li>" for e in file.history) + "</ul>")
        self._notes.show(file)
        if self._chats_of != (file.chats, file.chat, file.earlier):
            self._chats_of = (file.chats, file.chat, file.earlier)
            self._chats.clear()
            with self._chats:
                self._draw_chats(file)

    def _draw_chats(self, file: CaseFile) -> None:
        """The patient's other conversations and cases; opening one is recorded like opening this."""
        frame.heading("Conversations of this patient", rank=2)
        for chat in file.chats:
            if chat.id == file.chat:
                ui.label(f"{_chat_name(chat)}: shown here").style("font-weight:600")
            else:
                pieces.button(_chat_name(chat), partial(self._show_chat, chat.id))
        for case in file.earlier:
            ending = plain.spoken(plain.VERDICTS, case.verdict).lower() if case.verdict else "open"
            name = f"Case {plain.number(case.id)} of {plain.clock(case.opened)}: {plain.LEVELS[case.level].lower()}, {ending}"
            frame.link(name, f"/desk/care/{case.id}")
        if len(file.chats) == 1 and not file.earlier:
            ui.label("No earlier conversation and no earlier case.").classes("cd-hint")


class NotesBox:
    """Notes for colleagues and follow-ups; the patient never sees them."""

    def __init__(self, work: Work) -> None:
        self._work = work
        with ui.column().classes("cd-box"):
            frame.heading("Notes for colleagues", rank=2)
            self._list = Lines(ui.element("ul").classes("cd-notes"))
            self._field = pieces.area("A note (never shown to the patient)", rows=1).props('data-testid="note"')
            pieces.button("Save note", self._save)
            frame.heading("Follow-ups", rank=2)
            self._due = ui.column().classes("cd-panels")
            self._due_of: tuple[Reminder, ...] = ()
            self._text = ui.input("What to do").props("outlined dense maxlength=300").classes("cd-area")
            with ui.row().classes("cd-actions"):
                self._when = pieces.Choice("When", _HOURS)
                self._at = ui.input("or at (clinic time)").props('outlined dense type="datetime-local" stack-label').classes("cd-at")
                pieces.button("Set follow-up", self._remind)

    def show(self, file: CaseFile) -> None:
        """Draw what changed."""
        self._list.show(
            [
                (
                    str(note.id),
                    f"<p class='cd-hint'>{escape(note.by)}, {plain.clock(note.at)}</p><p class='cd-words'>{escape(note.text)}</p>",
                )
                for note in file.notes
            ]
        )
        if self._due_of != file.reminders:
            self._due_of = file.reminders
            self._due.clear()
            with self._due:
                for reminder in file.reminders:
                    self._reminder(reminder)

    def _reminder(self, reminder: Reminder) -> None:
        with ui.row().classes("cd-due-row"):
            ui.label(f"{plain.clock(reminder.due)}, {reminder.by}: {reminder.text}").style("flex:1;min-width:160px")
            follow_ups.tick(self._work.visit, reminder, self._work.changed)

    async def _save(self) -> None:
        text = self._field.value or ""
        if await live.attempt(lambda: self._work.visit.app.team_notes.note(self._work.file.id, self._work.who, text)):
            self._field.value = ""
        await self._work.changed()

    async def _remind(self) -> None:
        due, text = _moment(self._when.value, self._at.value or ""), self._text.value or ""
        if due is None:
            live.notice("Choose when: in some hours, or at a time.")
            return
        if await live.attempt(lambda: self._work.visit.app.team_notes.remind(self._work.file.id, self._work.who, due, text)):
            self._text.value = self._at.value = ""
        await self._work.changed()


def _moment(hours: str, at: str) -> datetime | None:
    """When a follow-up is due: the time that was typed (the clinic's own), else so many hours from now."""
    if at:
        try:
            return datetime.fromisoformat(at).astimezone()
        except ValueError:
            return None
    return now() + timedelta(hours=int(hours)) if hours in _HOURS else None


def _section(title: str) -> Changing:
    with ui.column().classes("cd-box"):
        frame.heading(title, rank=2)
        return Changing("cd-section-body")


def _chat_name(chat: ChatRef) -> str:
    facts = [f"Chat of {plain.clock(chat.started)}, {chat.messages} {'message' if chat.messages == 1 else 'messages'}"]
    facts += [
        fact
        for holds, fact in (
            (chat.about_other, "about someone else"),
            (chat.fired, "part of this case"),
            (chat.connected, "open now"),
            (chat.deleted, "removed by the patient"),
        )
        if holds
    ]
    return ", ".join(facts)


def _patient_html(file: CaseFile, contact: Reach | None) -> str:
    """What the patient told of themselves, and what they left to be reached by."""
    told = "".join(f"<li>{escape(line)}</li>" for line in plain.profile_lines(file.profile))
    kind = "Signed-in patient" if file.account else "Made up to show the desk" if file.demo else "Guest without an account"
    other = ""
    if file.shown is not None and file.shown.about_other:
        other = "<p class='cd-new'>This chat is about someone else: none of this holds for them.</p>"
    return f"{other}<ul><li>{kind}</li>{told}</ul><p><b>To be reached by:</b> {_contact_html(contact)}</p>"


def _contact_html(contact: Reach | None) -> str:
    if contact is None or not (contact.phone or contact.place):
        return "left nothing to be reached by. Write in the chat; they read it when they are connected."
    parts = [part for part in (contact.phone, contact.place) if part]
    return f"{escape('; '.join(parts))} ({_SAFE[contact.message_safe]})"


def _procedure_html(file: CaseFile, procedures: Mapping[str, Procedure]) -> str:
    """The clinic's own text for each pathway of the case."""
    made = []
    for pathway in file.pathways:
        name = plain.PATHWAYS.get(pathway, pathway)
        procedure = procedures.get(pathway)
        text = f"<p class='cd-words'>{escape(procedure.text)}</p>" if procedure else ""
        by = f"<p class='cd-hint'>{escape(procedure.by)}, {plain.clock(procedure.updated)}</p>" if procedure else ""
        none = (
            ""
            if procedure
            else "<p class='cd-hint'>The clinic has written no procedure for this yet. <a href='/desk/care/templates'>Write it</a></p>"
        )
        made.append(f"<h3>{escape(name)}</h3>{text}{by}{none}")
    return "".join(made) or "<p class='cd-hint'>This case has no pathway.</p>"
