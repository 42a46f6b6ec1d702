"""The desk's plain words for what the records hold: levels, people, waiting, verdicts, and the history of a case. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.desk_words import TAPS, span
from app.escalation.case_state import FalseAlarm, Outcome, Verdict
from app.records.case_files import Happened
from app.records.models import now
from guardrails.care_cards import Staffing
from guardrails.level import Level, Profile

LEVELS: Mapping[Level, str] = {"emergency": "Emergency", "crisis": "Crisis", "urgent": "Urgent", "routine": "Asked for a person"}
VERDICTS: Mapping[Verdict, str] = {
    "true_emergency": "True emergency",
    "less_urgent": "True, but less urgent",
    "false_alarm": "False alarm",
    "missed_earlier": "Missed earlier",
    "test": "Test",
}
FALSE_ALARMS: Mapping[FalseAlarm, str] = {
    "misread_word": "A word was misread",
    "negated": "The patient said they do not have it",
    "past": "It was in the past",
    "someone_else": "It was about someone else",
    "figurative": "A figure of speech",
    "long_standing": "Long-standing and known",
    "information_only": "They only wanted information",
    "other": "Something else",
}
OUTCOMES: Mapping[Outcome, str] = {
    "reached": "Reached and advised",
    "emergency_services": "Emergency services called",
    "sent_to_care": "Sent to care (GP, clinic, emergency department)",
    "not_reached": "Could not be reached",
    "no_contact_left": "Left nothing to be reached by",
    "no_action_needed": "No action needed",
}
PATHWAYS: Mapping[str, str] = {
    "medical": "Medical",
    "poisoning": "Poisoning",
    "suicide_self_harm": "Suicide or self-harm",
    "violence_abuse": "Violence or abuse",
    "person_at_risk": "Child or adult at risk",
    "harm_to_others": "Harm to others",
}
STAFFING: Mapping[Staffing, str] = {"staffed": "Staffed", "on_call": "On call", "unattended": "Unattended"}
_HAPPENED: Mapping[str, str] = {
    "opened": "Case opened: {detail}",
    "joined": "Another finding joined: {detail}",
    "raised": "Raised to {detail}",
    "repeated": "The same was found again",
    "person_requested": "The patient asked for a person",
    "claimed": "{by} took the case",
    "assigned": "{by} gave the case to {detail}",
    "released": "{by} put the case back into the queue",
    "joined_chat": "{by} joined the chat",
    "replied": "{by} wrote to the patient",
    "handed_back": "{by} handed the chat back to the assistant",
    "patient_left": "The patient asked for the assistant again",
    "reach": "The patient left a way to be reached",
    "returned": "Back in the queue: {detail} was silent or away",
}
_NUMBER_LENGTH = 8
Coded = Mapping[Verdict, str] | Mapping[Outcome, str] | Mapping[FalseAlarm, str]


def number(case_id: str) -> str:
    """The short number that people call a case by."""
    return case_id[:_NUMBER_LENGTH]


def person(age_years: int | None, sex: str | None) -> str:
    """Age and sex as the patient told them."""
    told = [f"{age_years} years" if age_years is not None else "", sex or ""]
    return ", ".join(part for part in told if part) or "Age and sex not told"


def profile_lines(profile: Profile) -> list[str]:
    """What a patient told of themselves."""
    age = None if profile.age_months is None else profile.age_months // 12
    if profile.age_months is not None and profile.age_months < 24:
        lines = [f"{profile.age_months} months" + (f", {profile.sex}" if profile.sex else "")]
    else:
        lines = [person(age, profile.sex)]
    if profile.pregnant:
        lines.append("Pregnant")
    lines.append(f"Region {profile.region}" if profile.region else "Region not told")
    return lines


def against(waited: timedelta, target: timedelta) -> str:
    """A waiting against its target."""
    return f"{span(waited - target)} past target" if waited > target else f"target {span(target)}"


def clock(moment: datetime) -> str:
    """A moment on the server's clock, with its day where that is not today."""
    here = moment.astimezone()
    return f"{here:%H:%M}" if here.date() == now().astimezone().date() else f"{here:%d %b, %H:%M}"


def happened(event: Happened) -> str:
    """One line of a case's history."""
    if event.kind == "tap":
        return f"The patient tapped “{TAPS.get(event.detail, event.detail)}”"
    if event.kind == "called":
        return f"{event.by} called the patient: {event.detail}"
    if event.kind == "closed":
        return f"{event.by} closed the case: {spoken(VERDICTS, event.detail)}"
    line = _HAPPENED.get(event.kind, event.kind.replace("_", " ").capitalize())
    return line.format(by=event.by or "Someone", detail=event.detail)


def keyed(words: Coded) -> dict[str, str]:
    """The words by the key they are stored under."""
    return {str(key): said for key, said in words.items()}


def spoken(words: Coded, key: str) -> str:
    """The words of a stored verdict, outcome or reason; the key itself where it is none of them."""
    return keyed(words).get(key, key)
