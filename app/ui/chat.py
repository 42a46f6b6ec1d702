"""The chat page's handlers: parse, call, render. Chainlit loads this file by its path; nothing imports it.

`on_message` ends when the screen is done, because Chainlit blocks its composer while a handler runs: "he stopped
breathing" must be typed, and screened at once, while an answer is being made.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import chainlit as cl
from chainlit.config import config
from chainlit.input_widget import Select, Switch, TextInput
from starlette.requests import Request
from starlette.responses import Response

from app import wiring
from app.conversation import Event, Finished, Grown, Screened, Shown
from app.escalation import care_line
from app.guests import COOKIE, keeps_chats
from app.journal import Reply, Tap, Visit
from app.logs import REQUEST, place
from app.records.models import new_id
from app.server.proxies import address
from app.ui import reconnect, with_team
from app.ui.data_layer import RecordsDataLayer
from app.ui.delivery import Delivery
from app.ui.pages import LiveElement, open_pages
from app.ui.show import Drawn, Show
from app.ui.stop_notice import StopNotice
from app.ui.with_team import chat_id, patient_id
from app.upkeep import ANSWER_WITHIN
from guardrails.level import UNANSWERED

log = logging.getLogger("carelight.chat")
carelight = wiring.current()
config.ui.name = carelight.settings.clinic
reconnect.install()
show = Show(lambda: carelight.words)
with_team.install(carelight, show)

_STARTERS = (
    ("What helps a cold?", "What helps with a common cold?"),
    ("Fever in a child", "When should I worry about a fever in a child?"),
    ("A medicine", "How much acetaminophen can an adult take in a day?"),
    ("A test coming up", "What happens during an MRI?"),
)
_SEXES = {"Prefer not to say": None, "Female": "female", "Male": "male", "Other": "other"}
_PLACEHOLDER_AFTER_S = 0.5


@dataclass
class Answering:
    """An answer being made for one chat; `cancelled` is set when a red flag comes first."""

    task: asyncio.Task[None]
    cancelled: threading.Event


_answering: dict[str, Answering] = {}
delivery = Delivery(
    carelight.outgoing,
    lambda: open_pages(carelight.words),
    carelight.team_lane,
    lambda chat: _cancel(chat),  # noqa: PLW0108 (is below)
)
stop_notice = StopNotice(
    lambda: carelight.words.say("stopped_notice") if carelight.stop_switch.on() else "",
    lambda: open_pages(carelight.words),
    carelight.team_lane,
)
_waiting: set[asyncio.Task[None]] = set()
"""Clocks of questions that wait for an answer, held so that they are not collected."""


@cl.data_layer
def data_layer() -> RecordsDataLayer:
    """Chainlit reads our records."""
    return RecordsDataLayer(carelight.conversations, carelight.eraser, carelight.team_lane)


@cl.header_auth_callback
async def guest(headers: Any) -> cl.User | None:
    """A patient is whoever holds the signed cookie that the page was given, or the sign-in."""
    patient_id = carelight.guests.in_header(headers.get("cookie", ""))
    return cl.User(identifier=patient_id, display_name="You") if patient_id else None


@cl.on_logout
def signed_out(request: Request, response: Response) -> dict[str, bool]:
    """The account menu's own way out does for who signed in what the page's does; a guest stays who they are."""
    if carelight.guests.signed_in(request.cookies.get(COOKIE, "")):
        carelight.guests.go_out(response, request.cookies)
    return {"success": True}


@cl.set_starters
async def starters() -> list[cl.Starter]:
    """A handful of questions the library answers."""
    return [cl.Starter(label=label, message=message) for label, message in _STARTERS]


@cl.on_chat_start
async def begin() -> None:
    """Settings, and the banner where the patient has an open case from another chat."""
    delivery.start()
    stop_notice.start()
    await _send_settings()
    greeting = await _in(carelight.screening_lane, care_line.greeting, carelight, patient_id(), chat_id())
    if greeting is not None:
        await show.reply(greeting)


@cl.on_chat_resume
async def resume(_thread: Any) -> None:
    """The entries come from the data layer; only the settings must be sent again."""
    delivery.start()
    stop_notice.start()
    await _send_settings()


@cl.on_message
async def on_message(message: cl.Message) -> None:
    """Screen on its own lane and show the card; the answer follows in the background."""
    cancelled, visit = threading.Event(), _visit()
    await _run(carelight.conversation.reply(patient_id(), chat_id(), message.content, cancelled.is_set, visit=visit), cancelled, visit)
    await cl.send_window_message({"carelight": "chat", "chat": chat_id()})


def _visit() -> Visit:
    """How a message comes in: from the address that the socket was opened from, and whether it is to be answered."""
    REQUEST.set(new_id())
    scope = cl.context.session.environ.get("asgi.scope") or {}
    visit = carelight.limits.visit(patient_id(), address(scope))
    if visit.withheld:
        carelight.metrics.count("carelight_withheld_total", why=visit.withheld)
    return visit


async def _run(turn: Iterator[Event], cancelled: threading.Event, visit: Visit) -> None:
    """Show what the screen brings, then let the rest follow in the background."""
    chat, events = chat_id(), carelight.metrics.watched(turn)
    try:
        async with carelight.screening_places.of(patient_id(), visit.source):
            first = await _in(carelight.screening_lane, _until_screened, events)
        for event in first:
            if isinstance(event, Shown):
                await show.reply(event.reply)
                _time(event.reply, chat)
            elif isinstance(event, Screened) and event.raised:
                _cancel(chat)
    except Exception as error:  # whatever happened, the patient must see safe words
        log.error("screening a message failed: %s", place(error))
        await show.reply(care_line.failed(carelight))
        return
    _answering[chat] = Answering(asyncio.create_task(_answer(chat, events, cancelled, visit)), cancelled)


async def _answer(chat: str, events: Iterator[Event], cancelled: threading.Event, visit: Visit) -> None:
    """The rest of the turn on the answering lane, with a word of patience where it takes long; what grows is drawn again."""
    coming: asyncio.Queue[Event | None] = asyncio.Queue()
    passing = partial(_pass_on, events, coming, asyncio.get_running_loop())
    work = asyncio.ensure_future(carelight.answers.run(passing, lambda: _crowd_out(visit)))
    drawn: Drawn = {}
    try:
        event = await _first(coming)
        while event is not None:
            if isinstance(event, Shown | Grown) and not cancelled.is_set():
                await show.event(event, drawn)
            event = await coming.get()
        await work
    except Exception as error:  # as above
        log.error("an answer failed: %s", place(error))
        if not cancelled.is_set():
            await show.reply(care_line.failed(carelight))
    await show.settle(drawn)
    if (mine := _answering.get(chat)) is not None and mine.cancelled is cancelled:
        del _answering[chat]


def _crowd_out(visit: Visit) -> None:
    """No place for this answer in time: set words take its place."""
    visit.withheld = visit.withheld or "crowded"
    carelight.metrics.count("carelight_withheld_total", why="crowded")


def _cancel(chat: str) -> None:
    """An answer that is still being made in that chat is wanted no more: a red flag or a person came first."""
    if chat in _answering:
        _answering[chat].cancelled.set()


@cl.on_window_message
async def asked_by_page(data: Any) -> None:
    """The buttons of the page's own header (`carelight.js`): a wish for a person, or for the assistant, said as a message."""
    asked = data.get("carelight") if isinstance(data, dict) else None
    words = {"talk-to-person": "talk_to_person", "talk-to-assistant": "team_leave"}.get(str(asked))
    if words is not None:
        await _say_for_patient(carelight.words.say(words))


