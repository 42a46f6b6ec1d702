"""Carries what the care team writes to the pages that are open at this process, until a page has drawn it.

Any process may have written it (`app.records.outgoing`). A page that says nothing is given it again, under the same id, so
that nothing doubles; one that was offline gets it with the transcript. Knows nothing of Chainlit: `app.ui.pages` is the page.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from app.records.outgoing import Outgoing, Speaker
from app.ui.looks import Looks

log = logging.getLogger("carelight.delivery")
_AGAIN_S = 5.0
"""After how long a page that has not acknowledged a reply is given it again."""
_SEEN_EVERY_S = 10.0


class Page(Protocol):
    """A chat that is open in a browser now."""

    @property
    def key(self) -> str:
        """Names this connection; another after the page reconnects."""
        ...

    @property
    def chat(self) -> str: ...

    @property
    def patient(self) -> str: ...

    async def draw(self, sent: Outgoing, attempt: int) -> None:
        """Show a reply under its own id, and ask for the acknowledgement."""
        ...

    async def tell(self, speaker: Speaker | None) -> None:
        """Say who of the care team is in this chat; None where the assistant answers."""
        ...


class Post(Protocol):
    """Where the replies come from; each may raise RecordsError."""

    def waiting(self, conversations: Collection[str]) -> Sequence[Outgoing]: ...

    def speaking(self, conversations: Collection[str]) -> Mapping[str, Speaker]: ...

    def seen(self, conversations: Collection[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Sent:
    """The last try to show a reply on a page."""

    at: float
    attempt: int


class Delivery(Looks):
    """One task a process. `quiet` is called with a chat in which a person begins to speak."""

    def __init__(
        self,
        post: Post,
        pages: Callable[[], Sequence[Page]],
        lane: Executor,
        quiet: Callable[[str], None] = lambda _chat: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(log, "messages of the care team could not be carried")
        self._post, self._pages, self._lane, self._quiet, self._clock = post, pages, lane, quiet, clock
        self._sent: dict[tuple[str, str], _Sent] = {}
        self._told: dict[str, Speaker | None] = {}
        self._seen = float("-inf")

    async def once(self) -> None:
        """Look once: who speaks where, and what has not arrived; the database is read on a thread."""
        pages = self._pages()
        chats = {page.chat for page in pages}
        self._forget({page.key for page in pages})
        if not chats:
            return
        waiting, speaking = await asyncio.get_running_loop().run_in_executor(self._lane, self._look, chats)
        for page in pages:
            try:
                await self._carry(page, [sent for sent in waiting if (sent.conversation_id, sent.patient_id) == (page.chat, page.patient)])
                await self._introduce(page, speaking.get(page.chat))
            except Exception as error:  # a page that is just closing must not keep the others from theirs
                self.complain(error)

    def _look(self, chats: Collection[str]) -> tuple[Sequence[Outgoing], Mapping[str, Speaker]]:
        """What waits and who speaks; now and then the chats are also marked as open in a browser."""
        if self._clock() - self._seen >= _SEEN_EVERY_S:
            self._seen = self._clock()
            self._told = {key: None for key, speaker in self._told.items() if speaker is None}  # who is there is told again
            self._post.seen(chats)
        return self._post.waiting(chats), self._post.speaking(chats)

    async def _carry(self, page: Page, waiting: Sequence[Outgoing]) -> None:
        for sent in waiting:
            last = self._sent.get((page.key, sent.reply.id))
            if last is None or self._clock() - last.at >= _AGAIN_S:
                attempt = last.attempt + 1 if last else 1
                self._sent[page.key, sent.reply.id] = _Sent(self._clock(), attempt)
                await page.draw(sent, attempt)

    async def _introduce(self, page: Page, speaker: Speaker | None) -> None:
        """Tell a page who is there: when it opens, when that changes, and now and then."""
        if speaker is not None and speaker.patient_id != page.patient:
            speaker = None
        if page.key in self._told and self._told[page.key] == speaker:
            return
        self._told[page.key] = speaker
        if speaker is not None:
            self._quiet(page.chat)
        await page.tell(speaker)

    def _forget(self, open_now: Collection[str]) -> None:
        """Drop what was noted of pages that are gone."""
        self._sent = {key: sent for key, sent in self._sent.items() if key[0] in open_now}
        self._told = {key: told for key, told in self._told.items() if key in open_now}
