"""The summary of a case as a panel: each line leads to the messages it rests on. A panel that fails says so and breaks no page."""

import logging
from collections.abc import Callable, Sequence

from nicegui import ui

from app.care import frame
from app.logs import place
from app.records.models import now
from app.sbar import Sbar, summarise
from app.sbar_lists import Line
from app.wiring import Application

log = logging.getLogger("carelight.desk")
_PARTS = "display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:12px;width:100%"
_PART = "background:#fff;border:1px solid #d3dedf;border-radius:10px;padding:12px 14px;gap:4px"
_LINK = "color:#11676b;text-decoration:underline;padding:0 4px;white-space:nowrap"
_MUTED = "color:#46585d"
Anchor = Callable[[int], str]


def anchor(turn: int) -> str:
    """Where message `turn` stands on the case's page."""
    return f"#turn-{turn}"


def draw(app: Application, case_id: str, chat: str = "", to: Anchor = anchor) -> None:
    """The summary of a case, for one of its chats (the one it was opened in, where none is named); `to` makes the links."""
    with ui.column().props('data-testid="sbar"').style("width:100%;gap:12px") as panel:
        try:
            made = _read(app, case_id, chat)
        except Exception as error:  # the transcript beside it must stay readable whatever breaks here
            log.error("a case could not be summed up: %s", place(error))
            panel.clear()
            ui.label("The summary cannot be made just now. The messages themselves are complete.")
            return
        if made is None:
            ui.label("There is no such case.")
            return
        _draw(made, to)


def _read(app: Application, case_id: str, chat: str) -> Sbar | None:
    story = app.stories.of(case_id, chat)
    return None if story is None else summarise(story, app.red_flags, app.settings.targets[story.level], now())


def _draw(made: Sbar, to: Anchor) -> None:
    with ui.element("div").style(_PARTS):
        _part("Situation", made.situation, to)
        _part("Background", made.background, to)
        _part("Assessment by the system", made.assessment, to)
        _part("Recommendation", made.recommendation, to)
    with ui.element("div").style(_PARTS):
        _part("Has", made.has, to, "Nothing that the rules know by name")
        _part("Denies", made.denies, to, "Nothing denied")
        _part("Not asked", made.not_asked, to, "Nothing that the fired rules would ask")


def _part(title: str, lines: Sequence[Line], to: Anchor, empty: str = "") -> None:
    with ui.column().style(_PART).props(f'data-testid="sbar-{title.partition(" ")[0].lower()}"'):
        frame.heading(title, rank=2)
        if not lines and empty:
            ui.label(empty).style(_MUTED)
        for line in lines:
            with ui.element("div").style("line-height:1.4;width:100%"):
                ui.label(line.text).style("display:inline")
                for turn in line.turns:
                    ui.link(f"message {turn + 1}", to(turn)).style(_LINK)
