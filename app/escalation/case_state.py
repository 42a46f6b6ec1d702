"""What may happen to a case: steps from one standing to the next. Pure; the records keep it and the desk draws it.

Two laws hold whatever the order of the steps (`tests/app/test_case_state.py`): waiting runs from the patient's message and
ends only when a person acted for them, and no step but the closing lowers a level or takes a case off the desk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from app.errors import NotAllowedError, TakenError
from guardrails.level import Level, worst

Verdict = Literal["true_emergency", "less_urgent", "false_alarm", "missed_earlier", "test"]
FalseAlarm = Literal["misread_word", "negated", "past", "someone_else", "figurative", "long_standing", "information_only", "other"]
Outcome = Literal["reached", "emergency_services", "sent_to_care", "not_reached", "no_contact_left", "no_action_needed"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
FALSE_ALARMS: tuple[FalseAlarm, ...] = get_args(FalseAlarm)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Targets = Mapping[Level, timedelta]
"""How long a patient may wait for a person, by level."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands. `waiting_since` is the oldest message that no person has acted upon (None where one has)."""

    level: Level
    waiting_since: datetime | None
    owner: str = ""
    """Id of the member of the care team who has it; empty in the queue."""
    paused_until: datetime | None = None
    """Until when a claim holds the alarms."""
    live_in: str = ""
    """The chat in which a person speaks and the assistant is quiet; empty where the assistant answers."""
    closed: bool = False

    def due(self, targets: Targets) -> datetime | None:
        """When a person should have acted; None where nobody waits."""
        return None if self.closed or self.waiting_since is None else self.waiting_since + targets[self.level]


@dataclass(frozen=True, slots=True)
class Closing:
    """What the care team found when it closed a case. `why` belongs to a false alarm alone; ValueError where it is missing."""

    verdict: Verdict
    outcome: Outcome
    why: FalseAlarm | None = None
    advice: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS or self.outcome not in OUTCOMES:
            raise ValueError("a case is closed with one of the verdicts and one of the outcomes")
        if (self.why is not None) != (self.verdict == "false_alarm"):
            raise ValueError("a false alarm, and nothing else, is closed with the reason for it")


# What the patient does


def found(now: Standing, level: Level, at: datetime, targets: Targets) -> Standing:
    """A new finding joins: the level never falls, the patient waits from here if they did not yet, a rise shortens a pause."""
    risen = worst([now.level, level])
    waits = replace(now, level=risen, waiting_since=now.waiting_since or at)
    return _paused(waits, at, targets, at_most=now.paused_until) if now.owner else waits


def wrote(now: Standing, chat: str, at: datetime, targets: Targets) -> Standing:
    """The patient wrote in the chat where a person speaks: they wait for that person, who has half the target."""
    if now.closed or not now.live_in or chat != now.live_in:
        return now
    waits = replace(now, waiting_since=now.waiting_since or at)
    return _paused(waits, at, targets, at_most=now.paused_until)


def left(now: Standing) -> Standing:
    """The patient asked for the assistant again; the case and its owner stay."""
    return replace(now, live_in="")


# What the care team does


def claim(now: Standing, who: str, at: datetime, targets: Targets) -> Standing:
    """`who` takes the case; the alarms pause for half the target, once: claiming again buys no time."""
    _open(now)
    if now.owner == who:
        return now
    if now.owner:
        raise TakenError("someone else has this case now")
    return _paused(replace(now, owner=who), at, targets)


def assign(now: Standing, who: str, to: str, at: datetime, targets: Targets) -> Standing:
    """The owner, or anyone where there is none, gives the case to `to`."""
    _open(now)
    if now.owner not in ("", who):
        raise TakenError("someone else has this case now; ask them to hand it over")
    return now if now.owner == to else _paused(replace(now, owner=to, live_in=""), at, targets)


def release(now: Standing, who: str) -> Standing:
    """The owner puts the case back into the queue; the assistant answers again."""
    _owned(now, who)
    return replace(now, owner="", paused_until=None, live_in="")


def join(now: Standing, who: str, chat: str) -> Standing:
    """The owner speaks in `chat` from here, and the assistant is quiet there."""
    _owned(now, who)
    return replace(now, live_in=chat)


def replied(now: Standing, who: str, chat: str) -> Standing:
    """The owner wrote to the patient: the waiting is over."""
    return replace(join(now, who, chat), waiting_since=None, paused_until=None)


def called(now: Standing, who: str) -> Standing:
    """The owner recorded a call with the patient: the waiting is over."""
    _owned(now, who)
    return replace(now, waiting_since=None, paused_until=None)


def tried(now: Standing, who: str) -> Standing:
    """The owner called and reached nobody: the patient still waits."""
    _owned(now, who)
    return now


def handed_back(now: Standing, who: str) -> Standing:
    """The assistant answers again; the owner keeps the case."""
    _owned(now, who)
    return replace(now, live_in="")


def closed(now: Standing, who: str) -> Standing:
    """The owner settles the case."""
    _owned(now, who)
    return replace(now, waiting_since=None, paused_until=None, live_in="", closed=True)


# What time does


def lapsed(now: Standing, at: datetime, *, connected: bool) -> bool:
    """Whether the owner is silent past the pause, or gone from the desk, while the patient waits."""
    if now.closed or not now.owner or now.waiting_since is None:
        return False
    return not connected or (now.paused_until is not None and at >= now.paused_until)


def returned(now: Standing) -> Standing:
    """Back into the queue, without an owner."""
    return replace(now, owner="", paused_until=None, live_in="")


def stage(now: Standing, at: datetime, targets: Targets) -> int:
    """How far the alarms should have gone: 0 none, 1 the team, 2 past the target, 3 on call, then one more each further target.

    A claim pauses them for half a target at most, also where the clock was set back meanwhile; waiting counts from the
    patient's message.
    """
    if now.closed or now.waiting_since is None:
        return 0
    if now.owner and now.paused_until is not None and at < now.paused_until <= at + targets[now.level] / 2:
        return 0
    return 1 + max(0, (at - now.waiting_since) // targets[now.level])


def _paused(now: Standing, at: datetime, targets: Targets, at_most: datetime | None = None) -> Standing:
    """The alarms wait half a target for the owner, never longer than they would have."""
    if now.waiting_since is None:
        return replace(now, paused_until=None)
    until = at + targets[now.level] / 2
    return replace(now, paused_until=min(until, at_most) if at_most else until)


def _open(now: Standing) -> None:
    if now.closed:
        raise NotAllowedError("this case is closed")


def _owned(now: Standing, who: str) -> None:
    _open(now)
    if now.owner != who:
        raise TakenError("someone else has this case now" if now.owner else "claim this case first")
