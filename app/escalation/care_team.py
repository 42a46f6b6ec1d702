"""What patients read from and about the care team: a person's own words, who came, who left, and that nobody came yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.journal import Reply
from app.records.models import new_id
from app.records.staff import StaffMember
from knowledge.words import Words


@dataclass(frozen=True, slots=True)
class Question:
    """A question with answers to tap; a tap is sent as the patient's own message, and screened like any other."""

    text: str
    choices: tuple[str, ...]


def said(member: StaffMember, text: str, question: Question | None = None) -> Reply:
    """A person's message, under their name and title as the clinic set them."""
    asked: dict[str, object] | None = {"text": question.text, "choices": list(question.choices)} if question else None
    lines: Sequence[str] = [text, *([question.text, *(f"- {choice}" for choice in question.choices)] if question else [])]
    body = {"name": member.name, "title": member.title, "words": text, "question": asked}
    return Reply(new_id(), "staff", f"{_who(member)}:\n" + "\n".join(line for line in lines if line), body)


def joined(words: Words, member: StaffMember) -> Reply:
    """A person is in the chat now, and the assistant is quiet."""
    return _notice(words.say("team_joined", who=_who(member)))


def handed_back(words: Words, member: StaffMember) -> Reply:
    """The assistant answers again."""
    return _notice(words.say("team_handed_back", who=_who(member)))


def patient_left(words: Words) -> Reply:
    """The patient asked for the assistant again."""
    return _notice(words.say("team_patient_left"))


def lapsed(words: Words) -> Reply:
    """The person who was in the chat is gone or silent: the truth, and that the team was called again."""
    return _notice(words.say("team_lapsed"))


def nobody_yet(words: Words, emergency_line: str, *, read: bool, calm: bool) -> Reply:
    """Nobody acted in time: what to do, again. `read` where someone has opened it, `calm` where no card was shown."""
    told = words.say("team_not_answered") if read else words.say("team_nobody_yet")
    return _notice(f"{told} {words.say('team_do_calm') if calm else words.say('team_do')} {emergency_line}")


def closed(words: Words) -> Reply:
    """The team has closed the case; new trouble is told again."""
    return _notice(words.say("team_closed"))


def _who(member: StaffMember) -> str:
    return f"{member.name}, {member.title}" if member.title else member.name


def _notice(text: str) -> Reply:
    return Reply(new_id(), "notice", text)
