"""How an article stands, in plain words: for the list of the editor desk and for the command line. Pure."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from app.records.article_board import Line
from knowledge.front_matter import OWN

Shown = Literal["draft", "in_review", "approved", "changes_asked", "published", "unsigned", "waiting", "withdrawn"]
STATES: Mapping[Shown, str] = {
    "in_review": "In review",
    "changes_asked": "Changes asked",
    "approved": "Approved",
    "draft": "Draft",
    "waiting": "New text waits",
    "published": "Published",
    "unsigned": "Published, unsigned",
    "withdrawn": "Withdrawn",
}
"""In the order in which work moves, those that need somebody first."""


def shown(line: Line) -> Shown:
    """The state as it is told: what nobody here signed is no plain "published"."""
    return "unsigned" if line.state == "published" and not line.signed else line.state


def more(line: Line) -> str:
    """What a state's word leaves open: how far, when, why, and what patients get meanwhile."""
    gets = f"patients get revision {line.served}" if line.served else "patients do not get it"
    told = {
        "in_review": f"{len(line.signers)} of {line.needed} signed" if line.needed > 1 else "",
        "approved": f"held: {line.held}" if line.held else _planned(line.planned),
        "waiting": f"from files or an import; {gets}",
        "withdrawn": line.reason,
        "unsigned": "starter, signed by nobody" if line.library == OWN else "imported, signed by nobody",
        "published": "",
    }
    return told.get(shown(line), gets)


def _planned(at: dt.datetime | None) -> str:
    return f"planned for {at.astimezone():%d %b %Y, %H:%M}" if at else "not planned"
