"""A working copy being written: the fields, what lint finds, the page as patients read it, and the ways out of it.

Everything is saved by itself a moment after the last key and when the page is left; the browser keeps a copy of its own until
the records have the words, so that neither a lost connection nor a restarted server costs a sentence.
"""

import time
from html import escape

from nicegui import run, ui
from nicegui.events import GenericEventArguments

from app.desk import live, pieces, plain
from app.desk.frame import Visit
from app.desk.pieces import Changing
from app.editor.ask_box import AskBox
from app.editor.body_field import BodyField
from app.editor.changes_box import ChangesBox
from app.editor.front_box import FrontBox
from app.editor.look import Look, Looker
from app.editor.merge_view import MergeView
from app.editor.panes import Panes
from app.editor.preview import Preview
from app.editor.ways_out import WaysOut
from app.editor.working_copy import Clash, WorkingCopy
from app.errors import NotAllowedError, RecordsError
from app.records.article_files import ArticleFile
from app.records.drafts import Draft
from knowledge.article import normal
from knowledge.front_edit import halves, joined
from knowledge.merging import conflicts, merge, settled
from knowledge.skeleton import with_section

_TICK_S = 0.4
_LOOK_AFTER_S = 0.5
_SAVE_AFTER_S = 1.3
_TRY_AGAIN_S = 5.0
_PRESENCE_EVERY_S = 5.0
_NOT_SAVED = "Not saved: the records cannot be reached. Your words stay on this page and are tried again."


