"""Two people's words side by side, where both changed the same: a person chooses, then it is saved."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from html import escape

from nicegui import ui

from app.desk import frame
from app.desk.pieces import Radios, button
from app.editor.compare_view import pieces
from app.editor.working_copy import Clash
from knowledge.compare import words
from knowledge.merging import Agreed, Conflict, Side, conflicts, settled

Take = Callable[[Clash, str], Awaitable[None]]
_CONTEXT = 160
"""Characters of unchanged words that are shown beside a change."""


class MergeView:
    """Stands in place of the field while there is something to choose; `take` gets what was made of both."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._sides: list[Side | None] = []
        self._section = ui.column().classes("ed-merge")
        self._section.visible = False

    def close(self) -> None:
        """Nothing is left to choose."""
        self._section.clear()
        self._section.visible = False

    def open(self, clash: Clash, who: str) -> None:
        """Put both before the writer; `who` saved meanwhile."""
        self._section.clear()
        self._section.visible = True
        self._sides = [None] * len(conflicts(clash.merged))
        with self._section:
            with ui.element("div").props('role="alert"'):
                frame.heading(f"{who} changed the same words as you", rank=2)
                ui.label(
                    "Nothing was overwritten: the article holds the words of the other page, and yours are here. "
                    "Choose for each place, then save. Everything else goes together by itself."
                ).classes("ed-told")
            number = 0
            for place, part in enumerate(clash.merged):
                if isinstance(part, Conflict):
                    self._choice(part, number, who)
                    number += 1
                else:
                    self._agreed(part, who, _Ends(first=place == 0, last=place == len(clash.merged) - 1))
            with ui.row().classes("cd-actions ed-merge-foot"):
                self._save = button("Save what was chosen", partial(self._done, clash), main=True)
                self._left = ui.label().classes("cd-hint").props('aria-live="polite"')
        self._count()

    def _agreed(self, part: Agreed, who: str, ends: "_Ends") -> None:
        if part.by == "nobody":
            if shown := ends.shortened(part.text.strip()):
                ui.html(f'<p class="ed-words">{escape(shown)}</p>', sanitize=False).classes("ed-context")
            return
        before, after = words(part.was, part.text)
        by = "You" if part.by == "mine" else escape(who)
        ui.html(
            f'<p class="ed-side">{by} wrote, and it is taken:</p><p class="ed-words">{pieces(after) or "<em>taken out</em>"}</p>'
            + (f'<details><summary>Before</summary><p class="ed-words">{pieces(before)}</p></details>' if part.was.strip() else ""),
            sanitize=False,
        ).classes("ed-taken")

    def _choice(self, part: Conflict, number: int, who: str) -> None:
        theirs, mine = words(part.base, part.theirs)[1], words(part.base, part.mine)[1]
        columns = (("Before", escape(part.base)), (who, pieces(theirs)), ("You", pieces(mine)))
        drawn = "".join(
            f'<div><p class="ed-side">{escape(title)}</p><div class="ed-words">{html or "<em>nothing</em>"}</div></div>'
            for title, html in columns
        )
        options = {"theirs": f"Take the words of {who}", "mine": "Take mine", "both": "Take both, one after the other"}
        with ui.element("div").classes("ed-conflict").props('data-testid="conflict"'):
            ui.html(drawn, sanitize=False).classes("ed-three")
            Radios(f"Place {number + 1}", f"side-{number}", options, partial(self._chosen, number))

    def _chosen(self, number: int, side: str) -> None:
        if side in ("theirs", "mine", "both"):
            self._sides[number] = side  # type: ignore[call-overload]  # one of the three
        self._count()

    def _count(self) -> None:
        left = sum(side is None for side in self._sides)
        self._left.text = f"{left} {'place' if left == 1 else 'places'} left to choose." if left else "Everything is chosen."
        self._save.set_enabled(not left)

    async def _done(self, clash: Clash) -> None:
        sides = [side for side in self._sides if side is not None]
        if len(sides) == len(self._sides):
            await self._take(clash, settled(clash.merged, sides))


@dataclass(frozen=True, slots=True)
class _Ends:
    """Whether unchanged words stand before the first change, or after the last: only those beside a change help to choose."""

    first: bool
    last: bool

    def shortened(self, text: str) -> str:
        """The words next to the changes."""
        if len(text) <= _CONTEXT:
            return text
        head = "" if self.first else f"{text[:_CONTEXT].rsplit(' ', 1)[0]} …"
        tail = "" if self.last else f"… {text[-_CONTEXT:].split(' ', 1)[-1]}"
        return "\n".join(part for part in (head, tail) if part)
