"""A case's steps as a table, and the laws that hold whatever their order: nobody who waits is forgotten, nothing falls by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import NotAllowedError, TakenError
from app.escalation import case_state
from app.escalation.case_state import Closing, Standing
from app.records.case_rows import TARGETS
from guardrails.level import SEVERITY, Level

T0 = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HALF = timedelta(minutes=15)
OPEN = Standing("urgent", T0)
NORAS = replace(OPEN, owner="nora", paused_until=T0 + HALF)
LIVE = replace(NORAS, waiting_since=None, paused_until=None, live_in="c1")
CLOSED = replace(LIVE, live_in="", closed=True)


def at(minutes: float) -> datetime:
    """So many minutes after the patient's message."""
    return T0 + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("was", "step", "becomes"),
    [
        (OPEN, lambda s: case_state.claim(s, "nora", T0, TARGETS), NORAS),
        (NORAS, lambda s: case_state.claim(s, "nora", at(10), TARGETS), NORAS),
        (LIVE, lambda s: case_state.claim(s, "nora", at(10), TARGETS), LIVE),
        (OPEN, lambda s: case_state.assign(s, "nora", "omar", T0, TARGETS), replace(NORAS, owner="omar")),
        (NORAS, lambda s: case_state.assign(s, "nora", "nora", at(9), TARGETS), NORAS),
        (NORAS, lambda s: case_state.release(s, "nora"), OPEN),
        (NORAS, lambda s: case_state.join(s, "nora", "c1"), replace(NORAS, live_in="c1")),
        (NORAS, lambda s: case_state.replied(s, "nora", "c1"), LIVE),
        (NORAS, lambda s: case_state.called(s, "nora"), replace(LIVE, live_in="")),
        (NORAS, lambda s: case_state.tried(s, "nora"), NORAS),
        (LIVE, lambda s: case_state.handed_back(s, "nora"), replace(LIVE, live_in="")),
        (LIVE, case_state.left, replace(LIVE, live_in="")),
        (LIVE, lambda s: case_state.wrote(s, "c1", T0, TARGETS), replace(NORAS, live_in="c1")),
        (LIVE, lambda s: case_state.wrote(s, "c2", T0, TARGETS), LIVE),
        (CLOSED, lambda s: case_state.wrote(s, "c1", T0, TARGETS), CLOSED),
        (NORAS, lambda s: case_state.closed(s, "nora"), CLOSED),
        (NORAS, case_state.returned, OPEN),
        (OPEN, lambda s: case_state.found(s, "routine", at(5), TARGETS), OPEN),
        (OPEN, lambda s: case_state.found(s, "emergency", at(5), TARGETS), replace(OPEN, level="emergency")),
        (NORAS, lambda s: case_state.found(s, "emergency", at(5), TARGETS), replace(NORAS, level="emergency", paused_until=at(6))),
        (NORAS, lambda s: case_state.found(s, "urgent", at(5), TARGETS), NORAS),
    ],
)
def test_a_step_leads_where_the_table_says(was: Standing, step: Callable[[Standing], Standing], becomes: Standing) -> None:
    """Each row is a step of the desk or of the patient."""
    assert step(was) == becomes


_OWNERS = [
    case_state.release,
    lambda s, who: case_state.join(s, who, "c1"),
    lambda s, who: case_state.replied(s, who, "c1"),
    case_state.called,
    case_state.tried,
    case_state.handed_back,
    case_state.closed,
]


@pytest.mark.parametrize("step", _OWNERS)
def test_only_the_owner_of_an_open_case_may(step: Callable[[Standing, str], Standing]) -> None:
    """Two nurses in one chat, or a case closed under the one who works on it, would be nobody's case."""
    with pytest.raises(TakenError):
        step(NORAS, "omar")
    with pytest.raises(TakenError):
        step(OPEN, "nora")
    with pytest.raises(NotAllowedError):
        step(CLOSED, "nora")


def test_of_two_who_claim_one_is_told() -> None:
    """The second click must not take the case from the first."""
    with pytest.raises(TakenError):
        case_state.claim(NORAS, "omar", T0, TARGETS)
    with pytest.raises(TakenError):
        case_state.assign(NORAS, "omar", "omar", T0, TARGETS)


@pytest.mark.parametrize(
    ("standing", "minutes", "expected"),
    [
        (OPEN, 0, 1),
        (OPEN, 29.9, 1),
        (OPEN, 30, 2),
        (OPEN, 60, 3),
        (OPEN, 300, 11),
        (NORAS, 14.9, 0),
        (NORAS, 15, 1),
        (NORAS, 45, 2),
        (LIVE, 300, 0),
        (CLOSED, 300, 0),
    ],
)
def test_alarms_follow_the_wait(standing: Standing, minutes: float, expected: int) -> None:
    """One at once, one past the target, one at each further target; a claim pauses them and does not set them back."""
    assert case_state.stage(standing, at(minutes), TARGETS) == expected


@pytest.mark.parametrize(
    ("standing", "minutes", "connected", "expected"),
    [
        (NORAS, 14.9, True, False),
        (NORAS, 15, True, True),
        (NORAS, 1, False, True),
        (OPEN, 99, False, False),
        (LIVE, 99, False, False),
        (CLOSED, 99, False, False),
    ],
)
def test_a_silent_or_absent_owner_lapses_while_somebody_waits(standing: Standing, minutes: float, connected: bool, expected: bool) -> None:
    """An owner who has answered may go home; one who has not may not keep the case."""
    assert case_state.lapsed(standing, at(minutes), connected=connected) == expected


