"""The pager over a whole application: a case is told within a second, by whoever is to be called, and what fails is shown."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.errors import RecordsError
from app.escalation.notify import Channels
from app.escalation.pager import Pager
from app.journal import OpenTurn
from app.records.care_tables import NotificationRow
from app.records.models import Case, StaffSession, Turn, now
from app.settings import Settings
from app.wiring import Application
from guardrails.level import Profile
from tests.app.channels import FakeChannel, mail_server, webhook
from tests.fakes import finding

PASSWORD = "correct horse battery"


@pytest.fixture
def clinic(small: Application) -> Application:
    """An application with a case store that is on call, and one channel a list."""
    chosen = small.settings.model_dump() | {"staffing": "on_call", "origin": "https://chat.example.org"}
    small.settings = Settings(**chosen)
    first, then, on_call = (FakeChannel(name) for name in ("first", "next", "on_call"))
    small.__dict__["channels"] = Channels({"first": [first], "next": [then], "on_call": [on_call]})
    return small


def _channel(app: Application, name: str) -> FakeChannel:
    channel = app.channels.all()[name]
    assert isinstance(channel, FakeChannel)
    return channel


def _escalate(app: Application, level: str = "emergency", rule: str = "stroke") -> str:
    app.case_desk.escalate(OpenTurn("c1", "p1", "t1", ("…",), Profile(), -1, {}, (), released=False), [finding(rule, level)])
    return app.case_store.queue()[0].id


def _waits_since(app: Application, **ago: float) -> None:
    with app.database.transaction() as session:
        since = now() - timedelta(**ago)
        session.execute(update(Case).values(waiting_since=since, alarms_from=since))


def _until(true: Callable[[], object], within_s: float = 15) -> bool:
    deadline = time.monotonic() + within_s
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(true())


def test_a_new_case_is_told_within_a_second_with_a_link(clinic: Application) -> None:
    """The escalation itself wakes the pager."""
    pager, told = Pager(clinic), _channel(clinic, "first").taken
    pager.start()
    began, case = time.monotonic(), _escalate(clinic)
    assert _until(lambda: told)
    took = time.monotonic() - began
    pager.stop()
    assert (told[0][0], told[0][1].endswith(f"https://chat.example.org/desk/care/{case}")) == ("DEMO Elm Street: EMERGENCY, new case", True)
    assert took < 5  # a busy machine; alone it is some 30 ms


def test_a_case_that_waits_goes_to_the_next_and_then_to_whoever_is_on_call(clinic: Application) -> None:
    """And the patient is told, in words that say what to do."""
    pager = Pager(clinic)
    _escalate(clinic)
    pager.once()
    for minutes, name in ((3, "next"), (5, "on_call")):
        _waits_since(clinic, minutes=minutes)
        pager.once()
        assert _until(lambda name=name: _channel(clinic, name).taken)  # type: ignore[misc]
    chat = clinic.conversations.chat("c1")
    assert chat is not None
    assert ["911" in entry.text and "read" in entry.text for entry in chat.entries] == [True]


def test_the_patient_is_told_in_the_language_they_write(clinic: Application) -> None:
    """Their own words decide, else the clinic's language."""
    clinic.conversations.receive("p1", "c1", "Hola, tengo un dolor muy fuerte en el pecho desde hace una hora")
    _escalate(clinic)
    _waits_since(clinic, minutes=3)
    Pager(clinic).once()
    chat = clinic.conversations.chat("c1")
    assert chat is not None
    assert "Nadie del equipo" in chat.entries[-1].text


def test_whoever_only_asked_for_a_person_is_told_calmly(clinic: Application) -> None:
    """There is no card above to follow."""
    _escalate(clinic, "routine", "asked-for-a-person")
    _waits_since(clinic, minutes=61)
    Pager(clinic).once()
    chat = clinic.conversations.chat("c1")
    assert chat is not None
    assert "card" not in chat.entries[-1].text


