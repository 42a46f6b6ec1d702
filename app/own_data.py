"""A patient's own copy of what is kept about them, as JSON for a computer and as text to read."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.records.conversations import Chat, Entry
from app.records.own_data import OwnData
from app.records.reach import Reach
from app.wiring import Application
from knowledge.words import Words

When = Callable[[datetime], str]
"""How a moment is written."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything about one patient, with the words."""

    clinic: str
    made: datetime
    data: OwnData
    chats: Sequence[Chat]
    reach: Sequence[Reach]


def copy_of(app: Application, patient_id: str, data: OwnData, at: datetime) -> Copy:
    """Read everything of that patient, and of nobody else; RecordsError where it cannot be read."""
    chats = [chat for own in data.chats if (chat := app.conversations.chat(own.id)) is not None and chat.patient_id == patient_id]
    return Copy(app.settings.clinic, at, data, chats, reach_of(app, data))


def reach_of(app: Application, data: OwnData) -> list[Reach]:
    """What the patient left to be reached by."""
    return [left for case in data.cases if (left := app.reach.of(case.id)) is not None]


def said_by(entry: Entry) -> str:
    """Who a line is from: you, assistant or person."""
    return "you" if entry.by_patient else "person" if entry.kind == "staff" else "assistant"


def as_json(copy: Copy) -> str:
    """The copy for a computer; moments in UTC."""
    data = copy.data
    told = {
        "clinic": copy.clinic,
        "made": copy.made.isoformat(timespec="seconds"),
        "about_you": {key: value for key, value in asdict(data.profile).items() if value is not None and key != "about"},
        "care_team_may_read_other_chats": data.may_review,
        "agreed_to_be_answered_and_kept": _iso(data.agreed),
        "paused": data.paused,
        "deleted_chats_that_wait_for_a_case": data.waiting,
        "passed_to_the_care_team": [{"opened": _iso(case.opened), "closed": _iso(case.closed)} for case in data.cases],
        "left_to_be_reached_by": [asdict(left) for left in copy.reach],
        "chats": [_chat(chat) for chat in copy.chats],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _chat(chat: Chat) -> dict[str, object]:
    lines = [{"at": _iso(line.created), "from": said_by(line), "kind": line.kind, "text": line.text} for line in chat.entries]
    return {"id": chat.id, "begun": _iso(chat.created), "lines": lines}


def as_text(copy: Copy, words: Words, when: When) -> str:
    """The copy to read, as the page shows it."""
    return "\n".join(_lines(copy, words, when)) + "\n"


def _lines(copy: Copy, words: Words, when: When) -> Iterator[str]:
    yield from (f"{copy.clinic}: {words.say('my_data_title')}, {when(copy.made)}", "", *facts(copy.data, words, when, ""))
    yield from ("", words.say("my_data_team"), *cases(copy.data, words, when))
    for left in copy.reach:
        yield f"{words.say('my_data_reach')} {', '.join(filter(None, (left.phone, left.place)))}"
    for chat in copy.chats:
        yield from ("", "", f"{words.say('my_data_chats')}: {when(chat.created)}", "")
        for line in chat.entries:
            yield f"{when(line.created)}  {words.say(f'my_data_{said_by(line)}')}: {line.text}"


def facts(data: OwnData, words: Words, when: When, country: str) -> list[str]:
    """What the patient told of themselves, and chose, in sentences."""
    told, profile = [], data.profile
    if profile.age_months is not None:
        told.append(words.say("my_data_age", years=str(profile.age_months // 12)))
    if profile.sex:
        told.append(words.say("my_data_sex", sex=words.say(f"my_data_sex_{profile.sex}")))
    if profile.pregnant:
        told.append(words.say("my_data_pregnant"))
    if profile.region:
        told.append(words.say("my_data_country", country=country or profile.region))
    chose = [words.say("my_data_review_yes" if data.may_review else "my_data_review_no")]
    if data.agreed:
        chose.append(words.say("my_data_agreed", date=when(data.agreed)))
    if data.paused:
        chose.append(words.say("my_data_paused"))
    return [*(told or [words.say("my_data_told_nothing")]), *chose]


def cases(data: OwnData, words: Words, when: When) -> list[str]:
    """What was passed to the care team, in sentences."""
    return [
        words.say("my_data_case_closed", date=when(case.opened), closed=when(case.closed))
        if case.closed
        else words.say("my_data_case_open", date=when(case.opened))
        for case in data.cases
    ]


def when_in(zone: str) -> When:
    """Moments in the time of that zone, in figures, which need no language."""
    here = ZoneInfo(zone)
    return lambda moment: f"{moment.astimezone(here):%Y-%m-%d %H:%M}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