def test_due_is_a_target_after_the_message() -> None:
    """Not after the claim."""
    assert NORAS.due(TARGETS) == at(30)
    assert LIVE.due(TARGETS) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "false_alarm", "outcome": "reached"},
        {"verdict": "true_emergency", "outcome": "reached", "why": "negated"},
        {"verdict": "fine", "outcome": "reached"},
        {"verdict": "test", "outcome": "gone"},
    ],
)
def test_a_closing_says_what_it_must(wrong: dict[str, str]) -> None:
    """A false alarm without its reason teaches nothing."""
    with pytest.raises(ValueError, match="clos"):
        Closing(**wrong)  # type: ignore[arg-type]


# Laws


@dataclass(frozen=True)
class Move:
    """One thing that happens, so long after the one before."""

    name: str
    who: str
    level: Level
    minutes: float


_NAMES = (
    *("found", "wrote", "left", "claim", "assign", "release", "join", "replied", "called", "tried"),
    *("handed_back", "closed", "lapse", "gone"),
)
_MOVES = st.builds(
    Move,
    st.sampled_from(_NAMES),
    st.sampled_from(["nora", "omar"]),
    st.sampled_from(list(SEVERITY)),
    st.floats(0, 90, allow_nan=False),
)
ENDS_WAITING = ("replied", "called", "closed")


def _step(now: Standing, move: Move, moment: datetime) -> Standing:
    """What the move makes of a case; one that is not allowed changes nothing."""
    who = move.who
    steps: dict[str, Callable[[], Standing]] = {
        "found": lambda: case_state.found(now, move.level, moment, TARGETS) if not now.closed else now,
        "wrote": lambda: case_state.wrote(now, "c1", moment, TARGETS),
        "left": lambda: case_state.left(now),
        "claim": lambda: case_state.claim(now, who, moment, TARGETS),
        "assign": lambda: case_state.assign(now, who, "omar", moment, TARGETS),
        "release": lambda: case_state.release(now, who),
        "join": lambda: case_state.join(now, who, "c1"),
        "replied": lambda: case_state.replied(now, who, "c1"),
        "called": lambda: case_state.called(now, who),
        "tried": lambda: case_state.tried(now, who),
        "handed_back": lambda: case_state.handed_back(now, who),
        "closed": lambda: case_state.closed(now, who),
        "lapse": lambda: case_state.returned(now) if case_state.lapsed(now, moment, connected=True) else now,
        "gone": lambda: case_state.returned(now) if case_state.lapsed(now, moment, connected=False) else now,
    }
    try:
        return steps[move.name]()
    except NotAllowedError:
        return now


def _history(level: Level, moves: Sequence[Move]) -> list[tuple[Standing, Move, datetime, Standing]]:
    """Every move with the case before and after it."""
    now, moment, told = Standing(level, T0), T0, []
    for move in moves:
        moment += timedelta(minutes=move.minutes)
        becomes = _step(now, move, moment)
        told.append((now, move, moment, becomes))
        now = becomes
    return told


_HISTORIES = st.builds(_history, st.sampled_from(list(SEVERITY)), st.lists(_MOVES, max_size=25))


@given(_HISTORIES)
def test_no_sequence_lowers_a_level(history: list[tuple[Standing, Move, datetime, Standing]]) -> None:
    """Only a verdict at the closing settles, and it too leaves the level as it was."""
    assert all(SEVERITY[becomes.level] >= SEVERITY[was.level] for was, _, _, becomes in history)


@given(_HISTORIES)
def test_no_sequence_loses_a_case(history: list[tuple[Standing, Move, datetime, Standing]]) -> None:
    """It leaves the desk by the closing of its owner alone, and what is closed stays closed."""
    for was, move, _, becomes in history:
        if becomes.closed and not was.closed:
            assert (move.name, move.who) == ("closed", was.owner)
        assert becomes.closed or not was.closed


@given(_HISTORIES)
def test_waiting_ends_only_when_a_person_acted_for_the_patient(history: list[tuple[Standing, Move, datetime, Standing]]) -> None:
    """A claim, a call that reached nobody, a hand-over, the patient's own leaving: none of them is an answer."""
    for was, move, _, becomes in history:
        if was.waiting_since is not None and becomes.waiting_since is None:
            assert move.name in ENDS_WAITING


@given(_HISTORIES)
def test_waiting_runs_from_the_patients_message(history: list[tuple[Standing, Move, datetime, Standing]]) -> None:
    """It begins when they write, and no step of the team moves its beginning."""
    for was, move, moment, becomes in history:
        if becomes.waiting_since is not None and becomes.waiting_since != was.waiting_since:
            assert was.waiting_since is None
            assert move.name in ("found", "wrote")
            assert becomes.waiting_since == moment


@given(_HISTORIES)
def test_a_claim_holds_the_alarms_for_half_a_target_at_most(history: list[tuple[Standing, Move, datetime, Standing]]) -> None:
    """And a new message or finding never lengthens that."""
    for was, move, moment, becomes in history:
        if becomes.paused_until is not None and becomes.paused_until != was.paused_until:
            assert becomes.paused_until <= moment + TARGETS[becomes.level] / 2
            if move.name in ("found", "wrote") and was.paused_until is not None:
                assert becomes.paused_until < was.paused_until


@given(_HISTORIES, st.integers(1, 50))
def test_silence_is_answered_by_more_and_more_alarms(history: list[tuple[Standing, Move, datetime, Standing]], targets: int) -> None:
    """Whatever happened before: a patient who waits and hears nothing has the team called at every target, without end."""
    if not history:
        return
    _, _, moment, now = history[-1]
    later = moment + TARGETS[now.level] * (targets + 1)
    if now.waiting_since is not None:
        assert case_state.stage(now, later, TARGETS) >= targets + 1
        assert not now.owner or case_state.lapsed(now, later, connected=True)
