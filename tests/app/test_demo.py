"""The made-up day: real turns and steps, times set back, plainly marked, and removed whole and alone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import demo
from app.demo_day import EARLIER, EVERYONE, QUIET, TODAY, Closes, Does, Leaves, Listed, Notes, Person, Say, Taps, Writes
from app.errors import SettingsError
from app.escalation.case_state import Closing
from app.journal import Reply
from app.records.alarms import AlarmStore, Ladder
from app.records.demo import COLLEAGUES, DemoReview
from app.records.models import Base, CaseEvent, Turn, now
from app.records.models import Reply as ReplyRow
from app.settings import Settings
from app.wiring import Application
from tests.fakes import finding

RED_FLAG = "I have crushing chest pain going down my left arm and I am sweating"
SMALL = (
    Person(
        (
            Say(30, "hello"),
            Say(20, RED_FLAG),
            Taps(19, "help_coming"),
            Leaves(18.5, "555 0100", "home"),
            Does(18, "claim"),
            Does(17, "join"),
            Writes(16, "Are you safe?"),
        )
    ),
    Person((Say(3000, RED_FLAG), Does(2999, "claim"), Notes(2998, "A note"), Closes(2990, Closing("false_alarm", "reached", "past")))),
    Person((Say(4000, "What is gout?"), Listed(3000, DemoReview("sample", "fine")))),
)


def counts(app: Application) -> dict[str, int]:
    """How many rows each table holds, but for the audit log, which only grows."""
    with app.database.reading() as session:
        tables = [(name, table) for name, table in Base.metadata.tables.items() if name != "audit"]
        return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables}


def test_the_day_is_on_the_desk_with_its_times(small: Application) -> None:
    """Waiting runs from when the message was written, and what a colleague did came after."""
    assert demo.make(small, SMALL) == 3
    (case,) = small.case_store.queue()
    assert case.demo
    assert case.owner == "Demo colleague A"
    assert case.standing.waiting_since is None
    assert timedelta(minutes=19) < now() - case.opened < timedelta(minutes=21)
    closed = next(facts for facts in small.figures.cases(demo=True) if facts.verdict)
    assert closed.claimed is not None
    assert timedelta(seconds=50) < closed.claimed - closed.opened < timedelta(seconds=70)
    assert small.review_list.all(demo=True)[0].verdict == "fine"


def test_everything_of_a_patient_stands_in_the_order_it_happened(small: Application) -> None:
    """A reply before its message would make the transcript a riddle."""
    demo.make(small, SMALL[:1])
    with small.database.reading() as session:
        turns = list(session.scalars(select(Turn.created).order_by(Turn.number)))
        events = list(session.scalars(select(CaseEvent.created).order_by(CaseEvent.id)))
        written = session.scalar(select(ReplyRow.created).where(ReplyRow.kind == "staff"))
    assert turns == sorted(turns)
    assert events == sorted(events)
    assert written is not None
    assert written > turns[-1]


def test_a_second_day_takes_the_place_of_the_first_and_clearing_leaves_what_was_there(small: Application) -> None:
    """Patients' own rows are not touched, and nothing of the demo stays."""
    small.conversations.receive("p1", "c1", "hello")
    small.case_store.escalate("p1", "c1", [finding()])
    before = counts(small)
    demo.make(small, SMALL)
    first = counts(small)
    demo.make(small, SMALL)
    assert counts(small) == first
    assert small.demo.clear() == 3
    assert counts(small) == before
    assert len(small.case_store.queue()) == 1


def test_production_has_no_made_up_patients(small: Application) -> None:
    """They would stand in a nurse's queue among people."""
    small.settings = Settings(data_dir=small.settings.data_dir, mode="production")
    with pytest.raises(SettingsError, match="demo mode"):
        demo.make(small, SMALL)
    assert small.demo.count() == 0


def test_a_made_up_patient_calls_nobody(small: Application) -> None:
    """Nobody on call may be woken for a demonstration, however long it waits; for a patient they are."""
    alarms, told = AlarmStore(small.database), Reply("r", "notice", "words")
    ladder = Ladder(lambda _was, _becomes: ["channel"], lambda _unanswered: told)
    demo.make(small, [Person((Say(30, RED_FLAG),))])
    assert list(alarms.step(ladder, now(), "staffed")) == []
    small.case_store.escalate("p1", "c1", [finding()])
    assert len(alarms.step(ladder, now(), "staffed")) == 1


def test_nobody_can_sign_in_as_a_made_up_colleague(small: Application) -> None:
    """Disabled, without a usable password, and never among those who are there."""
    demo.make(small, SMALL[:1])
    assert small.staff.team("care") == []
    assert small.staff.sign_in(COLLEAGUES[0].login, "!") is None


def test_the_day_that_ships_shows_what_the_desk_can_do() -> None:
    """A newcomer should see each state once; steps stand in the order they happen."""
    kinds = {type(step).__name__ for person in EVERYONE for step in person.steps}
    assert kinds == {"Say", "Taps", "Leaves", "Answers", "Does", "Writes", "Notes", "Closes", "Listed"}
    assert 10 <= len(TODAY) <= 14
    assert all([step.ago for step in person.steps] == sorted((step.ago for step in person.steps), reverse=True) for person in EVERYONE)
    assert len({week for person in EARLIER for week in (int(person.steps[0].ago // (7 * 1440)),)}) >= 4
    assert all(isinstance(person.steps[-1], Listed) for person in QUIET)
