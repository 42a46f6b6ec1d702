"""Steps on one case by whoever is signed in at its page: claim, write, call, hand back, give away, close."""

from collections.abc import Awaitable, Callable

from app.care import transcript
from app.desk import live
from app.desk.frame import Visit
from app.escalation import care_team
from app.escalation.care_team import Question
from app.escalation.case_state import Closing
from app.records.case_files import CaseFile
from app.records.case_work import CaseWork
from guardrails.language import COVERED, language_of
from knowledge.words import Words


class Work:
    """`file` is the case as the page last saw it; `changed` looks again at once."""

    def __init__(self, visit: Visit, file: CaseFile, changed: Callable[[], Awaitable[None]]) -> None:
        self.visit, self.file, self.changed = visit, file, changed

    @property
    def who(self) -> str:
        """Id of the member of staff at this page."""
        return self.visit.member.id

    @property
    def mine(self) -> bool:
        """Whether they have this case."""
        return self.file.standing.owner == self.who

    async def claim(self) -> None:
        """Take the case."""
        await self._take(lambda work: work.claim(self.file.id, self.who))

    async def join(self) -> None:
        """Speak in the chat that is shown; the patient is told who is there."""
        await self._take(self._join)

    async def send(self, text: str, question: Question | None) -> bool:
        """Write to the patient; who has no owner's right yet claims, and who is not in the chat yet joins."""
        reply = care_team.said(self.visit.member, text, question)

        def step(work: CaseWork) -> None:
            if not self.file.standing.owner:
                work.claim(self.file.id, self.who)
            if self.file.standing.live_in != self.file.chat:
                self._join(work)
            work.reply(self.file.id, self.who, self.file.chat, reply)

        return await self._take(step)

    async def hand_back(self) -> None:
        """The assistant answers again."""
        await self._take(lambda work: work.hand_back(self.file.id, self.who, care_team.handed_back(self._words(), self.visit.member)))

    async def release(self) -> None:
        """Back into the queue."""
        told = care_team.handed_back(self._words(), self.visit.member) if self.file.standing.live_in else None
        await self._take(lambda work: work.release(self.file.id, self.who, told))

    async def assign(self, to: str) -> None:
        """Give the case to a colleague."""
        await self._take(lambda work: work.assign(self.file.id, self.who, to))

    async def called(self, *, reached: bool) -> None:
        """Record a call."""
        if await self._take(lambda work: work.called(self.file.id, self.who, reached=reached)):
            live.notice("The call is recorded." if reached else "The try is recorded; the patient still waits.", good=True)

    async def close(self, closing: Closing) -> bool:
        """Settle the case."""
        return await self._take(lambda work: work.close(self.file.id, self.who, closing, care_team.closed(self._words())))

    def _join(self, work: CaseWork) -> None:
        work.join(self.file.id, self.who, self.file.chat, care_team.joined(self._words(), self.visit.member))

    def _words(self) -> Words:
        """Set words in the patient's language, as far as we have it."""
        default = self.visit.app.settings.language
        language = language_of(transcript.words_of(self.file.lines), default)
        return self.visit.app.parts.words[language if language in COVERED else default]

    async def _take(self, step: Callable[[CaseWork], None]) -> bool:
        app, case_id = self.visit.app, self.file.id
        done = await live.attempt(lambda: step(app.case_work), lambda: live.who_has(app, case_id))
        await self.changed()
        return done