async def _say_for_patient(text: str) -> None:
    """A message that the patient sends by a button; from here on it is like any other."""
    session = cl.context.session
    if not session.has_first_interaction:
        session.has_first_interaction = True
        await cl.context.emitter.init_thread(text)
    message = cl.Message(content=text, type="user_message", author=patient_id())
    await message.send()
    await on_message(message)


async def _first(coming: "asyncio.Queue[Event | None]") -> Event | None:
    """The first event, with a word of patience as long as it takes."""
    first = asyncio.ensure_future(coming.get())
    done, _ = await asyncio.wait({first}, timeout=_PLACEHOLDER_AFTER_S)
    if done:
        return first.result()
    waiting = cl.Message(content=carelight.words.say("looking"))
    await waiting.send()
    try:
        return await first
    finally:
        await waiting.remove()


def _pass_on(events: Iterator[Event], coming: "asyncio.Queue[Event | None]", loop: asyncio.AbstractEventLoop) -> None:
    """Hand every event to the page as it comes, and None after the last, whatever happened."""
    try:
        for event in events:
            loop.call_soon_threadsafe(coming.put_nowait, event)
    finally:
        loop.call_soon_threadsafe(coming.put_nowait, None)


def _time(reply: Reply, chat: str) -> None:
    """Start the clock of a question that was just shown."""
    if reply.kind == "question":
        task = asyncio.create_task(_wait_for_answer(chat))
        _waiting.add(task)
        task.add_done_callback(_waiting.discard)


