"""What a draft says differently from what patients get now, by words."""

from html import escape

from nicegui import run, ui

from app.desk import frame
from app.desk.pieces import Changing
from app.editor import compare_view
from app.editor.working_copy import WorkingCopy
from app.errors import RecordsError
from app.wiring import Application
from knowledge.article import Article, parse, split
from knowledge.compare import Fold, Part, Row, fields, folded, rows
from knowledge.front_matter import ArticleError


class ChangesBox:
    """Drawn when it is looked at, and again while it is in sight."""

    def __init__(self, app: Application, copy: WorkingCopy) -> None:
        self._app, self._copy = app, copy
        self._drawn = ""
        with ui.column().classes("ed-differences") as self.element:
            frame.heading("Different from what patients get", rank=2)
            self._told = Changing("cd-hint", 'aria-live="polite"')
            self._rows = Changing("ed-rows-alone")

    async def show(self) -> None:
        """Compare anew, where the text was changed since."""
        text = self._copy.text
        if text == self._drawn or not self.element.visible:
            return
        found = await run.io_bound(self._compared, text)
        if found is not None:
            self._drawn = text
            self._told.show(f"<p>{escape(found[0])}</p>")
            self._rows.show(found[1])

    def _compared(self, text: str) -> tuple[str, str]:
        try:
            served = self._app.library.revision(self._copy.known.slug)
            if served is None:
                return "Patients get nothing of this article yet: all of it is new.", ""
            _, body = split(text)
        except RecordsError:
            return "What patients get cannot be read just now.", ""
        except ArticleError as error:
            return f"The text cannot be compared: line {error.line}, {error.field}: {error.problem}.", ""
        every = rows(served.article.body, body)
        changed = fields(served.article, article) if (article := _article(text)) else ()
        told = f"Compared with revision {served.number}. {compare_view.summary(every, changed)}"
        return told, compare_view.fields(changed) + "".join(_drawn(item) for item in folded(every))


def _article(text: str) -> Article | None:
    """The article, where it can be read already; its fields are compared only then."""
    try:
        return parse(text)
    except ArticleError:
        return None


def _drawn(item: Row | Fold) -> str:
    if isinstance(item, Fold):
        return f'<p class="cd-hint">{len(item.rows)} unchanged paragraphs</p>'
    spacing = item.before is not None and item.after is not None and item.before.text.split() == item.after.text.split()
    before = _side("ed-was", item.before) if item.before and not spacing else ""
    return f'<div class="ed-difference{"" if spacing else " ed-changed"}">{before}{_side("ed-is", item.after) if item.after else ""}</div>'


def _side(classes: str, part: Part) -> str:
    return f'<div class="{classes} ed-words">{compare_view.pieces(part.pieces).strip()}</div>'
