"""What a conversation remembers: the port that the turn writes to, and one for the command line that keeps nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from app.drafting import ModelUse
from guardrails.explain import Explanation
from guardrails.level import Finding, Level, Profile
from knowledge.citation import Statement

ReplyKind = Literal[
    "answer",
    "care_card",
    "not_covered",
    "refused",
    "referred",
    "clarify",
    "smalltalk",
    "banner",
    "notice",
    "welcome",
    "question",
    "staff",
]
"""What a reply is; `staff` are the words of a person of the care team."""
Tap = Literal["help_coming", "with_clinician", "someone_else", "not_right"]


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A conversation as it stands when a turn begins. `turns` are the patient's messages, the newest last."""

    conversation_id: str
    patient_id: str
    turn_id: str
    turns: tuple[str, ...]
    profile: Profile
    settled_through: int
    known: Mapping[str, Level]
    """Rules whose finding is open already, with the level that its card showed."""
    carried: tuple[Finding, ...]
    """Open findings of the patient, in this chat and others: they stand until a person settles them, whether or not the
    screen would find them again (an answer was changed, a rule was mended)."""
    released: bool
    """Whether the patient has tapped that help is on the way (or the like) since the newest finding."""
    asked: frozenset[str] = frozenset()
    """Keys of the questions that this chat has been asked."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What the patient answered, by question key."""
    held_back: bool = False
    """Whether the answer to the newest message waits for an answer to a question."""
    with_person: bool = False
    """Whether a person speaks in this chat and now knows that the patient wrote: the assistant is quiet, the screen is not."""
    written: datetime | None = None
    """When the patient wrote the newest message; None where it stands in no records."""
    gone: bool = False
    """Whether the chat is deleted, or somebody else's: the words are screened, and nothing is written or read there."""
    withheld: str = ""
    """Key of the set words that are said in place of an answer: the patient has not agreed to be answered yet."""
    paused: bool = False
    """Whether the patient paused remembering: what is neither an emergency nor a crisis reaches nobody."""

    @classmethod
    def unrecorded(
        cls, conversation_id: str, patient_id: str, turns: tuple[str, ...], profile: Profile | None = None, *, gone: bool = False
    ) -> "OpenTurn":
        """A turn that stands in no records, and of whose chat and patient nothing is known from them."""
        return cls(conversation_id, patient_id, "", turns, profile or Profile(), -1, {}, (), released=False, gone=gone)


@dataclass(slots=True)
class Visit:
    """How a message came in. `withheld` may be set while it waits: no place for its answer was free in time."""

    source: str = ""
    """The network address that it came from; never stored."""
    withheld: str = ""
    """Key of the set words that are said in place of a search and its answer; empty where it is answered."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to show; `body` is what the page draws, `text` the same in plain lines."""

    id: str
    kind: ReplyKind
    text: str
    body: dict[str, Any] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()


class Journal(Protocol):
    """Stores turns and replies; every method may raise RecordsError."""

    def receive(self, patient_id: str, conversation_id: str, text: str) -> OpenTurn:
        """Store the patient's message and open its turn."""
        ...

    def record(self, turn: OpenTurn, reply: Reply) -> None:
        """Store a reply with its citations before it is shown."""
        ...

    def grow(self, turn: OpenTurn, reply: Reply) -> None:
        """Store what a recorded reply has become, with the citations of its new statements, before that is shown."""
        ...

    def used_model(self, turn: OpenTurn, use: ModelUse) -> None:
        """Keep what a model took for this turn: ids and numbers, never words."""
        ...

    def close(self, turn: OpenTurn, state: Literal["done", "cancelled"], level: str) -> None:
        """Mark the turn as ended."""
        ...

    def ask(self, turn: OpenTurn, reply: Reply, keys: Sequence[str], *, held_back: bool) -> None:
        """Store a reply that asks, and the questions it puts."""
        ...

    def answered(self, patient_id: str, conversation_id: str, answers: Mapping[str, str] | None) -> OpenTurn | None:
        """Store answers to questions that were asked (None: every open one is left unanswered); the conversation as it
        stands then, or None where nothing changed. PermissionError where the chat is another patient's."""
        ...


class Escalations(Protocol):
    """Stores cases; the spool takes over where the database fails, so this never raises."""

    def escalate(self, turn: OpenTurn, findings: Sequence[Finding], source: str = "") -> bool:
        """Store the patient's one open case with `findings`; False where it could be stored nowhere. `source` is the address
        that the message came from, where it is known."""
        ...

    def explain(self, turn: OpenTurn, explanations: Mapping[str, Explanation]) -> None:
        """Keep with the case why each rule fired."""
        ...


class Forgetful:
    """A journal and case list that keep nothing, for the batch verbs: the same turn, without recording a patient."""

    def __init__(self, earlier: Sequence[str], profile: Profile) -> None:
        self._earlier, self._profile = tuple(earlier), profile

    def receive(self, patient_id: str, conversation_id: str, text: str) -> OpenTurn:
        turns = (*self._earlier, text)
        return OpenTurn.unrecorded(conversation_id, patient_id, turns, self._profile)

    def record(self, turn: OpenTurn, reply: Reply) -> None:
        """Nothing is kept."""

    def grow(self, turn: OpenTurn, reply: Reply) -> None:
        """Nothing is kept."""

    def used_model(self, turn: OpenTurn, use: ModelUse) -> None:
        """Nothing is kept."""

    def close(self, turn: OpenTurn, state: Literal["done", "cancelled"], level: str) -> None:
        """Nothing is kept."""

    def ask(self, turn: OpenTurn, reply: Reply, keys: Sequence[str], *, held_back: bool) -> None:
        """Nothing is kept."""

    def answered(self, patient_id: str, conversation_id: str, answers: Mapping[str, str] | None) -> OpenTurn | None:
        """Nothing was asked."""
        return None

    def escalate(self, turn: OpenTurn, findings: Sequence[Finding], source: str = "") -> bool:
        """Nothing is kept; the command line has no patient to answer for."""
        return True

    def explain(self, turn: OpenTurn, explanations: Mapping[str, Explanation]) -> None:
        """Nothing is kept."""
