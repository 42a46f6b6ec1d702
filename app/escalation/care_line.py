"""What a patient's taps, settings and new chats lead to, between the page and the records. No Chainlit here."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from app import render
from app.conversation import Shown
from app.errors import RecordsError
from app.journal import Reply, Tap
from app.records.models import new_id
from app.records.reach import Reach
from app.wiring import Application
from guardrails.level import Profile

log = logging.getLogger("carelight.chat")
_OLDEST = 120


@dataclass(frozen=True, slots=True)
class Tapped:
    """The thanks for a tap, and the chat it opened for somebody else."""

    reply: Reply
    linked_chat: str = ""


def tapped(app: Application, patient_id: str, chat: str, tap: Tap) -> Tapped:
    """Record a tap on a care card; it lowers no level and closes no case."""
    try:
        app.case_store.tap(patient_id, chat, tap)
        linked = _chat_about_other(app, patient_id, chat) if tap == "someone_else" else ""
        reply = Reply(new_id(), "notice", app.words.say(f"tap_thanks_{tap}"))
        app.conversations.say(chat, reply)
    except RecordsError:
        return Tapped(failed(app))
    return Tapped(reply, linked)


def _chat_about_other(app: Application, patient_id: str, chat: str) -> str:
    """A linked chat with its own findings and no profile."""
    linked = new_id()
    app.conversations.start(patient_id, linked, about_other=True, linked_to=chat)
    app.conversations.say(linked, Reply(new_id(), "welcome", app.words.say("someone_else_welcome")))
    return linked


def greeting(app: Application, patient_id: str, chat: str) -> Reply | None:
    """The banner that a new chat starts under while the patient's case is open; None where there is none."""
    findings = app.case_store.open_findings(patient_id)
    if not findings:
        return None
    card = app.cards.card(findings, _region(app, patient_id), app.parts.staffing(), app.words)
    reply = Reply(new_id(), "banner", card.as_text(), render.card_body(card, app.words, stored=True))
    app.conversations.start(patient_id, chat)
    app.conversations.say(chat, reply)
    return reply


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether what the patient left was kept, and cards that its words brought."""

    kept: bool
    cards: tuple[Reply, ...] = ()


def reached(app: Application, patient_id: str, chat: str, form: Mapping[str, Any]) -> Reached:
    """Keep how a patient may be reached on their open case; what they wrote about the place is screened first."""
    safe = form.get("safe")
    phone, place = (" ".join(str(form.get(name) or "").split())[:longest] for name, longest in (("phone", 40), ("place", 300)))
    left = Reach(phone, place, safe if isinstance(safe, bool) else None)
    if left.empty:
        return Reached(False)
    cards = tuple(_overheard(app, patient_id, chat, f"{left.place} {left.phone}"))
    try:
        return Reached(app.reach.leave(patient_id, left), cards)
    except RecordsError as error:
        log.error("how to reach a patient could not be kept: %s", error)
        return Reached(False, cards)


def _overheard(app: Application, patient_id: str, chat: str, text: str) -> Iterator[Reply]:
    """Cards for words that are no message; kept in the chat like any card, and shown even where that fails."""
    for event in app.conversation.overheard(patient_id, chat, text):
        if isinstance(event, Shown):
            try:
                app.conversations.say(chat, event.reply)
            except RecordsError as error:
                log.error("a card could not be stored: %s", error)
            yield event.reply


def said_urgent(app: Application, patient_id: str, chat: str, reply_id: str) -> Reply:
    """The patient says that what was answered was urgent: listed for review, and what to do now comes first."""
    line = app.cards.emergency_line(_region(app, patient_id), app.words)
    text = f"{line} {app.words.say('said_urgent_thanks')}"
    reply = Reply(new_id(), "notice", text, render.offer_body(app.words))
    try:
        app.reviews.said_urgent(patient_id, chat, reply_id)
        app.conversations.say(chat, reply)
    except RecordsError as error:
        log.error("that something was urgent could not be stored: %s", error)
        return failed(app)
    return reply


def _region(app: Application, patient_id: str) -> str | None:
    """The patient's country, else the clinic's; the clinic's too where the records cannot tell."""
    with suppress(RecordsError):
        return app.conversations.profile(patient_id).region or app.settings.region or None
    return app.settings.region or None


def failed(app: Application) -> Reply:
    """Safe words for when something went wrong on our side."""
    text = f"{app.words.say('error')} {app.cards.emergency_line(app.settings.region or None, app.words)}"
    return Reply(new_id(), "notice", text)


def profile_from(values: Mapping[str, Any], app: Application, sexes: Mapping[str, str | None]) -> Profile:
    """The facts in the settings form; what cannot be read is taken as not told."""
    names = {region.name(app.settings.language): code for code, region in app.regions.items()}
    age = str(values.get("age") or "").strip()
    years = int(age) if age.isdecimal() and len(age) <= len(str(_OLDEST)) and int(age) <= _OLDEST else None
    return Profile(
        age_months=None if years is None else years * 12,
        sex=cast("Any", sexes.get(str(values.get("sex")))),
        pregnant=True if values.get("pregnant") else None,
        region=names.get(str(values.get("region"))),
        about="me",
    )
