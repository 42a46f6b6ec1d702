"""The clinic's texts: the list of them, and the page on which each is written."""

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.content.documents import TEXT_FORMS
from app.content.text_editing import NUMBERS, Working, save_whole, working
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.desk.pieces import Changing
from app.editor import frame, texts_view
from app.editor.numbers_page import NumbersPage
from app.editor.text_head import TextHead
from app.editor.words_page import WordsPage
from app.errors import CarelightError, RecordsError
from app.records.article_board import Line
from app.records.models import now
from app.wiring import Application
from knowledge import words

_HERE = "/desk/editor/texts"


def mount(app: Application) -> None:
    """Put the pages at `/desk/editor/texts` and below."""

    @desk_frame.page("/editor/texts", "Texts")
    async def texts(request: Request) -> Response | None:
        """Set words, numbers and prompts, for editors and reviewers."""
        visit = await frame.visit(app, request)
        if visit is None:
            return desk_frame.to_sign_in(request)
        await TextsPage(visit).draw()
        return None

    @desk_frame.page("/editor/texts/{slug}", "Text")
    async def one_text(request: Request, slug: str, country: str = "") -> Response | None:
        """One of them, for its writers."""
        visit = await frame.visit(app, request)
        known = slug if slug in TEXT_FORMS else ""
        if visit is None:
            return desk_frame.to_sign_in(request)
        await _page_of(visit, known, country).draw()
        return None


def _page_of(visit: Visit, slug: str, country: str) -> "TextsPage | WordsPage | NumbersPage | WholeTextPage":
    if slug in {f"words.{language}" for language in words.LANGUAGES}:
        return WordsPage(visit)
    if slug == NUMBERS:
        return NumbersPage(visit, country)
    return WholeTextPage(visit, slug) if slug else TextsPage(visit)


class TextsPage:
    """The list."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        lines = await run.io_bound(self._read)
        today = now().date()
        with ui.column().classes("cd-page"):
            desk_frame.heading("Texts")
            ui.label("What patients read beside articles. It goes the same way: one person writes it, another passes it.").classes(
                "cd-hint"
            )
            for line in lines or ():
                ui.html(texts_view.text(line, TEXT_FORMS[line.slug].about, today), sanitize=False).classes("cd-box")
            if not lines:
                ui.label("The texts cannot be read just now. Reload this page in a moment.").classes("cd-empty")
        await live.keep_signed_in(self._visit, _HERE)

    def _read(self) -> tuple[Line, ...]:
        try:
            return self._visit.app.article_board.texts()
        except RecordsError:
            return ()


class WholeTextPage:
    """A text that is short enough to be written as a whole."""

    def __init__(self, visit: Visit, slug: str) -> None:
        self._visit, self._slug, self._app = visit, slug, visit.app
        self._seen = ""

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        with ui.column().classes("cd-page ed-page"):
            desk_frame.heading(TEXT_FORMS[self._slug].title)
            ui.label(TEXT_FORMS[self._slug].about).classes("cd-hint")
            self._head = TextHead(self._visit, self._slug, self._show, "How it stands")
            self._text = pieces.area("The whole text", rows=14).classes("ed-lines").props("debounce=400")
            self._problems = Changing("ed-problem-told", 'role="status"')
            self._text.on_value_change(self._check)
            if self._head.writes:
                pieces.button("Save in the working copy", self._save, main=True)
            else:
                self._text.props("readonly")
        await self._show()
        await live.keep_signed_in(self._visit, f"{_HERE}/{self._slug}")

    async def _show(self) -> None:
        found = await run.io_bound(self._read)
        if found is None:
            live.notice("The text cannot be read just now. Reload this page in a moment.")
            return
        typed = self._text.value not in ("", None, self._seen)
        self._head.show(found, self._faults(found.text))
        if not typed or found.text == self._text.value:
            self._seen = self._text.value = found.text

    def _read(self) -> Working | None:
        try:
            return working(self._app, self._slug)
        except CarelightError:
            return None

    def _faults(self, text: str) -> list[str]:
        return [problem.message for problem in TEXT_FORMS[self._slug].problems(text)]

    def _check(self) -> None:
        self._problems.show(texts_view.problems(self._faults(str(self._text.value or ""))))

    async def _save(self) -> None:
        app, slug, who = self._app, self._slug, self._visit.member.id
        said = (self._seen, str(self._text.value or ""))
        if await live.attempt(lambda: save_whole(app, slug, said, who)):
            self._seen = said[1]
            live.notice("Saved in the working copy.", good=True)
        await self._show()
