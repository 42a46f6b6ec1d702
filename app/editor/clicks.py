"""Buttons inside drawn HTML: `data-do` names the step, `data-of` what it is about."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import GenericEventArguments

_TELL = """(event) => {
  const at = event.target.closest("[data-do]")
  if (at) emit(at.dataset.do, at.dataset.of || "", at.dataset.from || "", at.dataset.to || "")
}"""


@dataclass(frozen=True, slots=True)
class Click:
    """Which button; `span` is the words that were selected beside it, in code points of the body."""

    do: str
    of: str
    span: tuple[int, int] | None = None


def clicks(element: ui.element, act: Callable[[Click], Awaitable[None]]) -> None:
    """Call `act` for every such button within `element`; what a page sends that is no click of ours is not followed."""

    async def clicked(event: GenericEventArguments) -> None:
        told = [str(part) for part in event.args] if isinstance(event.args, list) else []
        if len(told) == 4:
            do, of, start, end = told
            chosen = (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None
            await act(Click(do, of, chosen))

    element.on("click", clicked, js_handler=_TELL)
