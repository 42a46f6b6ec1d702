"""The summary of a case as a panel: each line leads to the messages it rests on. A panel that fails says so and breaks no page.

It is made where the page is read, on a thread: rules over a long chat would hold up every open desk.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from app.care import transcript
from app.desk import frame
from app.escalation.sbar import Sbar, summarise
from app.escalation.sbar_lists import Line
from app.logs import place
from app.records.case_files import CaseFile
from app.records.models import now
from app.wiring import Application

log = logging.getLogger("carelight.desk")
_PARTS = "display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:12px;width:100%"
_PART = "background:#fff;border:1px solid #d3dedf;border-radius:10px;padding:12px 14px;gap:4px"
_LINK = "color:#11676b;text-decoration:underline;padding:0 4px;white-space:nowrap"
_MUTED = "color:#46585d"
_READ_S = 1.0
"""How long each message is read for the summary; of a very long one it then says what stands at its beginning and end."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary, or in one sentence why there is none."""

    made: Sbar | None
    missing: str = ""


class Summaries:
    """The summary of the case at one page, made anew only where what it rests on has changed."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._held: tuple[object, Summary] | None = None

    def of(self, file: CaseFile) -> Summary:
        """The summary for the chat that the file shows; the same object as long as nothing changed. Reads the records."""
        rests_on, held = _rests_on(file), self._held
        if held is None or held[0] != rests_on:
            held = self._held = (rests_on, self._make(file))
        return held[1]

    def _make(self, file: CaseFile) -> Summary:
        try:
            story = self._app.stories.of(file.id, file.chat)
            if story is None:
                return Summary(None, "There is no such case.")
            return Summary(summarise(story, self._app.red_flags.within(_READ_S), self._app.settings.targets[story.level], now()))
        except Exception as error:  # the transcript beside it must stay readable whatever breaks here
            log.error("a case could not be summed up: %s", place(error))
            return Summary(None, "The summary cannot be made just now. The messages themselves are complete.")


def _rests_on(file: CaseFile) -> object:
    """What of a case's file its summary is made of."""
    lines = sum(line.kind in ("message", "care_card", "question") for line in file.lines)
    by_patient = sum(event.kind in ("tap", "reach") for event in file.history)
    return file.chat, file.standing.level, file.standing.waiting_since, file.connected, file.findings, file.earlier, lines, by_patient


def draw(summary: Summary) -> None:
    """The panel."""
    with ui.column().props('data-testid="sbar"').style("width:100%;gap:12px"):
        if summary.made is None:
            ui.label(summary.missing)
        else:
            _draw(summary.made)


def _draw(made: Sbar) -> None:
    with ui.element("div").style(_PARTS):
        _part("Situation", made.situation)
        _part("Background", made.background)
        _part("Assessment by the system", made.assessment)
        _part("Recommendation", made.recommendation)
    with ui.element("div").style(_PARTS):
        _part("Has", made.has, "Nothing that the rules know by name")
        _part("Denies", made.denies, "Nothing denied")
        _part("Not asked", made.not_asked, "Nothing that the fired rules would ask")


def _part(title: str, lines: Sequence[Line], empty: str = "") -> None:
    with ui.column().style(_PART).props(f'data-testid="sbar-{title.partition(" ")[0].lower()}"'):
        frame.heading(title, rank=2)
        if not lines and empty:
            ui.label(empty).style(_MUTED)
        for line in lines:
            with ui.element("div").style("line-height:1.4;width:100%"):
                ui.label(line.text).style("display:inline")
                for turn in line.turns:
                    ui.link(f"message {turn + 1}", f"#{transcript.anchor(turn)}").style(_LINK)