def test_a_silent_owner_loses_the_case_and_it_is_told_again(clinic: Application) -> None:
    """Three minutes without a click at the desk, while the patient waits."""
    pager = Pager(clinic)
    case = _escalate(clinic, "urgent")
    pager.once()
    clinic.staff.add("nora", "Nora", "care", PASSWORD)
    token = clinic.staff.sign_in("nora", PASSWORD)
    nora = clinic.staff.member(token or "")
    assert nora is not None
    clinic.case_work.claim(case, nora.id)
    pager.once()
    assert clinic.case_store.queue()[0].standing.owner == nora.id
    with clinic.database.transaction() as session:
        session.execute(update(StaffSession).values(last_active=now() - timedelta(minutes=3)))
    pager.once()
    assert clinic.case_store.queue()[0].standing.owner == ""
    assert _until(lambda: len(_channel(clinic, "first").taken) == 2)


def test_a_hanging_channel_holds_up_no_other(clinic: Application) -> None:
    """A mail server that never answers must not keep the SMS from leaving, nor the next case's."""
    hangs, works = FakeChannel("hangs", held=threading.Event()), FakeChannel("works")
    clinic.__dict__["channels"] = Channels({"first": [hangs, works]})
    pager = Pager(clinic)
    for number in range(6):
        turn = OpenTurn(f"c{number}", f"p{number}", "t", ("…",), Profile(), -1, {}, (), released=False)
        clinic.case_desk.escalate(turn, [finding()])
    deadline = time.monotonic() + 20
    while len(works.taken) < 6 and time.monotonic() < deadline:
        pager.once()
        time.sleep(0.02)
    assert (len(works.taken), len(hangs.taken)) == (6, 0)
    assert hangs.held is not None
    hangs.held.set()


def test_a_channel_that_fails_shows_on_the_desk_and_is_tried_again(clinic: Application) -> None:
    """Its label, never its address."""
    broken = FakeChannel("broken", problem="no connection")
    clinic.__dict__["channels"] = Channels({"first": [broken]})
    pager = Pager(clinic)
    _escalate(clinic)
    pager.once()
    assert _until(clinic.notifications.troubles)
    (trouble,) = clinic.notifications.troubles()
    assert (trouble.channel, trouble.problem, trouble.pending, trouble.given_up) == ("fake broken", "no connection", 1, 0)
    broken.problem = ""
    with clinic.database.transaction() as session:
        session.execute(update(NotificationRow).values(next_try=now()))
    pager.once()
    assert _until(lambda: broken.taken and not clinic.notifications.troubles())


@pytest.mark.parametrize(
    ("lists", "expected"), [({"first": [FakeChannel("a")]}, True), ({"operator": [FakeChannel("a")]}, False), ({}, False)]
)
def test_the_desk_knows_whether_anyone_is_called_at_all(lists: dict[object, object], expected: bool, clinic: Application) -> None:
    """No channel is silence; the desk says so."""
    clinic.__dict__["channels"] = Channels(lists)  # type: ignore[arg-type]
    assert clinic.notifications.channels_set() == expected


def test_messages_that_cannot_be_checked_call_the_operator_once(clinic: Application) -> None:
    """One incident, not one a turn (rule of care 8)."""
    pager = Pager(clinic)
    for number in range(3):
        turn = OpenTurn(f"c{number}", f"p{number}", "t", ("…",), Profile(), -1, {}, (), released=False)
        clinic.case_desk.escalate(turn, [finding("screening-incomplete", "urgent")])
        pager.once()
    with clinic.database.reading() as session:
        kinds = list(session.scalars(select(NotificationRow.kind).where(NotificationRow.kind == "screening")))
    assert len(kinds) in (1, 2)  # two where the hour changed in between


def test_nothing_of_the_patient_is_in_what_leaves(clinic: Application) -> None:
    """By real mail and a real webhook: level, wait, link."""
    from app.escalation import notify

    with mail_server() as box, webhook() as hook:
        clinic.__dict__["channels"] = notify.read({"first": f"{box.url} {hook.url}"})
        turn = clinic.conversations.receive("p1", "c1", "crushing chest pain, call Maria Lopez")
        clinic.case_desk.escalate(turn, [finding()])
        pager = Pager(clinic)
        pager.once()
        assert _until(lambda: box.mails and hook.taken)
        left = f"{box.mails} {hook.taken}"
        assert _until(lambda: not _pending(clinic))
    assert not any(word in left for word in ("crushing", "chest", "Maria", "p1", "heart-attack"))


