"""The text of an article in a plain field of the browser: its own spelling, its own undo, every keyboard and screen reader.

What lint finds stands beside the line as a mark and below as a list; the page's script puts the marks where the lines are.
"""

import json
from collections.abc import Callable, Sequence
from html import escape

from nicegui import ui

from app.desk.pieces import Changing, button
from app.editor.look import Look
from knowledge.lint import Problem
from knowledge.reading_grade import HIGHEST

Write = Callable[[str], None]
_SHOWN = 40


class BodyField:
    """The field with its marks, figures, and headings that are missing."""

    def __init__(self, body: str, language: str, write: Write, insert: Write) -> None:
        self._insert = insert
        self._missing: tuple[str, ...] = ()
        with ui.element("div").classes("ed-write"):
            ui.html("Text", sanitize=False, tag="label").props('for="ed-text"').classes("ed-label")
            ui.html("<b>##</b> before a heading, <b>-</b> before an item of a list", sanitize=False, tag="span").classes("cd-hint")
            with ui.element("div").classes("ed-field"):
                ui.element("div").props('id="ed-gutter" aria-hidden="true"')
                self.field = ui.textarea(value=body, on_change=lambda event: write(event.value or ""))
                self.field.props(f'for="ed-text" outlined spellcheck="true" lang="{language}"').classes("ed-text").mark("body")
        self._marks = ui.element("div").props('id="ed-marks" hidden')
        self._figures = Changing("ed-figures", 'aria-live="polite"')
        self._headings = ui.row().classes("ed-missing")
        self._problems = Changing("ed-problems")

    def hold(self, slug: str, who: str, saved: str) -> None:
        """What the browser's own copy of unsaved words is compared with: it is kept until the records have them."""
        self._marks.props["data-key"] = f"{slug} {who}"
        self._marks.props["data-saved"] = saved
        self._marks.update()

    def fill(self, body: str) -> None:
        """Show another text."""
        self.field.value = body

    def show(self, look: Look) -> None:
        """Draw what a look found."""
        first = look.body_line
        marks = [
            {"line": problem.line - first + 1, "severity": problem.severity, "message": problem.message}
            for problem in look.problems
            if problem.line >= first
        ]
        told = json.dumps(marks)
        if self._marks.props.get("data-marks") != told:
            self._marks.props["data-marks"] = told
            self._marks.update()
        self._figures.show(_figures(look))
        self._problems.show(_problems(look.problems, first))
        if look.missing != self._missing:
            self._missing = look.missing
            self._offer()

    def _offer(self) -> None:
        self._headings.clear()
        with self._headings:
            if self._missing:
                ui.label("Missing:").classes("cd-hint")
            for heading in self._missing:
                self._button(heading)

    def _button(self, heading: str) -> None:
        async def insert() -> None:
            self._insert(heading)

        button(f"Add “{heading}”", insert)


def _figures(look: Look) -> str:
    grade = ""
    if look.grade is not None:
        over = f", above {HIGHEST:.0f}" if look.too_hard else ""
        grade = f'<span class="{"ed-over" if look.too_hard else ""}">Reading grade <b>{look.grade:.1f}</b>{over}</span>'
    return f"<span><b>{look.words}</b> words</span>{grade}"


def _problems(problems: Sequence[Problem], first: int) -> str:
    """The list, errors first; a click goes to the line."""
    if not problems:
        return '<p class="ed-fine">No problems found.</p>'
    errors = sum(problem.severity == "error" for problem in problems)
    counts = [(errors, "error"), (len(problems) - errors, "warning")]
    told = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count)
    kept = " Errors keep it from being handed in." if errors else ""
    rows = "".join(_row(problem, first) for problem in problems[:_SHOWN])
    more = f"<li>and {len(problems) - _SHOWN} more</li>" if len(problems) > _SHOWN else ""
    return f"<h2>Problems <span>{told}.{kept}</span></h2><ul>{rows}{more}</ul>"


def _row(problem: Problem, first: int) -> str:
    line = problem.line - first + 1
    place = f"Line {line}" if line > 0 else "Above the text"
    return (
        f'<li><button type="button" class="ed-problem ed-{problem.severity}" data-line="{max(line, 0)}">'
        f'<span class="ed-kind">{problem.severity.capitalize()}</span> <span class="ed-place">{place}</span> '
        f"{escape(problem.message[:1].upper() + problem.message[1:])}</button></li>"
    )
