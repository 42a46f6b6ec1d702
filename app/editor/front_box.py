"""What stands above the text: a form where the front matter can be read as one, else its lines as they are."""

from collections.abc import Callable
from html import escape

from nicegui import ui

from app.desk.pieces import Changing
from app.editor.front_form import FrontForm
from knowledge import front_edit
from knowledge.article import normal
from knowledge.front_edit import Front, halves, joined
from knowledge.front_matter import ArticleError

Write = Callable[[str], None]


class FrontBox:
    """Folded away while somebody writes; `write` gets the front matter whenever it was changed."""

    def __init__(self, slug: str, front: str, write: Write) -> None:
        self._slug, self._write, self._front = slug, write, front
        self.title = ""
        self._filling = False
        with ui.element("details").classes("ed-about").props('id="ed-about"'):
            ui.html("About this article <span>title, names, sources, review</span>", sanitize=False, tag="summary")
            self._why = Changing("ed-problem-told")
            self._form_place = ui.column().classes("cd-panels")
            with self._form_place:
                self._form = FrontForm(slug, self._changed)
            self._lines = ui.textarea("Front matter, as lines", on_change=self._typed)
            self._lines.props('outlined autogrow spellcheck="false"').classes("cd-area ed-lines")
        self.show(front)

    def show(self, front: str) -> None:
        """Fill it with this front matter."""
        self._front = front
        self._filling = True
        self._lines.value = front
        self._filling = False
        self._as_form()

    def _as_form(self) -> None:
        """The form, where the lines make one."""
        try:
            read: Front | None = front_edit.read(joined(self._front, ""), self._slug)
            problem = ""
        except ArticleError as error:
            read, problem = None, f"Line {error.line}, {error.field}: {error.problem}"
        self._form_place.visible, self._lines.visible = read is not None, read is None
        self._why.show(f"<p>{escape(problem)}. Mend the line; then the form comes back.</p>" if problem else "")
        if read is not None:
            self.title = read.title
            self._form.show(read)

    def _changed(self, front: Front) -> None:
        """A field was changed; ArticleError where the file cannot say so."""
        made, _ = halves(front_edit.with_front(joined(self._front, ""), front, self._slug))
        self.title = front.title
        self._front = made
        self._filling = True
        self._lines.value = made
        self._filling = False
        self._write(made)

    def _typed(self) -> None:
        """The lines were changed by hand; the form waits until they can be read, and until the writer has left the line."""
        if self._filling:
            return
        self._front = normal(self._lines.value or "")
        if not self._front.endswith("\n"):
            self._front += "\n"
        self._write(self._front)
        self._as_form()