def _pending(app: Application) -> int:
    with app.database.reading() as session:
        return len(list(session.scalars(select(NotificationRow.id).where(NotificationRow.state == "pending"))))


# At start


def test_a_message_cut_off_before_its_card_is_screened_again_at_start(clinic: Application) -> None:
    """The server was killed between the patient's Enter and the card."""
    clinic.conversations.receive("p1", "c1", "I have crushing chest pain going down my left arm and I am sweating")
    pager = Pager(clinic)
    pager.start()
    pager.stop()
    chat = clinic.conversations.chat("c1")
    assert chat is not None
    assert [entry.kind for entry in chat.entries] == ["message", "care_card", "notice"]
    assert [case.level for case in clinic.case_store.queue()] == ["emergency"]


def test_one_cut_off_between_its_case_and_its_card_gets_the_card_and_no_second_case(clinic: Application) -> None:
    """The case stands already; its finding must not pass for one whose card was shown."""
    turn = clinic.conversations.receive("p1", "c1", "I have crushing chest pain going down my left arm and I am sweating")
    screening = clinic.screener.screen(turn.turns, turn.profile)
    clinic.case_desk.escalate(turn, screening.findings)
    Pager(clinic).once()
    chat = clinic.conversations.chat("c1")
    assert chat is not None
    assert [entry.kind for entry in chat.entries] == ["message", "care_card", "notice"]
    assert len(clinic.case_store.queue()) == 1


def test_one_cut_off_turn_that_cannot_be_finished_holds_up_no_other(clinic: Application) -> None:
    """The first cannot be told so; the second was an emergency, and gets its card all the same."""
    clinic.conversations.receive("p1", "c1", "what is gout?")
    clinic.conversations.receive("p2", "c2", "I have crushing chest pain going down my left arm and I am sweating")
    works = clinic.conversations.mark_interrupted

    def fails_for_the_first(turn: OpenTurn, words: str) -> None:
        if turn.patient_id == "p1":
            raise RecordsError("away")
        works(turn, words)

    clinic.conversations.mark_interrupted = fails_for_the_first  # type: ignore[method-assign]
    Pager(clinic).once()
    chat = clinic.conversations.chat("c2")
    assert chat is not None
    assert [entry.kind for entry in chat.entries] == ["message", "care_card", "notice"]


def test_a_deleted_chats_cut_off_turn_is_over(clinic: Application) -> None:
    """Its words are gone; there is nothing to screen, and nobody to tell."""
    clinic.conversations.receive("p1", "c1", "what is gout?")
    clinic.eraser.delete("p1", "c1")
    assert clinic.conversations.cut_off(now() + timedelta(minutes=1)) == []


def test_what_is_written_after_the_start_is_not_cut_off(clinic: Application) -> None:
    """Its turn is being answered now."""
    pager = Pager(clinic)
    clinic.conversations.receive("p1", "c1", "What is gout?")
    pager.once()
    with clinic.database.reading() as session:
        assert session.scalars(select(Turn.state)).one() == "received"


def test_a_database_that_is_away_at_start_is_asked_again(clinic: Application) -> None:
    """The message of before must not wait for the next restart."""
    clinic.conversations.receive("p1", "c1", "I have crushing chest pain going down my left arm and I am sweating")
    pager, works = Pager(clinic), clinic.conversations.cut_off

    def away(_: object) -> None:
        raise RuntimeError("away")

    clinic.conversations.cut_off = away  # type: ignore[method-assign, assignment]
    pager.once()
    clinic.conversations.cut_off = works  # type: ignore[method-assign]
    pager.once()
    assert len(clinic.case_store.queue()) == 1
