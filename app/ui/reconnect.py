"""After a lost connection the transcript is sent again: Chainlit itself replays nothing, so replies would be missing.

Relies on three private names of Chainlit 2.12 (the socket's handler table, session flags, `resume_thread`), which
`tests/app/test_main.py` holds.
"""

from chainlit.data import get_data_layer
from chainlit.server import sio
from chainlit.session import WebsocketSession

_EVENT = "connection_successful"


def install() -> None:
    """Wrap Chainlit's own handler; its work is done first."""
    original = sio.handlers["/"][_EVENT]

    async def resync(sid: str) -> None:
        await original(sid)
        session = WebsocketSession.get(sid)
        layer = get_data_layer()
        if session is None or layer is None or session.user is None or not (session.restored and session.has_first_interaction):
            return
        thread = await layer.get_thread(session.thread_id)
        if thread and thread["userIdentifier"] == session.user.identifier and thread["steps"]:
            await session.emit("resume_thread", thread)

    sio.on(_EVENT, resync)
