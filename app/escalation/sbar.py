"""A case told the way a colleague tells it: situation, background, assessment by the system, recommendation. Pure.

Every line comes from what the patient wrote, tapped or was shown, and names the messages it rests on; what nobody told is
called "not told". Nothing is concluded here: the system's own view stands under its own heading, as its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.desk_words import TAPS, did_not_count, rough
from app.escalation.sbar_lists import Line, denies, has, mentions, not_asked, stated_ages
from guardrails.level import Finding, Level, Pathway, Profile
from guardrails.person import about
from guardrails.red_flags import RedFlagRules

_SHORT = 160
NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Fired:
    """A finding of the case; `told` is its stored explanation. `here` is false where it came from another chat of the patient."""

    finding: Finding
    disputed: bool
    told: Mapping[str, Any]
    here: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule's question as the patient read it, after message `turn`; `answer` is the choice they tapped, or empty."""

    key: str
    text: str
    answer: str
    choice: str
    turn: int | None


@dataclass(frozen=True, slots=True)
class Advice:
    """A care card as it was shown after message `turn`: what to do, and whom to contact."""

    lead: str
    contacts: tuple[str, ...]
    turn: int | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier case of the same patient."""

    opened: datetime
    level: Level
    verdict: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a case, for one of its chats: `turns` are the patient's messages there, oldest first."""

    level: Level
    opened: datetime
    waiting_since: datetime | None
    connected: bool
    turns: tuple[str, ...]
    profile: Profile
    about_other: bool
    fired: tuple[Fired, ...]
    asked: tuple[Asked, ...]
    taps: tuple[str, ...]
    advice: tuple[Advice, ...]
    earlier: tuple[Earlier, ...]
    reach_left: bool
    procedures: Mapping[Pathway, str]
    rules: str
    rules_signed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sbar:
    """The summary; every line with the messages it rests on."""

    situation: tuple[Line, ...]
    background: tuple[Line, ...]
    assessment: tuple[Line, ...]
    recommendation: tuple[Line, ...]
    has: tuple[Line, ...]
    denies: tuple[Line, ...]
    not_asked: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line."""
        parts = (self.situation, self.background, self.assessment, self.recommendation, self.has, self.denies, self.not_asked)
        return tuple(line for part in parts for line in part)


def summarise(story: Story, rules: RedFlagRules, target: timedelta, at: datetime) -> Sbar:
    """The summary of a case as it stands at `at`."""
    reads = [rules.read(turn) for turn in story.turns]
    fired = [fired.finding for fired in story.fired if fired.here]
    answers = {asked.key: asked.choice for asked in story.asked if asked.choice}
    pending = rules.ask(story.turns, story.profile, answers).questions if story.turns else ()
    put = {asked.key: asked.text for asked in story.asked}
    return Sbar(
        situation=tuple(_situation(story, target, at)),
        background=(
            *_profile(story),
            *mentions(reads, "conditions", "Condition"),
            *mentions(reads, "medicines", "Medicine"),
            *_earlier(story),
        ),
        assessment=tuple(_assessment(story)),
        recommendation=tuple(_recommendation(story, target, at)),
        has=has(reads, fired, [_answered(asked) for asked in story.asked if asked.answer]),
        denies=denies(reads),
        not_asked=(
            *(Line(f"Asked, no answer: {asked.text}", _turn(asked.turn)) for asked in story.asked if not asked.answer),
            *(Line(question.text["en"]) for question in pending if question.key not in put),
            *not_asked(reads, [rule for finding in fired if (rule := rules.rules.rule(finding.rule))], story.profile),
        ),
    )


# Situation


def _situation(story: Story, target: timedelta, at: datetime) -> Iterator[Line]:
    yield from _who(story)
    yield Line(f"{story.level.capitalize()}, opened {rough(at - story.opened)} ago")
    for fired in story.fired:
        yield Line(f"{fired.finding.reason}{_elsewhere(fired)}", _rests_on(story, fired))
    if story.waiting_since is None:
        yield Line("A person of the team has acted on their messages")
    else:
        waited = at - story.waiting_since
        late = ", past it" if waited > target else ""
        yield Line(f"Waiting for a person for {rough(waited)} (target {rough(target)}{late})")
    yield Line("Has the chat open now" if story.connected else "Does not have the chat open now")


def _who(story: Story) -> Iterator[Line]:
    """Whom it is about. A profile belongs to the account's own person (rule of care 10)."""
    others = tuple(number for number, turn in enumerate(story.turns) if about(turn) == "other")
    ages = stated_ages(story.turns)
    if story.about_other:
        yield Line("About someone else (a chat opened for another person)")
    else:
        yield Line(f"Age and sex: {_age_and_sex(story.profile)}")
        if others:
            yield Line("Speaks of someone else; the age and sex above are the writer's own, if told", others)
    yield from ages


