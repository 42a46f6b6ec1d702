"""The two steps on a group of questions that ask for words: an article is begun, or the group is set aside."""

from collections.abc import Awaitable, Callable
from typing import get_args

from nicegui import ui

from app.content import gap_report
from app.content.gap_report import Gap
from app.content.gaps import Ruling
from app.desk import frame, live, pieces
from app.desk.pieces import Radios
from app.editor.library_html import kind_name
from app.editor.missing_view import RULED
from knowledge.front_matter import ArticleKind

KINDS: dict[str, ArticleKind] = {kind: kind for kind in get_args(ArticleKind)}
Begin = Callable[[Gap, ArticleKind, str], Awaitable[bool]]
Aside = Callable[[Gap, Ruling, str], Awaitable[bool]]


class BeginDialog:
    """What the new article is called and of which kind it is."""

    def __init__(self, take: Begin) -> None:
        self._take = take
        self._gap: Gap | None = None
        with frame.dialog("Begin an article") as self._dialog:
            self._asked = ui.label().classes("ed-words ed-quoted")
            self._title = ui.input("Title, as patients would look for it").props("outlined maxlength=100").classes("cd-area")
            self._kind = pieces.Choice("Kind", {kind: kind_name(kind) for kind in KINDS})
            ui.label(
                "It begins with the sections that its kind needs, and with none of the patients' words. Nobody sees it but the editors, "
                "and it reaches patients only once somebody else has passed it."
            ).classes("cd-hint")
            with ui.row().classes("cd-actions"):
                pieces.button("Begin", self._go, main=True)
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def open(self, gap: Gap) -> None:
        """Ask about a group."""
        self._gap = gap
        self._asked.text = gap.group.text
        self._title.value = gap_report.title_for(gap.group)
        self._dialog.open()

    async def _go(self) -> None:
        kind, title = KINDS.get(self._kind.value), str(self._title.value or "").strip()
        if kind is None or not title:
            live.notice("give it a title and choose its kind")
        elif self._gap is not None and await self._take(self._gap, kind, title):
            self._dialog.close()


class AsideDialog:
    """Why a group is not on the list for now."""

    def __init__(self, take: Aside) -> None:
        self._take = take
        self._gap: Gap | None = None
        with frame.dialog("Set aside") as self._dialog:
            self._asked = ui.label().classes("ed-words ed-quoted")
            self._ruling = Radios("Because it is", "ruling", {str(key): text for key, text in RULED.items()}, lambda _key: None)
            self._reason = pieces.area("Why, for whoever meets it next")
            ui.label("It comes back by itself once half as many patients again have asked.").classes("cd-hint")
            with ui.row().classes("cd-actions"):
                pieces.button("Set it aside", self._go, main=True)
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def open(self, gap: Gap) -> None:
        """Ask about a group."""
        self._gap = gap
        self._asked.text = gap.group.text
        self._dialog.open()

    async def _go(self) -> None:
        ruling = next((key for key in RULED if key == self._ruling.value), None)
        reason = (self._reason.value or "").strip()
        if ruling is None or not reason:
            live.notice("choose one of the two, and say why")
        elif self._gap is not None and await self._take(self._gap, ruling, reason):
            self._reason.value = ""
            self._dialog.close()