async def _wait_for_answer(chat: str) -> None:
    """After three minutes without an answer, what silence means by the rule is done and shown."""
    await asyncio.sleep(ANSWER_WITHIN.total_seconds())
    await _run(carelight.conversation.unanswered(patient_id(), chat), threading.Event(), Visit())


@cl.action_callback("answer")
async def answer(action: cl.Action) -> None:
    """A button under a question: screened again with the answer, then the reply that waited for it."""
    key, choice = str(action.payload.get("key", ""))[:160], str(action.payload.get("choice", ""))[:40]
    if choice != UNANSWERED:
        cancelled, visit = threading.Event(), _visit()
        await _run(carelight.conversation.answer(patient_id(), chat_id(), key, choice, cancelled.is_set, visit=visit), cancelled, visit)


@cl.action_callback("tap")
async def tap(action: cl.Action) -> None:
    """A button of the care card: recorded, thanked, and a linked chat where it is about someone else."""
    name = action.payload.get("tap")
    if name not in ("help_coming", "with_clinician", "someone_else", "not_right"):
        return
    result = await _in(carelight.screening_lane, care_line.tapped, carelight, patient_id(), chat_id(), cast("Tap", name))
    await show.reply(result.reply)
    if result.linked_chat:
        await cl.send_window_message({"carelight": "open-chat", "chat": result.linked_chat})


@cl.action_callback("open_passage")
async def open_passage(action: cl.Action) -> None:
    """Open a cited passage beside the chat: only our own library's addresses."""
    href, label = str(action.payload.get("href", "")), str(action.payload.get("label", ""))[:200]
    if not href.startswith("/library/"):
        return
    await cl.ElementSidebar.set_elements([LiveElement(name="Passage", props={"href": href, "label": label})], key=href)
    await cl.ElementSidebar.set_title(label)


@cl.on_settings_update
async def settings_changed(values: dict[str, Any]) -> None:
    """Keep what the patient told about themselves, and their country's numbers."""
    profile = care_line.profile_from(values, carelight, _SEXES)
    await _in(carelight.team_lane, carelight.reviews.agree, patient_id(), bool(values.get("may_review")))
    await _in(carelight.team_lane, carelight.choices.pause, patient_id(), bool(values.get("pause")))
    await _in(carelight.screening_lane, carelight.conversations.set_profile, patient_id(), profile)
    await cl.send_window_message({"carelight": "keep" if values.get("keep") else "forget"})
    await cl.send_window_message({"carelight": "reload-page"})


async def _send_settings() -> None:
    """The optional facts and the country, filled with what is known."""
    profile = await _in(carelight.screening_lane, carelight.conversations.profile, patient_id())
    language = carelight.settings.language
    regions = {region.name(language): code for code, region in carelight.regions.items()}
    chosen = profile.region or carelight.settings.region
    none = "Not chosen"
    current = next((name for name, code in regions.items() if code == chosen), none)
    sex = next((label for label, value in _SEXES.items() if value == profile.sex), "Prefer not to say")
    age = "" if profile.age_months is None else str(profile.age_months // 12)
    await cl.ChatSettings(
        [
            Select(id="region", label="Country (for emergency numbers)", values=[none, *sorted(regions)], initial_value=current),
            TextInput(id="age", label="Your age in years (optional)", initial=age),
            Select(id="sex", label="Your sex (optional)", values=list(_SEXES), initial_value=sex),
            Switch(id="pregnant", label="I am pregnant", initial=bool(profile.pregnant)),
            Switch(
                id="pause",
                label=carelight.words.say("pause_label"),
                description=carelight.words.say("pause_more"),
                initial=(await _in(carelight.team_lane, carelight.choices.of, patient_id())).paused,
            ),
            Switch(id="keep", label="Keep my chats on this device", initial=keeps_chats(_cookies())),
            Switch(
                id="may_review",
                label=carelight.words.say("settings_may_review"),
                description=carelight.words.say("settings_may_review_more"),
                initial=await _in(carelight.team_lane, carelight.reviews.agreed, patient_id()),
            ),
        ]
    ).send()


def _until_screened(events: Iterator[Event]) -> list[Event]:
    """Events up to and with `Screened`."""
    seen: list[Event] = []
    for event in events:
        seen.append(event)
        if isinstance(event, Screened | Finished):
            break
    return seen


async def _in(lane: Executor, work: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(lane, copy_context().run, work, *arguments)


def _cookies() -> str:
    """The cookies that the page's socket was opened with."""
    return str(cl.context.session.environ.get("HTTP_COOKIE", ""))
