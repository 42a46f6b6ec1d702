"""The page as patients read it, in a frame of its own: their template, their stylesheet, and no script that could run.

The frame is sandboxed: even where a template forgot to escape a word, nothing in it is executed.
"""

from html import escape

from nicegui import ui

from app.desk.pieces import Changing
from app.editor.look import Look


class Preview:
    """Keeps the last page that could be made; the page's script puts it into the frame without losing the reader's place."""

    def __init__(self, classes: str = "") -> None:
        with ui.column().classes(f"ed-preview {classes}"):
            self._waits = Changing("ed-waits", 'role="status"')
            self._held = ui.element("div").props('id="ed-page" hidden')
            ui.element("iframe").props('id="ed-frame" sandbox="allow-same-origin" title="The article as patients read it"')

    @property
    def html(self) -> str:
        """The page that is shown."""
        return str(self._held.props.get("data-page", ""))

    def show(self, look: Look) -> None:
        """Draw the page of a look; one that makes none leaves the last in sight and says why."""
        before = "This is how it stood before. " if self.html else ""
        self._waits.show(f"<p>The page waits. {before}{escape(look.waits)}</p>" if look.waits else "")
        if look.page and look.page != self.html:
            self._held.props["data-page"] = look.page
            self._held.update()