def _age_and_sex(profile: Profile) -> str:
    years = None if profile.age_months is None else profile.age_months // 12
    age = "" if years is None else f"{profile.age_months} months" if years < 2 else f"{years} years"
    return ", ".join(part for part in (age, profile.sex or "") if part) or NOT_TOLD


# Background


def _profile(story: Story) -> Iterator[Line]:
    if story.about_other:
        yield Line(f"Profile of the other person: {NOT_TOLD}")
        return
    pregnant = {None: NOT_TOLD, True: "yes", False: "no"}[story.profile.pregnant]
    yield Line(f"Pregnant: {pregnant}. Country: {story.profile.region or NOT_TOLD}")


def _earlier(story: Story) -> Iterator[Line]:
    for earlier in story.earlier:
        verdict = earlier.verdict.replace("_", " ") or "no verdict"
        yield Line(f"Earlier case of {earlier.opened:%d %b %Y}: {earlier.level}, closed as {verdict}")
    if not story.earlier:
        yield Line("No earlier case")


# Assessment


def _assessment(story: Story) -> Iterator[Line]:
    yield Line("What follows is the system's own view; no clinician has made it")
    for fired in story.fired:
        finding = fired.finding
        by = "a rule" if finding.by == "rule" else f"the {finding.by}"
        disputed = "; the patient says this is not right" if fired.disputed else ""
        text = f"{finding.level.capitalize()}: {finding.rule}, version {finding.version}, found by {by}{disputed}{_elsewhere(fired)}"
        yield Line(text, _rests_on(story, fired))
    yield from _scores(story)
    yield from _set_aside(story)
    signed = f"signed by {', '.join(story.rules_signed_by)}" if story.rules_signed_by else "signed by nobody"
    yield Line(f"Rule set {story.rules[:12]}, {signed}" if story.rules else "Rule set: not recorded")


def _scores(story: Story) -> Iterator[Line]:
    """The classifier's view, once for all findings of one message."""
    told = (", ".join(f"{level} {share:.0%}" for level, share in fired.told.get("scores", {}).items()) for fired in story.fired)
    for scores in dict.fromkeys(filter(None, told)):
        yield Line(f"Classifier: {scores}")


def _set_aside(story: Story) -> Iterator[Line]:
    """Words that did not count, with the cue that reached them, as stored when it fired."""
    for words, line in did_not_count(fired.told for fired in story.fired):
        yield Line(line, tuple(number for number, turn in enumerate(story.turns) if words in turn))


# Recommendation


def _recommendation(story: Story, target: timedelta, at: datetime) -> Iterator[Line]:
    for advice in story.advice[-1:]:
        contacts = f" ({'; '.join(advice.contacts)})" if advice.contacts else ""
        yield Line(f"The patient was shown: {advice.lead}{contacts}", _turn(advice.turn))
    if not story.advice:
        yield Line("The patient was shown no card")
    taps = [f"“{TAPS.get(tap, tap)}”" for tap in story.taps]
    yield Line(f"Tapped: {', '.join(taps)}" if taps else "Tapped nothing on the card")
    if story.waiting_since is not None:
        due = story.waiting_since + target
        yield Line(f"A person should act within {rough(due - at)}" if due > at else f"A person should have acted {rough(at - due)} ago")
    for pathway in dict.fromkeys(fired.finding.pathway for fired in story.fired):
        name = pathway.replace("_", " ")
        first = next(iter(story.procedures.get(pathway, "").strip().splitlines()), "")[:_SHORT]
        yield Line(f"The clinic's procedure ({name}): {first}" if first else f"The clinic has written no procedure for {name}")
    yield Line("Left a way to be reached; it stands on the case" if story.reach_left else "Has left no way to be reached")


# Turns


def _answered(asked: Asked) -> Line:
    return Line(f"{asked.text} {asked.answer}", _turn(asked.turn))


def _turn(number: int | None) -> tuple[int, ...]:
    return () if number is None else (number,)


def _elsewhere(fired: Fired) -> str:
    return "" if fired.here else " (in another chat of theirs)"


def _rests_on(story: Story, fired: Fired) -> Sequence[int]:
    """The messages of this chat that a finding rests on."""
    if not fired.here:
        return ()
    return tuple(sorted({item.turn for item in fired.finding.evidence if 0 <= item.turn < len(story.turns)}))
