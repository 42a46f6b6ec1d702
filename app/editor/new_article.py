"""How an article begins at the desk: from the template of its kind, or from a document that somebody has."""

import datetime as dt
from typing import cast, get_args

from nicegui import ui
from nicegui.events import UploadEventArguments

from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.editor import library_html
from knowledge.front_matter import ArticleKind
from knowledge.glance import glance
from knowledge.importers import upload
from knowledge.skeleton import skeleton, slug_of

_KINDS = {kind: library_html.kind_name(kind) for kind in get_args(ArticleKind)}
_TAKES = f"HTML, Word (.docx), PDF or Markdown, up to {upload.LARGEST // 1_000_000} MB."


def buttons(visit: Visit) -> None:
    """The two ways to begin an article."""
    fresh, brought = _Fresh(visit), _Brought(visit)
    pieces.button("New article", fresh.open, main=True, key="n")
    pieces.button("Upload a document", brought.open)


class _Fresh:
    """A new article from the template of its kind."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with desk_frame.dialog("New article") as self._dialog:
            self._title = ui.input("Title", on_change=self._show_name).props("outlined maxlength=100 autofocus").classes("cd-area")
            self._kind = pieces.Choice("Kind", _KINDS, chosen="condition")
            self._name = pieces.Changing("cd-hint")
            with ui.row().classes("cd-actions"):
                pieces.button("Begin", self._begin, main=True)
                pieces.button("Cancel", self.close)

    async def open(self) -> None:
        """Ask for title and kind."""
        self._title.value = ""
        self._dialog.open()

    async def close(self) -> None:
        """Begin nothing."""
        self._dialog.close()

    def _show_name(self) -> None:
        title = (self._title.value or "").strip()
        self._name.show(f"Its address: <code>/library/{slug_of(title)}</code>" if title else "")

    async def _begin(self) -> None:
        title = (self._title.value or "").strip()
        if not title or not self._kind.value:
            live.notice("Give it a title and a kind.")
            return
        text = skeleton(title, cast("ArticleKind", self._kind.value), dt.datetime.now(dt.UTC).date())
        await _create(self._visit, text)


class _Brought:
    """A document as the beginning of an article."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with desk_frame.dialog("Upload a document") as self._dialog:
            ui.label(f"{_TAKES} Its words become a draft of yours; patients see nothing of it.").classes("cd-hint")
            self._title = ui.input("Title (else the document's own)").props("outlined maxlength=100").classes("cd-area")
            self._kind = pieces.Choice("Kind", _KINDS, chosen="condition")
            accepted = ",".join(upload.SUFFIXES)
            self._file = ui.upload(on_upload=self._take, on_rejected=self._refuse, auto_upload=True, max_file_size=upload.LARGEST)
            self._file.props(f'accept="{accepted}"').classes("ed-l-file")
            with ui.row().classes("cd-actions"):
                choose = ui.button("Choose a file").props("no-caps unelevated").classes("cd-button")
                choose.on("click", js_handler=f"() => getElement({self._file.id}).$refs.qRef.pickFiles()")
                pieces.button("Cancel", self.close)

    async def open(self) -> None:
        """Ask for the file."""
        self._title.value = ""
        self._dialog.open()

    async def close(self) -> None:
        """Take nothing."""
        self._dialog.close()

    def _refuse(self) -> None:
        live.notice(f"This file cannot be taken. {_TAKES}")

    async def _take(self, event: UploadEventArguments) -> None:
        """Read the file away from the event loop; what is wrong with it is said, and the dialog stays open."""
        self._file.reset()
        if event.file.size() > upload.LARGEST:  # the browser was to refuse it
            self._refuse()
            return
        data, title, kind = await event.file.read(), self._title.value or "", cast("ArticleKind", self._kind.value or "condition")
        made: list[str] = []
        today = dt.datetime.now(dt.UTC).date()
        if await live.attempt(lambda: made.append(upload.draft(event.file.name, data, today, title, kind))):
            await _create(self._visit, made[0])


async def _create(visit: Visit, text: str) -> None:
    """Begin the working copy and open it; whoever begins it is its author."""
    slug = glance(text).slug
    if await live.attempt(lambda: visit.app.drafts.create(slug, text, visit.member.id)):
        live.go(f"/desk/editor/write/{slug}")
