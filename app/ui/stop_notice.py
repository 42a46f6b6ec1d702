"""Tells the pages that are open at this process that the assistant is stopped, or that it answers again."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Protocol

from app.ui.looks import Looks

log = logging.getLogger("carelight.chat")


class Page(Protocol):
    """A chat that is open in a browser now."""

    @property
    def key(self) -> str: ...

    async def stopped(self, text: str) -> None:
        """Show the words above the chat; none take them away."""
        ...


class StopNotice(Looks):
    """One task a process. `text` is what pages show now, read on `lane`; empty where the assistant answers."""

    def __init__(self, text: Callable[[], str], pages: Callable[[], Sequence[Page]], lane: Executor) -> None:
        super().__init__(log, "pages could not be told of the stop switch")
        self._text, self._pages, self._lane = text, pages, lane
        self._told: dict[str, str] = {}

    async def once(self) -> None:
        """Look once, and tell whoever was told something else."""
        pages = self._pages()
        self._told = {page.key: self._told.get(page.key, "") for page in pages}
        if not pages:
            return
        text = await asyncio.get_running_loop().run_in_executor(self._lane, self._text)
        for page in pages:
            if self._told[page.key] != text:
                await page.stopped(text)
                self._told[page.key] = text
