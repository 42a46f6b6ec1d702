"""The front matter as a form. A field that cannot be kept as it stands is told below it, and the file keeps what it said before."""

import datetime as dt
from collections.abc import Callable
from html import escape
from typing import cast

from nicegui import ui

from app.desk.pieces import Changing, Choice
from app.editor.source_rows import SourceRows
from app.pages.shelf import KINDS
from knowledge.front_edit import Front
from knowledge.front_matter import ArticleError, ArticleKind, Audience

Change = Callable[[Front], None]
_AUDIENCES: dict[Audience, str] = {"adult": "Adults", "child": "Children", "pregnancy": "Pregnancy", "everyone": "Everyone"}
_KINDS = {str(kind): label for kind, label in KINDS.items()}


class FrontForm:
    """The fields that an editor changes. `change` takes them into the text; ArticleError where one cannot be."""

    def __init__(self, slug: str, change: Change) -> None:
        self._change = change
        self._shown: Front | None = None
        with ui.element("div").classes("ed-form"):
            self._title = self._line("Title", "maxlength=100")
            with ui.row().classes("ed-form-row"):
                self._kind = Choice("Kind", _KINDS, lambda _value: self._changed())
                ui.html(f"Address <b>/library/{escape(slug)}</b>, for good", sanitize=False, tag="p").classes("cd-hint")
            with ui.element("fieldset").classes("ed-audience"):
                ui.html("For whom", sanitize=False, tag="legend")
                self._audience = {key: ui.checkbox(label, on_change=self._changed) for key, label in _AUDIENCES.items()}
            self._summary = self._area("Summary: two sentences that read well alone", 3)
            self._synonyms = self._area("Other names, one on each line: what patients call it, slips of the pen too", 6)
            self._codes = self._line("Codes, such as icd10: M10, M10.9; mesh: D006073")
            self._sources = SourceRows(self._changed)
            with ui.row().classes("ed-form-row"):
                self._licence = self._line("Licence", "maxlength=80")
                self._review = self._line("Next review", "type=date stack-label")
            self._problem = Changing("ed-problem-told", 'role="alert"')

    def _line(self, label: str, props: str = "") -> ui.input:
        return ui.input(label, on_change=self._changed).props(f'outlined dense lang="en" {props}').classes("cd-area")

    def _area(self, label: str, rows: int) -> ui.textarea:
        """Not one that grows: it cannot measure itself while the form is folded away."""
        area = ui.textarea(label, on_change=self._changed)
        return area.props(f'outlined dense rows={rows} spellcheck="true" lang="en"').classes("cd-area")

    def show(self, front: Front) -> None:
        """Fill the fields."""
        self._shown = None  # filling is no change
        self._title.value, self._licence.value, self._summary.value = front.title, front.licence, front.summary
        self._kind.options(_KINDS, front.kind)
        for key, box in self._audience.items():
            box.value = key in front.audience
        self._synonyms.value = "\n".join(front.synonyms)
        self._codes.value = "; ".join(f"{system}: {', '.join(codes)}" for system, codes in front.codes.items())
        self._sources.show(front.sources)
        self._review.value = front.next_review.isoformat()
        self._problem.show("")
        self._shown = front

    def _changed(self) -> None:
        if self._shown is None:
            return
        try:
            front = self._front(self._shown)
            if front != self._shown:
                self._change(front)
                self._shown = front
            problem = ""
        except ArticleError as error:
            problem = f"{error.field.replace('_', ' ').capitalize()} {error.problem}"
        except ValueError as error:
            problem = str(error)
        self._problem.show(f"<p>{escape(problem)}. Until then the article keeps what it said before.</p>" if problem else "")

    def _front(self, was: Front) -> Front:
        """What the fields say; order and spelling of what was not touched stay."""
        chosen = tuple(key for key, box in self._audience.items() if box.value)
        codes = _codes(self._codes.value or "")
        return Front(
            title=_one_line(self._title.value),
            kind=cast("ArticleKind", self._kind.value or was.kind),
            audience=was.audience if set(chosen) == set(was.audience) else chosen,
            synonyms=tuple(name for line in (self._synonyms.value or "").split("\n") if (name := _one_line(line))),
            summary=_one_line(self._summary.value) if _one_line(self._summary.value) != _one_line(was.summary) else was.summary,
            codes=codes,
            sources=self._sources.sources(),
            licence=_one_line(self._licence.value),
            next_review=_date(self._review.value or ""),
        )


def _codes(text: str) -> dict[str, tuple[str, ...]]:
    """`icd10: M10, M10.9; mesh: D006073` as codes by system."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(str.strip, text.split(";")):
        system, colon, codes = part.partition(":")
        if not colon or not system.strip():
            raise ValueError("Codes are written as icd10: M10, M10.9; mesh: D006073")
        found[system.strip()] = tuple(code.strip() for code in codes.split(",") if code.strip())
    return found


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("The next review needs a date") from None


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
