"""An article being written: its working copy where there is one, else the way to begin one."""

import re
from html import escape

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.content import editorial
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.desk.pieces import Changing
from app.editor import frame
from app.editor.look import Look, Looker, page_of
from app.editor.preview import Preview
from app.editor.writing_desk import WritingDesk
from app.errors import RecordsError
from app.records.article_files import ArticleFile
from app.wiring import Application

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def mount(app: Application) -> None:
    """Put the page at `/desk/editor/write/{slug}`."""

    @desk_frame.page("/editor/write/{slug}", "Write")
    async def write(request: Request, slug: str) -> Response | None:
        """One article, for its writers; others of the desk read it."""
        known = slug if _SLUG.fullmatch(slug) else ""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await WritePage(visit, known).draw()
        return None


class WritePage:
    """What there is of an article decides what is drawn."""

    def __init__(self, visit: Visit, slug: str) -> None:
        self._visit, self._slug, self._app = visit, slug, visit.app
        self._writes = visit.member.role in editorial.WRITERS

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        ui.add_head_html('<script src="/site/editor.js" defer></script>')
        file, problem = await live.find(self._read)
        with ui.column().classes("cd-page ed-page"):
            if file is None:
                self._not_there(problem)
            elif file.draft is not None and self._writes:
                frame.tabs(self._slug, "Write")
                await WritingDesk(self._visit, file, file.draft).draw()
            else:
                frame.tabs(self._slug, "Write")
                await self._to_read(file)
        await live.keep_signed_in(self._visit, f"/desk/editor/write/{self._slug}")

    def _read(self) -> ArticleFile | None:
        return self._app.article_files.open(self._slug) if self._slug else None

    @staticmethod
    def _not_there(problem: str) -> None:
        desk_frame.heading("This article cannot be read" if problem else "There is no such article")
        ui.label(problem or "It was never written, or its working copy was thrown away.")
        desk_frame.link("To the library", "/desk/editor")

    async def _to_read(self, file: ArticleFile) -> None:
        """What stands now, and why it cannot be written on, or the way to begin."""
        number, text = _standing(file)
        look = await run.io_bound(self._looked, text, number) or Look(text)
        with ui.row().classes("ed-top"):
            desk_frame.heading(_title(text) or self._slug)
        told = Changing("ed-told")
        told.show(f"<p>{escape(_why(file, writes=self._writes, number=number))}</p>")
        if self._writes and file.review is None and file.draft is None:
            with ui.row().classes("cd-actions"):
                pieces.button(f"Begin a working copy of revision {number}", lambda: self._begin(number), main=True)
        Preview("ed-alone").show(look)

    def _looked(self, text: str, number: int) -> Look:
        try:
            revision = self._app.library.revision(self._slug, number) if number else None
            return Look(text, page=page_of(self._app, revision)) if revision else Looker(self._app, self._slug).look(text)
        except RecordsError:
            return Look(text, waits=live.NOT_READ)

    async def _begin(self, number: int) -> None:
        if await live.attempt(lambda: self._app.drafts.begin(self._slug, self._visit.member.id, number)):
            live.go(f"/desk/editor/write/{self._slug}")


def _standing(file: ArticleFile) -> tuple[int, str]:
    """The revision to read and to begin from: the one in review, the one that patients get, or the newest; 0 for a working copy."""
    if file.draft is not None:
        return 0, file.draft.text
    number = file.review.submission.revision if file.review else file.served or file.revisions[0].number
    revision = file.revision(number)
    return number, revision.text if revision else ""


def _why(file: ArticleFile, *, writes: bool, number: int) -> str:
    """What stands here, and what has to happen before it is written on."""
    if file.draft is not None:
        return f"{file.owner} has a working copy. Editors and clinical reviewers write; you read it as it was last saved."
    if file.review is not None:
        return (
            f"Revision {number} is in review since {file.review.submitted:%d %B}, handed in by {file.review.submitted_by}. "
            "To write on, take it back on the Review page, or let the reviewer ask for changes."
        )
    what = f"Patients get revision {number}." if file.served else f"Patients get nothing of it. The newest revision is {number}."
    return what if writes else f"{what} Editors and clinical reviewers write."


def _title(text: str) -> str:
    match = re.search(r"^title: (.+)$", text, re.MULTILINE)
    return match[1].strip().strip("\"'") if match else ""
