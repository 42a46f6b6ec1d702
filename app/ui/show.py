"""Drawing replies on the page in context: new ones, and those that grow."""

import json
from collections.abc import Callable
from typing import Any

import chainlit as cl

from app.conversation import Grown, Shown
from app.journal import Reply
from app.ui.elements import elements_for
from app.ui.pages import made, send
from knowledge.words import Words

Drawn = dict[str, cl.CustomElement | None]
"""The element that draws each reply of a turn, by reply id."""


class Show:
    """Shows replies; `words`, asked for each time, say that an answer is still being written."""

    def __init__(self, words: Callable[[], Words]) -> None:
        self._words = words

    async def reply(self, reply: Reply, *, growing: bool = False) -> cl.CustomElement | None:
        """Send one reply under its own id, so that a rating finds it; the element that draws it, if one does."""
        drawn = elements_for(reply.id, reply.kind, reply.text, reply.body)
        if not drawn:
            await cl.Message(id=reply.id, content=reply.text).send()
            return None
        first, *forms = made(reply.id, drawn)
        if growing:
            _set(first, {**first.props, "growing": self._growing(True)})
        await send(reply.id, [first, *forms])
        return first

    async def event(self, event: Shown | Grown, drawn: Drawn) -> None:
        """Show a reply, or draw the one that was shown again with more in it."""
        reply = event.reply
        element = drawn.get(reply.id)
        if element is None:
            drawn[reply.id] = await self.reply(reply, growing=event.growing)
            return
        (_, props), *_ = elements_for(reply.id, reply.kind, reply.text, reply.body)
        _set(element, {**props, "growing": self._growing(event.growing)})
        await element.update()

    async def settle(self, drawn: Drawn) -> None:
        """No more comes: what still says that it grows (it was cancelled, or failed) says so no more."""
        for element in drawn.values():
            if element is not None and element.props.get("growing"):
                _set(element, {**element.props, "growing": ""})
                await element.update()

    def _growing(self, more: bool) -> str:
        """The words below an answer that is still being written; they are not part of it and are gone after a reload."""
        return self._words().say("answer_growing") if more else ""


def _set(element: cl.CustomElement, props: dict[str, Any]) -> None:
    element.props = props
    element.content = json.dumps(props)
