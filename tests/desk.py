"""A simulated member of staff at the desk's pages: NiceGUI draws them without a browser or a socket."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from nicegui.testing import User
from nicegui.testing.general import nicegui_reset_globals
from nicegui.testing.user_simulation import user_simulation

from app.admin import desk as admin_desk
from app.care import desk
from app.editor import desk as editor_desk
from app.pages.sign_in import COOKIE
from app.wiring import Application

PASSWORD = "correct horse battery"


def at_the_desk(app: Application, login: str, role: str, work: Callable[[User], Awaitable[None]]) -> None:
    """What `login`, who is added where they are not there yet, does at the desk's pages."""
    if app.staff.sign_in(login, PASSWORD) is None:
        app.staff.add(login, login.capitalize(), role, PASSWORD)

    failed: list[Exception] = []

    async def visit() -> None:
        async with user_simulation() as user:
            desk.pages(app)
            editor_desk.pages(app)
            admin_desk.pages(app)
            user.http_client.cookies.set(COOKIE, app.staff.sign_in(login, PASSWORD) or "")
            try:
                await work(user)
            except Exception as error:
                failed.append(error)

    imported = dict(sys.modules)
    try:
        asyncio.run(visit())
        with nicegui_reset_globals():
            pass  # a simulation clears what stood before it, not what it leaves: a started app that nobody else could mount
    finally:
        sys.modules.update(imported)  # the simulation forgets the modules of every page it drew, and ours with them
    for error in failed:
        raise error
