"""What became of words that patients were quoted, which chats come first, and the note that a patient is left. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app import render
from app.errors import NotAllowedError
from app.journal import Reply
from app.records.models import new_id
from guardrails.language import language_of
from guardrails.level import SEVERITY, Level
from knowledge.article import Article
from knowledge.passages import Span, audience_of
from knowledge.words import Words

Became = Literal["withdrawn", "changed", "same"]
"""Of quoted words: their article is no longer served; they no longer stand in it as they stood; they still do."""
State = Literal["untouched", "looked_at", "told"]
LONGEST_REASON = 500
"""Code points of what an editor adds to the note."""


@dataclass(frozen=True, slots=True)
class Cited:
    """Words of a revision that somebody was quoted, and what became of them. The words are the article's, no patient's."""

    heading: str
    quote: str
    became: Became


@dataclass(frozen=True, slots=True)
class RecallChat:
    """One conversation that cited a recalled revision: no words of the patient."""

    id: str
    level: Level
    """The gravest level of the turns whose answers cited it."""
    newest: datetime
    cited: tuple[Cited, ...]
    state: State
    by: str
    """Name of who looked at it or told the patient; empty where nobody has."""
    at: datetime | None
    delivered: bool
    """Whether a page of the patient has shown the note."""
    deleted: bool
    """Whether the patient took it away: nobody is told there, and nobody opens it."""
    demo: bool

    @property
    def touched(self) -> bool:
        """Whether something that they were quoted is no longer so."""
        return any(cited.became != "same" for cited in self.cited)


def became(old: Article, new: Article | None, span: Span) -> Became:
    """What became of `span` (of the old body): the same only where its words stand under the same heading, for the same people."""
    if new is None:
        return "withdrawn"
    section = old.section_at(span.start)
    quote = _plain(old.body[span.start : span.end])
    stands = (
        _stands(quote, _plain(new.body[other.start : other.end])) and set(audience_of(new, other.kind)) >= set(audience_of(old, other.kind))
        for other in new.sections
        if other.heading == section.heading
    )
    return "same" if any(stands) else "changed"


def cited(old: Article, new: Article | None, spans: Iterable[Span]) -> tuple[Cited, ...]:
    """What somebody was quoted, once each: first what is no longer so."""
    made = dict.fromkeys(
        Cited(old.section_at(span.start).heading, old.body[span.start : span.end], became(old, new, span)) for span in spans
    )
    return tuple(sorted(made, key=lambda each: each.became == "same"))


def _stands(quote: str, text: str) -> bool:
    """Whether the words stand there as sentences or items of their own: within a longer one they may mean the opposite."""
    return re.search(rf"(?:^(?:- )?| - |[.!?][\"'’”)]* ){re.escape(quote.removeprefix('- '))}(?= |$)", text) is not None


def _plain(text: str) -> str:
    """Words alone: line breaks are no correction."""
    return " ".join(text.split())


def worst_first(chats: Iterable[RecallChat]) -> tuple[RecallChat, ...]:
    """Those who were quoted what is no longer so, then the gravest, then the newest."""
    return tuple(sorted(chats, key=lambda chat: (not chat.touched, -SEVERITY[chat.level], -chat.newest.timestamp(), chat.id)))


@dataclass(frozen=True, slots=True)
class Note:
    """What patients are left about one article, in the language of each: set words, and the editor's own beside them, where written."""

    title: str
    slug: str
    withdrawn: bool
    words: Mapping[str, Words] = field(repr=False)
    language: str
    """The clinic's own."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """The editor's words by language; a patient is never told them in another."""

    def __post_init__(self) -> None:
        if any(len(reason) > LONGEST_REASON for reason in self.reasons.values()):
            raise ValueError(f"what you add to the note must not be longer than {LONGEST_REASON} characters")

    def reply(self, messages: Sequence[str]) -> Reply:
        """The note for the patient who wrote `messages`, with the way to the page and to a person."""
        told = language_of(messages, self.language)
        words = self.words[told if told in self.words else self.language]
        said = words.say("recall_withdrawn", title=self.title) if self.withdrawn else words.say("recall_corrected", title=self.title)
        lines = [said, self.reasons.get(words.language, "").strip(), words.say("recall_what_to_do")]
        text = " ".join(line for line in lines if line)
        body = {**render.offer_body(words), "words": text}
        if not self.withdrawn:
            body |= {"library_label": words.say("recall_read"), "library_page": f"/library/{self.slug}"}
        return Reply(new_id(), "notice", text, body)


def may_tell(*, closed: bool, told: bool, deleted: bool, crisis: bool) -> None:
    """May a note be left in a chat? Once, while the recall is open; somebody in a crisis is told by a person (rule of care 2)."""
    for refused, why in (
        (closed, "this recall is closed"),
        (told, "this patient has been told already"),
        (deleted, "the patient has deleted this chat"),
        (crisis, "this patient is in a crisis; a person of the care team must tell them"),
    ):
        if refused:
            raise NotAllowedError(why)
