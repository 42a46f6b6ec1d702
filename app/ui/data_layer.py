"""Chainlit as a view of our records: threads and steps are read from our tables, and what it would write is not taken.

The turn is recorded by `app.conversation` before it is shown, so a step that Chainlit (or a forged socket message) would
write has nothing to add. Every read checks the owner, and a database error is raised, never answered with "nothing".
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

from chainlit.data.base import BaseDataLayer
from chainlit.element import Element, ElementDict
from chainlit.step import StepDict
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadDict, ThreadFilter
from chainlit.user import PersistedUser, User

from app.records.conversations import Chat, ConversationStore, Entry
from app.records.erasing import Eraser
from app.ui.elements import Drawing, elements_for
from app.ui.pages import element_id

T = TypeVar("T")
_EPOCH = "2026-01-01T00:00:00Z"


class RecordsDataLayer(BaseDataLayer):
    """Reads conversations for Chainlit's page."""

    def __init__(self, store: ConversationStore, eraser: Eraser, lane: Executor) -> None:
        self._store, self._eraser, self._lane = store, eraser, lane

    async def _read(self, work: Callable[..., T], *arguments: object) -> T:
        """What the records say, asked on a thread: a database that is slow must not stop every chat."""
        return await asyncio.get_running_loop().run_in_executor(self._lane, partial(work, *arguments))

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """A patient is who their signed cookie says; nothing else is kept about them here."""
        return PersistedUser(id=identifier, identifier=identifier, display_name="You", createdAt=_EPOCH)

    async def create_user(self, user: User) -> PersistedUser | None:
        return await self.get_user(user.identifier)

    async def get_thread_author(self, thread_id: str) -> str:
        chat = await self._read(self._store.chat, thread_id)
        return str(chat.patient_id) if chat else ""

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        chat = await self._read(self._store.chat, thread_id)
        return thread(chat) if chat else None

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[ThreadDict]:
        chats = await self._read(self._store.chats, filters.userId or "")
        info = PageInfo(hasNextPage=False, startCursor=None, endCursor=None)
        return PaginatedResponse(pageInfo=info, data=[thread(chat) for chat in chats])

    async def delete_thread(self, thread_id: str) -> None:
        """For good; Chainlit has compared the owner, and the records do so again."""
        owner = await self.get_thread_author(thread_id)
        await self._read(self._eraser.delete, owner, thread_id)

    async def upsert_feedback(self, feedback: Feedback) -> str:
        await self._read(self._store.rate, feedback.forId, feedback.value)
        return str(feedback.forId)

    async def delete_feedback(self, feedback_id: str) -> bool:
        await self._read(self._store.rate, feedback_id, None)
        return True

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        chat = await self._read(self._store.chat, thread_id)
        found = thread(chat)["elements"] if chat else None
        return next((item for item in found or [] if item.get("id") == element_id), None)

    # What Chainlit would write is already recorded, or must not be.

    async def create_element(self, element: Element) -> None:
        """Not taken: elements are drawn from the recorded reply."""

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        """Not taken."""

    async def create_step(self, step_dict: StepDict) -> None:
        """Not taken: the turn records itself."""

    async def update_step(self, step_dict: StepDict) -> None:
        """Not taken."""

    async def delete_step(self, step_id: str) -> None:
        """Not taken."""

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Not taken: titles stay neutral, and settings written back here would bring a deleted chat to life."""

    async def get_favorite_steps(self, user_id: str) -> list[StepDict]:
        return []

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        """The database is closed by the server."""


def thread(chat: Chat) -> ThreadDict:
    """A conversation in Chainlit's form."""
    steps = [_step(chat.id, entry) for entry in chat.entries]
    return ThreadDict(
        id=chat.id,
        createdAt=chat.created.isoformat(),
        name=chat.title,
        userId=chat.patient_id,
        userIdentifier=chat.patient_id,
        tags=[],
        metadata={},
        steps=steps,
        elements=_elements(chat.id, chat.entries),
    )


def _step(thread_id: str, entry: Entry) -> StepDict:
    at = entry.created.isoformat()
    step = StepDict(
        id=entry.id,
        threadId=thread_id,
        parentId=None,
        name="You" if entry.by_patient else "Carelight",
        type="user_message" if entry.by_patient else "assistant_message",
        output="" if _drawn(entry) else entry.text,
        input="",
        createdAt=at,
        start=at,
        end=at,
        streaming=False,
        isError=False,
        metadata={},
        tags=[],
    )
    if entry.feedback is not None:
        step["feedback"] = {"forId": entry.id, "id": entry.id, "value": 1 if entry.feedback else 0, "comment": None}
    return step


def _elements(thread_id: str, entries: Sequence[Entry]) -> list[ElementDict]:
    return [
        ElementDict(
            id=element_id(entry.id, number),
            threadId=thread_id,
            forId=entry.id,
            type="custom",
            name=name,
            display="inline",
            mime="application/json",
            props=props,
        )
        for entry in entries
        for number, (name, props) in enumerate(_drawn(entry))
    ]


def _drawn(entry: Entry) -> list[Drawing]:
    return elements_for(entry.id, entry.kind, entry.text, entry.body, at=entry.created.isoformat(), ack=entry.on_its_way)
