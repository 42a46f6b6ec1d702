"""How a working copy ends: handed in for review, or thrown away after a second look."""

from collections.abc import Awaitable, Callable

from app.content import publishing
from app.desk import live, pieces
from app.desk.frame import Visit
from app.editor.dialogs import Ask
from app.editor.look import Look
from app.editor.working_copy import WorkingCopy

Ready = Callable[[], Awaitable[Look | None]]
_HANDED_IN = "A clinical reviewer who did not write in it reads it next. It becomes a revision, and can no longer be changed."
_LOST = "Everything written in it since it was begun is lost, whoever wrote it. Revisions that were handed in stay."


class WaysOut:
    """Two buttons with their dialogs. `ready` saves everything and looks at it, or says why it cannot be handed in yet."""

    def __init__(self, visit: Visit, copy: WorkingCopy, ready: Ready) -> None:
        self._app, self._who, self._copy, self._ready = visit.app, visit.member.id, copy, ready
        self._slug = copy.known.slug
        pieces.button("Throw away", self._ask_discard)
        pieces.button("Hand in for review", self._ask_hand_in, main=True)
        self._hand_in = Ask("Hand in for review", "Hand it in", self._handed_in, "Note to the reviewer: what you changed, and why")
        self._discard = Ask("Throw this working copy away", "Throw it away", self._discarded)

    async def _ask_hand_in(self) -> None:
        look = await self._ready()
        if look is None:
            return
        if look.errors:
            count = f"{len(look.errors)} errors. The first" if len(look.errors) > 1 else "an error"
            live.notice(f"It has {count}: {look.errors[0].message}")
            return
        self._hand_in.open(_HANDED_IN)

    async def _handed_in(self, note: str) -> bool:
        seen = self._copy.known.version
        done = await live.attempt(lambda: publishing.submit(self._app, self._slug, seen, self._who, note))
        if done:
            live.go(f"/desk/editor/review/{self._slug}")
        return done

    async def _ask_discard(self) -> None:
        self._discard.open(_LOST)

    async def _discarded(self, _text: str) -> bool:
        def discard() -> None:
            self._copy.look()
            self._app.drafts.discard(self._slug, self._copy.known.version, self._who)

        done = await live.attempt(discard)
        if done:
            self._copy.text = self._copy.agreed  # nothing is left to save when the page is left
            live.go("/desk/editor")
        return done