class WritingDesk:
    """One open page of one writer."""

    def __init__(self, visit: Visit, file: ArticleFile, draft: Draft) -> None:
        self._visit, self._app, self._file = visit, visit.app, file
        self._slug, self._who = file.slug, visit.member.id
        self._copy = WorkingCopy(self._app.drafts, draft, self._who)
        self._looker = Looker(self._app, self._slug)
        self._look = Look("")
        self._front, self._body = halves(draft.text)
        self._touched = time.monotonic()
        self._not_before = 0.0
        self._names: dict[str, str] = {}
        self._here: tuple[str, ...] = ()
        self._choosing = False

    # Drawing

    async def draw(self) -> None:
        """Draw the page, and keep it true."""
        self._head()
        self._merge = MergeView(self._settled)
        with ui.element("div").classes("ed-columns") as self._columns:
            with ui.column().classes("ed-left"):
                self._front_box = FrontBox(self._slug, self._front, self._write_front)
                self._field = BodyField(self._body, "en", self._write_body, self._insert)
            with ui.column().classes("ed-right"):
                self._panes = Panes(self._turned)
                with self._panes.pane("Preview"):
                    self._preview = Preview()
                with self._panes.pane("Ask the draft"):
                    AskBox(self._app, self._copy)
                with self._panes.pane("Changes"):
                    self._changes = ChangesBox(self._app, self._copy)
        self._title.content = escape(self._front_box.title or self._slug)
        self._held()
        self._say_saved()
        ui.on("ed_save", self._save_now)
        ui.on("ed_unsaved", self._back_again)
        ui.timer(_TICK_S, self._tick)
        ui.timer(_PRESENCE_EVERY_S, self._look_round)
        ui.context.client.on_disconnect(self._left)

    def _head(self) -> None:
        with ui.row().classes("ed-top"):
            self._title = ui.html("", sanitize=False, tag="h1").classes("ed-title")
            ui.space()
            WaysOut(self._visit, self._copy, self._ready)
        with ui.row().classes("ed-state-row"):
            self._state = Changing("ed-state", 'role="status" data-testid="saved"')
            self._others = Changing("ed-others", 'role="status"')
        self._newer = ui.row().classes("ed-newer")
        with self._newer:
            self._newer_text = ui.label()
            pieces.button("Show them", self._show_all)
        self._newer.visible = False
        self._gone = ui.row().classes("ed-newer ed-gone").props('role="alert"')
        with self._gone:
            self._gone_text = ui.label()
            pieces.button("Begin again with my words", self._begin_again)
        self._gone.visible = False

    # Typing

    def _write_body(self, body: str) -> None:
        self._body = normal(body)
        self._written()

    def _write_front(self, front: str) -> None:
        self._front = front
        self._written()

    def _written(self) -> None:
        self._copy.write(joined(self._front, self._body))
        self._touched = time.monotonic()
        if self._copy.unsaved:
            self._state.show("<span>Not saved yet…</span>")

    def _insert(self, heading: str) -> None:
        self._field.fill(with_section(self._body, heading))

    def _fill(self) -> None:
        """Show in the fields what the working copy says."""
        self._front, self._body = halves(self._copy.text)
        self._front_box.show(self._front)
        self._field.fill(self._body)

    # What runs with the clock

    async def _tick(self) -> None:
        quiet = time.monotonic() - self._touched
        if self._look.text != self._copy.text and (quiet > _LOOK_AFTER_S or not self._look.text):
            await self._look_at(self._copy.text)
        if self._copy.unsaved and quiet > _SAVE_AFTER_S and time.monotonic() > self._not_before and not self._choosing:
            await self._save()

    async def _look_at(self, text: str) -> None:
        look = await run.io_bound(self._looked, text)
        if look is None:  # the server stops
            return
        self._look = look
        self._title.content = escape(self._front_box.title or self._slug)
        self._field.show(look)
        self._preview.show(look)
        await self._changes.show()

    def _looked(self, text: str) -> Look:
        try:
            return self._looker.look(text)
        except RecordsError:
            return Look(text, waits="The library cannot be read just now.")

    async def _look_round(self) -> None:
        """Who else is here, and what they saved."""
        seen = await run.io_bound(self._seen)
        if seen is None:
            return
        self._here, problem = seen
        self._others.show(f"<span>{escape(_here(self._here))}</span>" if self._here else "")
        self._say_gone(problem)
        self._say_newer()

    def _seen(self) -> tuple[tuple[str, ...], str]:
        try:
            self._copy.look()
            return self._app.drafts.editing(self._slug, self._who), ""
        except NotAllowedError as error:
            return (), str(error)
        except RecordsError:
            return self._here, ""

    # Saving

    async def _save_now(self) -> bool:
        """Save at once; whether the records have everything that stands on the page."""
        if self._choosing:
            live.notice("Choose between the two texts first.")
            return False
        return await self._save()

    async def _save(self) -> bool:
        try:
            clash = await run.io_bound(self._copy.save)
        except NotAllowedError as error:
            self._say_gone(str(error))
            self._not_before = time.monotonic() + _TRY_AGAIN_S
            return False
        except RecordsError:
            self._state.show(f'<span class="ed-over">{_NOT_SAVED}</span>')
            self._not_before = time.monotonic() + _TRY_AGAIN_S
            return False
        if clash is not None:
            await self._choose(clash)
            return False
        self._say_saved()
        self._say_newer()
        self._held()
        return not self._copy.unsaved

    def _held(self) -> None:
        self._field.hold(self._slug, self._who, halves(self._copy.agreed)[1])

    async def _left(self) -> None:
        """The page was closed, or lost its connection: what was typed is saved; what cannot be stays in the browser."""
        try:
            if not self._choosing:
                await run.io_bound(self._copy.save)
            await run.io_bound(self._app.drafts.stopped, self._slug, self._who)
        except (NotAllowedError, RecordsError):
            return

    async def _back_again(self, event: GenericEventArguments) -> None:
        """The browser still holds words that the records never got: they are merged in, never laid over."""
        told = event.args if isinstance(event.args, dict) else {}
        base, body = told.get("base"), told.get("body")
        if not isinstance(base, str) or not isinstance(body, str) or self._choosing or self._copy.unsaved:
            return
        mine, began = joined(self._front, normal(body)), joined(self._front, normal(base))
        clash = Clash(merge(began, self._copy.text, mine), self._copy.known)
        if conflicts(clash.merged):
            await self._choose(clash)
            return
        self._copy.settle(clash, settled(clash.merged, ()))
        self._fill()
        live.notice("Words that had not been saved are back.", good=True)

    # Two people

    async def _choose(self, clash: Clash) -> None:
        self._choosing = True
        who = await run.io_bound(self._name, clash.theirs.updated_by) or "Somebody"
        self._columns.visible = self._newer.visible = False
        self._state.show("<span>Not saved: choose between the two texts.</span>")
        self._merge.open(clash, who)

    async def _settled(self, clash: Clash, text: str) -> None:
        self._copy.settle(clash, text)
        self._choosing = False
        self._merge.close()
        self._fill()
        self._columns.visible = True
        await self._save()

    async def _show_all(self) -> None:
        """Take in what others saved, once one's own words are kept."""
        if await self._save():
            self._copy.show_all()
            self._fill()
            self._say_newer()
            self._held()

    async def _begin_again(self) -> None:
        if await live.attempt(self._copy.begin_again):
            self._say_gone("")
            await self._save()

    def _name(self, who: str) -> str:
        if who == self._who:
            return "You, on another page,"
        if not self._names:
            self._names = {member.id: member.name for role in ("editor", "reviewer") for member in self._app.staff.team(role)}
        return self._names.get(who, "Somebody")

    # Saying

    def _say_saved(self) -> None:
        known = self._copy.known
        base = f"Begun from revision {known.base}." if known.base else "A new article."
        self._state.show(f"<span>Saved {plain.clock(known.updated)}.</span> <span>{base}</span>")

    def _say_newer(self) -> None:
        who = " and ".join(self._here) or "Somebody else"
        self._newer_text.text = f"{who} saved words that this page does not show yet. Yours are kept beside them."
        if self._newer.visible != (self._copy.more and not self._choosing):
            self._newer.visible = self._copy.more and not self._choosing

    def _say_gone(self, problem: str) -> None:
        self._gone_text.text = f"{problem[:1].upper()}{problem[1:]}. Your words stand below." if problem else ""
        if self._gone.visible != bool(problem):
            self._gone.visible = bool(problem)

    async def _turned(self) -> None:
        await self._changes.show()

    async def _ready(self) -> Look | None:
        """A look at what is to be handed in, all of it saved and seen by its writer; None where something comes first, which is said."""
        if not await self._save_now():
            return None
        if self._copy.more:
            self._say_newer()
            live.notice("Somebody else wrote in it too. Look at their words before you hand them in.")
            return None
        await self._look_at(self._copy.text)
        return self._look


def _here(names: tuple[str, ...]) -> str:
    verb = "is" if len(names) == 1 else "are"
    return f"{' and '.join(names)} {verb} writing here too."
