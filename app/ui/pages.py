"""Chainlit's open pages as the delivery sees them: the one place that pushes into a chat from outside its own handlers.

Relies on private names of Chainlit 2.12 (`ws_sessions_id`, `init_ws_context`, the socket manager, `Element._create`), which
`tests/app/test_main.py` holds.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import chainlit as cl
from chainlit.context import init_ws_context
from chainlit.server import sio
from chainlit.session import WebsocketSession, ws_sessions_id

from app.records.outgoing import Outgoing, Speaker
from app.ui.elements import Drawing, elements_for
from knowledge.words import Words


class LiveElement(cl.CustomElement):
    """An element that goes over the socket alone: Chainlit writes each one's content to a file that no page of ours fetches."""

    async def _create(self, persist: bool = True) -> bool:
        self.chainlit_key = self.id
        return True


@dataclass(frozen=True)
class OpenPage:
    """A connected session; each push is a task of its own, so that no caller's context is changed."""

    session: WebsocketSession
    words: Words

    @property
    def key(self) -> str:
        return str(self.session.socket_id)

    @property
    def chat(self) -> str:
        return str(self.session.thread_id)

    @property
    def patient(self) -> str:
        return str(self.session.user.identifier)

    async def draw(self, sent: Outgoing, attempt: int) -> None:
        """Show a reply of the care team."""
        await self._within(show_sent(sent, attempt))

    async def tell(self, speaker: Speaker | None) -> None:
        """Show, or take away, the bar that says who is here."""
        who = ", ".join(filter(None, (speaker.name, speaker.title))) if speaker else ""
        text = self.words.say("team_here", who=who or self.words.say("team_someone")) if speaker else ""
        await self._within(cl.send_window_message({"carelight": "person", "text": text, "leave": self.words.say("team_leave")}))

    async def stopped(self, text: str) -> None:
        """Show, or take away, the line that says that the assistant is stopped."""
        await self._within(cl.send_window_message({"carelight": "stopped", "text": text}))

    async def _within(self, push: Coroutine[Any, Any, object]) -> None:
        async def run() -> None:
            init_ws_context(self.session)
            await push

        await asyncio.create_task(run())


def open_pages(words: Words) -> Sequence[OpenPage]:
    """Every chat of a known patient that is connected to this process now."""
    return [OpenPage(each, words) for each in list(ws_sessions_id.values()) if each.user and sio.manager.is_connected(each.socket_id, "/")]


async def show_sent(sent: Outgoing, attempt: int) -> None:
    """Draw a reply of the care team on the page in context; drawn again it takes the place of the first."""
    reply, at = sent.reply, sent.created.isoformat()
    drawn = elements_for(reply.id, reply.kind, reply.text, reply.body, at=at, ack=True)
    await send(reply.id, made(reply.id, [(name, {**props, "attempt": attempt}) for name, props in drawn]))


def made(reply_id: str, drawn: Sequence[Drawing]) -> list[cl.CustomElement]:
    """Chainlit's elements for what draws a reply."""
    return [
        LiveElement(id=element_id(reply_id, number), name=name, props=props, display="inline") for number, (name, props) in enumerate(drawn)
    ]


async def send(reply_id: str, elements: Sequence[cl.CustomElement]) -> None:
    """Send a message with its elements one after another: sent together they would stand in the order in which they are ready."""
    await cl.Message(id=reply_id, content="").send()
    for element in elements:
        await element.send(for_id=reply_id)


def element_id(reply_id: str, number: int) -> str:
    """The id of an element, the same whether it is drawn live or read from the records."""
    return f"{reply_id}-element" + (f"-{number}" if number else "")
