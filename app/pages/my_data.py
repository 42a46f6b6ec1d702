"""What is kept about a patient, on a page of their own: read, download, correct, delete. It works without any script.

Only the guest's own rows are ever read or changed; every form must come from this very page, in a browser that says so.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, RedirectResponse

from app import own_data
from app.conversation import Event, Finished, Screened, Shown
from app.errors import RecordsError
from app.guests import ALL
from app.journal import Visit
from app.pages.own_page import OwnPage
from app.records.conversations import Chat
from app.records.erasing import Deleted
from app.records.models import now
from app.records.own_data import OwnData
from app.server.proxies import address
from app.wiring import Application

log = logging.getLogger("carelight.pages")
_CHAT = "/my-data/{chat:uuid}"
_answering: set[asyncio.Task[None]] = set()
"""Answers to corrections that are being made; a task that nobody holds may be lost."""
Done = Literal["", "deleted", "deleted_held", "trouble"]


def routes(app: Application) -> APIRouter:
    """`/my-data`, one chat of it, its downloads, and the forms for correcting and deleting."""
    router = APIRouter()
    _reading(router, app)
    _deleting(router, app)
    _correcting(router, app)
    return router


def _reading(router: APIRouter, app: Application) -> None:
    @router.get("/my-data")
    def overview(request: Request, done: Done = "") -> Response:
        visit = _Visit(app, request)
        found = app.own_data.of(visit.patient) if visit.patient else None
        return visit.shown("my_data.html", {"data": found, "done": done, **visit.sentences(found)})

    @router.get("/my-data/download")
    def download(request: Request, form: Literal["text", "json"] = "text") -> Response:
        visit = _Visit(app, request)
        patient, found = visit.mine()
        copy = own_data.copy_of(app, patient, found, now())
        text = own_data.as_json(copy) if form == "json" else own_data.as_text(copy, visit.words, visit.when)
        kind, ending = ("application/json", "json") if form == "json" else ("text/plain", "txt")
        headers = {"content-disposition": f'attachment; filename="my-data.{ending}"', "cache-control": "no-store"}
        return PlainTextResponse(text, media_type=kind, headers=headers)

    @router.get(_CHAT)
    def chat(request: Request, chat: UUID) -> Response:
        visit = _Visit(app, request)
        found, read = visit.own_chat(chat)
        held = any(each.held for each in found.chats if each.id == read.id)
        return visit.shown("my_chat.html", {"chat": read, "held": held, "said_by": own_data.said_by})


def _deleting(router: APIRouter, app: Application) -> None:
    @router.post("/my-data/delete-all")
    def delete_all(request: Request) -> Response:
        """With no case open the browser begins anew as another guest."""
        visit = _Visit(app, request, form=True)
        patient, found = visit.mine()
        if _done(lambda: app.eraser.delete_all(patient)) is None:
            return _to("/my-data?done=trouble")
        if found.case_open:
            return _to("/my-data?done=deleted_held")
        response = visit.shown("my_data.html", {"data": None, "done": "all_done"})
        for name in ALL:
            response.delete_cookie(name)
        return response

    @router.post(_CHAT + "/delete")
    def delete(request: Request, chat: UUID) -> Response:
        patient = _Visit(app, request, form=True).patient or ""
        gone = _done(lambda: app.eraser.delete(patient, str(chat)))
        return _to(f"/my-data?done={'trouble' if gone is None else 'deleted_held' if gone.waiting else 'deleted'}")


def _correcting(router: APIRouter, app: Application) -> None:
    @router.post(_CHAT + "/correct")
    async def correct(request: Request, chat: UUID, turn: Annotated[str, Form(max_length=40)], words: Annotated[str, Form()]) -> Response:
        """A message of the chat: screened before anything else, however long and whatever fails, its card shown here; then answered."""
        visit = _Visit(app, request, form=True)
        if visit.patient is None or not words.strip():
            raise HTTPException(404)
        coming = app.limits.visit(visit.patient, address(request.scope))
        said = await run_in_threadpool(visit.correction, chat, turn, words.strip())
        if said is None:
            events = app.conversation.overheard(visit.patient, str(uuid4()), words)
        else:
            events = app.conversation.reply(visit.patient, str(chat), said, visit=coming)
        async with app.screening_places.of(visit.patient, coming.source):
            cards = await asyncio.wrap_future(app.screening_lane.submit(_until_screened, events))
        if said is not None:
            _answering.add(task := asyncio.create_task(app.answers.run(partial(_to_the_end, events), partial(_crowd_out, coming))))
            task.add_done_callback(_answering.discard)
        if cards:
            return visit.shown("my_cards.html", {"cards": cards, "chat": str(chat) if said is not None else ""})
        if said is None:
            raise HTTPException(404)
        return _to(f"/thread/{chat}")


class _Visit(OwnPage):
    """A guest who looks at their own data."""

    def mine(self) -> tuple[str, OwnData]:
        """The guest and what is kept about them; 404 where nothing is."""
        found = self.app.own_data.of(self.patient) if self.patient else None
        if self.patient is None or found is None:
            raise HTTPException(404)
        return self.patient, found

    def own_chat(self, chat: UUID) -> tuple[OwnData, Chat]:
        """A chat of the guest's own; 404 for every other, whether or not it exists."""
        patient, found = self.mine()
        read = self.app.conversations.chat(str(chat))
        if read is None or read.patient_id != patient:
            raise HTTPException(404)
        return found, read

    def correction(self, chat: UUID, turn: str, words: str) -> str | None:
        """What the chat is told; None where there is no such line of the guest's own, or it cannot be read now."""
        try:
            _, read = self.own_chat(chat)
        except (HTTPException, RecordsError):
            return None
        line = next((entry for entry in read.entries if entry.id == turn and entry.by_patient), None)
        return self.words.say("my_data_correction", date=self.when(line.created), words=words) if line else None

    def sentences(self, found: OwnData | None) -> dict[str, object]:
        """What the patient told, and their cases, as sentences."""
        if found is None:
            return {}
        region = self.app.regions.get(found.profile.region or "")
        country = region.name(self.words.language) if region else ""
        return {
            "facts": own_data.facts(found, self.words, self.when, country),
            "cases": own_data.cases(found, self.words, self.when),
            "reach": own_data.reach_of(self.app, found),
        }


def _done(step: Callable[[], Deleted]) -> Deleted | None:
    """What a deletion did; None where it could not be finished now. PermissionError becomes a plain 404."""
    try:
        return step()
    except PermissionError:
        raise HTTPException(404) from None
    except RecordsError as error:
        log.error("a deletion is left to be finished: %s", error)
        return None


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=303)


def _until_screened(events: Iterator[Event]) -> list[str]:
    """The cards that the screen brought, as text."""
    cards = []
    for event in events:
        if isinstance(event, Shown) and event.reply.kind == "care_card":
            cards.append(event.reply.text)
        elif isinstance(event, Screened | Finished):
            break
    return cards


def _crowd_out(coming: Visit) -> None:
    coming.withheld = coming.withheld or "crowded"


def _to_the_end(events: Iterator[Event]) -> None:
    for _event in events:
        pass
