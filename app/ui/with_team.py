"""What a patient's page sends about the care team: what it has drawn, how they may be reached, that something was urgent."""

import asyncio
import logging
from typing import Any

import chainlit as cl

from app.errors import CarelightError
from app.escalation import care_line
from app.logs import place
from app.ui.show import Show
from app.wiring import Application

log = logging.getLogger("carelight.chat")


def patient_id() -> str:
    """Id of the patient whose page is in context."""
    return str(cl.user_session.get("user").identifier)


def chat_id() -> str:
    """Id of the chat in context."""
    return str(cl.context.session.thread_id)


def install(app: Application, show: Show) -> None:
    """Register the page's actions with Chainlit."""

    async def on_team_lane(work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(app.team_lane, work, *arguments)

    @cl.action_callback("drawn")
    async def drawn(action: cl.Action) -> None:
        """A message of the care team stands on the page; where that cannot be stored it is carried again."""
        try:
            await on_team_lane(app.outgoing.delivered, patient_id(), str(action.payload.get("reply", ""))[:36])
        except CarelightError as error:
            log.error("an arrived message could not be marked: %s", error)

    @cl.action_callback("reach")
    async def reach(action: cl.Action) -> dict[str, bool]:
        """The form under a card: kept on the case, and what was typed is screened like any other words."""
        try:
            result = await asyncio.get_running_loop().run_in_executor(
                app.screening_lane, care_line.reached, app, patient_id(), chat_id(), dict(action.payload)
            )
        except Exception as error:  # the form then says that it was not kept, and where to call
            log.error("how to reach a patient could not be kept: %s", place(error))
            return {"kept": False}
        for reply in result.cards:
            await show.reply(reply)
        return {"kept": result.kept}

    @cl.action_callback("said_urgent")
    async def said_urgent(action: cl.Action) -> None:
        """The patient says that an answer stood where help was needed: listed, and told at once what to do."""
        reply = await on_team_lane(care_line.said_urgent, app, patient_id(), chat_id(), str(action.payload.get("reply", ""))[:36])
        await show.reply(reply)
