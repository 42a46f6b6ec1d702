"""The head of a text's page: how it stands, and handing its working copy in."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from app.content import editorial, publishing
from app.content.documents import TEXT_FORMS
from app.content.text_editing import Working
from app.desk import frame, live, pieces
from app.desk.frame import Visit
from app.desk.pieces import Changing
from app.editor import review_view, texts_view
from app.editor.dialogs import Ask
from app.escalation.rota import time_zone


class TextHead:
    """`changed` reads the page anew; `title` stands in the place of the text's own."""

    def __init__(self, visit: Visit, slug: str, changed: Callable[[], Awaitable[None]], title: str = "") -> None:
        self._visit, self._slug, self._changed = visit, slug, changed
        self._zone = time_zone(visit.app.settings.time_zone)
        self._version = 0
        with ui.element("section").classes("ed-section"):
            frame.heading(title or TEXT_FORMS[slug].title, rank=2)
            self._standing = Changing("ed-standing")
            self._problems = Changing("ed-blocked", 'role="alert"')
            with ui.row().classes("cd-actions"):
                self._hand_in = pieces.button("Hand in for review", self._ask_hand_in, main=True)
                self._discard = pieces.button("Throw the working copy away", self._ask_discard)
                frame.link("Review and history", f"/desk/editor/review/{slug}")
        self._handing_in = Ask("Hand in for review", "Hand it in", self._handed_in, "Note for the reviewer")
        self._discarding = Ask("Throw the working copy away", "Throw it away", self._discarded)

    @property
    def writes(self) -> bool:
        """Whether whoever is here may change texts."""
        return self._visit.member.role in editorial.WRITERS

    def show(self, working: Working, problems: list[str]) -> None:
        """Draw how the text stands."""
        self._version = working.version
        self._standing.show(review_view.standing(working.file, self._zone))
        self._problems.show(texts_view.problems(problems) if working.version else "")
        differs = working.version > 0 and working.text != working.served
        self._hand_in.visible = self.writes and differs and not problems
        self._discard.visible = self.writes and working.version > 0

    async def _ask_hand_in(self) -> None:
        self._handing_in.open("A clinical reviewer who did not write it reads it then, with every card that it changes, and signs it.")

    async def _ask_discard(self) -> None:
        self._discarding.open("What was changed and not handed in is gone. What patients get stays as it is.")

    async def _handed_in(self, note: str) -> bool:
        app, who = self._visit.app, self._visit.member.id
        done = await live.attempt(lambda: publishing.submit(app, self._slug, self._version, who, note))
        if done:
            live.notice("It is in review.", good=True)
        await self._changed()
        return done

    async def _discarded(self, _note: str) -> bool:
        app, who = self._visit.app, self._visit.member.id
        done = await live.attempt(lambda: app.drafts.discard(self._slug, self._version, who))
        await self._changed()
        return done
