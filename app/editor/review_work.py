"""Steps on one article by whoever is signed in at its review page; the records decide whether they may be taken."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from app.content import publishing
from app.desk import live
from app.desk.frame import Visit
from app.editor.gate_runs import GateRuns


class ReviewWork:
    """`changed` looks again at once."""

    def __init__(self, visit: Visit, slug: str, runs: GateRuns, changed: Callable[[], Awaitable[None]]) -> None:
        self.visit, self.slug, self.runs, self._changed = visit, slug, runs, changed

    async def sign(self, sha256: str) -> bool:
        """Approve the bytes that were drawn."""
        app, who = self.visit.app, self.visit.member.id
        return await self._take(lambda: app.submissions.sign(self.slug, sha256, who), "You have approved it.")

    async def ask_changes(self, reason: str) -> bool:
        """Send it back."""
        app, who = self.visit.app, self.visit.member.id
        return await self._out(lambda: app.submissions.ask_changes(self.slug, who, reason), "It is back with its writers.")

    async def take_back(self) -> bool:
        """Take one's own out of review."""
        app, who = self.visit.app, self.visit.member.id
        return await self._out(lambda: app.submissions.take_back(self.slug, who), "It is a working copy again.")

    async def comment(self, number: int, span: tuple[int, int], text: str) -> bool:
        """Say something of a passage, or of the whole."""
        app, who = self.visit.app, self.visit.member.id
        return await self._take(lambda: app.submissions.comment(self.slug, number, span, text, who))

    async def resolve(self, comment_id: int) -> bool:
        """A comment is settled."""
        app, who = self.visit.app, self.visit.member.id
        return await self._take(lambda: app.submissions.resolve(comment_id, who))

    async def check(self, number: int) -> None:
        """Work out what publishing a revision would change; the page shows how far that is."""
        self.runs.begin(self.slug, number)
        await self._changed()

    async def acknowledge(self, gate_id: int) -> bool:
        """Let the changes pass by name."""
        app, who = self.visit.app, self.visit.member.id
        return await self._take(lambda: app.publishing.acknowledge(gate_id, who), "You have let these changes pass.")

    async def publish(self) -> bool:
        """Patients get it from the next question on."""
        app, who = self.visit.app, self.visit.member.id
        return await self._take(lambda: app.publishing.publish(self.slug, who), "Published: patients get it from now on.")

    async def plan(self, at: datetime | None) -> bool:
        """Publish it at a time, or no longer."""
        app, who = self.visit.app, self.visit.member.id
        said = "It is planned." if at else "It is no longer planned."
        return await self._take(lambda: app.publishing.plan(self.slug, who, at), said)

    async def withdraw(self, reason: str) -> bool:
        """Take the article out of answers."""
        app, who = self.visit.app, self.visit.member.id
        return await self._take(lambda: publishing.withdraw(app, self.slug, who, reason), "Withdrawn: no answer uses it from now on.")

    async def serve_again(self, number: int, reason: str) -> bool:
        """Give patients a revision again that was passed before."""
        app, who = self.visit.app, self.visit.member.id
        said = f"Patients get revision {number} from now on."
        return await self._take(lambda: app.publishing.serve_again(self.slug, number, who, reason), said)

    async def hand_in(self, number: int, note: str) -> bool:
        """Hand in a stored revision as it stands."""
        app, who = self.visit.app, self.visit.member.id
        return await self._take(lambda: app.submissions.hand_in(self.slug, number, who, note), "It is in review.")

    async def _out(self, step: Callable[[], object], said: str) -> bool:
        """A step that takes the revision out of review: what it would change is not worked out to the end."""
        done = await self._take(step, said)
        if done:
            self.runs.end(self.slug)
        return done

    async def _take(self, step: Callable[[], object], said: str = "") -> bool:
        done = await live.attempt(step)
        if done and said:
            live.notice(said, good=True)
        await self._changed()
        return done
