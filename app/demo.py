"""A believable day on the care desk: `carelight demo care`. Turns, findings, cards and cases are real; the people are made up.

Each message goes through the same conversation as a patient's, each step of the team through the same transactions; only
the times are set back afterwards. Everything hangs on patients of the kind "demo", which is how it is shown and removed.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta

from app.demo_day import EVERYONE, HANDOVER, Answers, Closes, Does, Leaves, Listed, Notes, Person, Say, Step, Taps, Writes
from app.errors import SettingsError
from app.escalation import care_team
from app.escalation.care_team import said
from app.records.demo import COLLEAGUES
from app.records.models import new_id, now
from app.records.reach import Reach
from app.wiring import Application


def make(app: Application, people: Iterable[Person] = EVERYONE, told: Callable[[int], None] = lambda _done: None) -> int:
    """The made-up day in place of an earlier one; how many patients. SettingsError in production."""
    if app.settings.mode == "production":
        raise SettingsError(
            "CARELIGHT_MODE=production serves real patients; made-up ones are made in demo mode alone, in another data folder"
        )
    app.demo.clear()
    app.demo.colleagues()
    made = 0
    for made, person in enumerate(people, 1):
        _play(app, person)
        told(made)
    app.demo.hand_over(COLLEAGUES[1].id, HANDOVER, now() - timedelta(hours=8))
    return made


def _play(app: Application, person: Person) -> None:
    """Everything that happened to one person, each step at its own time."""
    patient, chat = app.demo.patient(asdict(person.profile)), new_id()
    for step in person.steps:
        started = now()
        _take(app, patient, chat, step)
        app.demo.set_back(patient, started, now() - timedelta(minutes=step.ago))


def _take(app: Application, patient: str, chat: str, step: Step) -> None:
    """One step, by the path that a patient's page or the desk takes."""
    match step:
        case Say():
            _use_up(app.conversation.reply(patient, chat, step.text))
        case Answers():
            _use_up(app.conversation.answer(patient, chat, step.key, step.choice))
        case Taps():
            app.case_store.tap(patient, chat, step.tap)
        case Leaves():
            app.reach.leave(patient, Reach(step.phone, step.place, message_safe=None))
        case Listed():
            app.demo.review(chat, step.review, now() - timedelta(minutes=step.ago))
        case _:
            _work(app, app.demo.case_of(patient), chat, step)


def _use_up(events: Iterable[object]) -> None:
    for _event in events:
        pass


def _work(app: Application, case: str, chat: str, step: Does | Writes | Notes | Closes) -> None:
    """What a colleague does with a case."""
    member = COLLEAGUES[step.who]
    match step:
        case Writes():
            app.case_work.reply(case, member.id, chat, said(member, step.text))
        case Notes(due=None):
            app.team_notes.note(case, member.id, step.text)
        case Notes(due=float(due)):
            app.team_notes.remind(case, member.id, now() + timedelta(minutes=step.ago + due), step.text)
        case Closes():
            app.case_work.close(case, member.id, step.closing)
        case Does():
            _does(app, case, chat, step)


def _does(app: Application, case: str, chat: str, step: Does) -> None:
    member = COLLEAGUES[step.who]
    match step.verb:
        case "claim":
            app.case_work.claim(case, member.id)
        case "join":
            app.case_work.join(case, member.id, chat, care_team.joined(app.words, member))
        case "hand_back":
            app.case_work.hand_back(case, member.id, care_team.handed_back(app.words, member))
        case "called":
            app.case_work.called(case, member.id, reached=True)
