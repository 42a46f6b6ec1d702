"""One question asked as a patient would ask it, and everything that came back, recording nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.answering import Parts
from app.conversation import Conversation, Finished, Grown, Screened, Shown
from app.journal import Forgetful, Reply
from guardrails.level import Level, Profile
from knowledge.citation import Citation, Statement

_CARDS = ("care_card", "banner")
_CHAT = "rehearsal"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a patient gets for one message; `ms` holds milliseconds by stage."""

    level: Level
    replies: tuple[Reply, ...]
    """Everything shown, in order, each as it became."""
    ms: dict[str, float]

    @property
    def card(self) -> Reply | None:
        """The care card or the banner, where there is one."""
        return next((reply for reply in self.replies if reply.kind in _CARDS), None)

    @property
    def answer(self) -> Reply | None:
        """What was said beside the card; None where the card is all there is to say."""
        return next((reply for reply in self.replies if reply.kind not in _CARDS), None)

    @property
    def kind(self) -> str:
        """What was said, as `carelight ask` names it: "answer", "not_covered", "refused" and so on, "care_card" where that was all."""
        if self.answer is None:
            return "care_card"
        return "not_covered" if self.answer.kind in ("notice", "welcome") else self.answer.kind

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of the answer."""
        return self.answer.statements if self.answer else ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation, in order."""
        return tuple(citation for statement in self.statements for citation in statement.citations)

    @property
    def text(self) -> str:
        """Everything in plain lines."""
        return "\n\n".join(reply.text for reply in self.replies)


def ask(parts: Parts, messages: Sequence[str], profile: Profile) -> Answered:
    """The whole reply to the last of `messages` (oldest first, at least one), by the same path as the chat."""
    *earlier, last = messages
    forgetful = Forgetful(tuple(earlier), profile)
    return answered(Conversation(parts, forgetful, forgetful), last)


def answered(conversation: Conversation, text: str) -> Answered:
    """What a conversation that nobody records replies to `text`."""
    replies: dict[str, Reply] = {}
    level: Level = "routine"
    ms: dict[str, float] = {}
    for event in conversation.reply("", _CHAT, text):
        if isinstance(event, Shown | Grown):
            replies[event.reply.id] = event.reply  # of one that grows, what it became
        elif isinstance(event, Screened):
            level = event.level
        elif isinstance(event, Finished):
            ms = event.ms
    return Answered(level, tuple(replies.values()), ms)
