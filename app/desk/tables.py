"""Plain tables for the desk's pages, read by a screen reader and scrolled sideways where the screen is narrow."""

from collections.abc import Sequence

from nicegui import ui

from app.evals.report import Share

COLUMN = "width:100%;max-width:1120px;margin:0 auto;padding:16px;gap:16px"
BOX = "width:100%;background:#fff;border:1px solid #d3dedf;border-radius:10px;padding:16px;gap:10px"
MUTED = "color:#46585d"
_SHORT = 16
"""Characters of a cell that is not broken into lines."""
_CELL = "text-align:left;padding:4px 12px 4px 0;border-bottom:1px solid #e6eded;vertical-align:top"


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a caption and a head."""
    region = ui.element("div").style("width:100%;overflow-x:auto").props(f'tabindex="0" role="region" aria-label="{caption}"')
    with region, ui.element("table").style("width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums"):
        with ui.element("caption").style("text-align:left;font-weight:600;padding-bottom:4px"):
            ui.label(caption)
        with ui.element("thead"), ui.element("tr"):
            for cell in head:
                with ui.element("th").props('scope="col"').style(f"{_CELL};color:#46585d;font-weight:600"):
                    ui.label(cell)
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for cell in row:
                        with ui.element("td").style(f"{_CELL};color:#16282b" + (";white-space:nowrap" if len(cell) <= _SHORT else "")):
                            ui.label(cell)


def share(counted: Share) -> tuple[str, str]:
    """A share and its exact interval as two cells."""
    if not counted.total:
        return "", ""
    low, high = counted.bounds
    return f"{counted.value:.0%}", f"{low:.0%} to {high:.0%}"
