"""Whatever a patient types, it is text on every surface; and no page of any surface asks another machine for anything."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

from tests.attacks import MARKUP
from tests.browser.conftest import Server, open_chat, say, sign_in

pytestmark = pytest.mark.browser
RED_FLAG = "I have crushing chest pain down my left arm and I am sweating."
HOSTILE = " ".join(MARKUP)


class Watched:
    """A page whose requests and refusals are noted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.refused: list[str] = []
        page.on("request", self._request)
        page.on("console", self._console)

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:", "about:")):
            self.asked.append(urlsplit(request.url).netloc)

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)


def _case_of(server: Server, chat: str) -> str:
    """The case that the chat opened; other tests have theirs on the queue."""
    with closing(sqlite3.connect(server.data_dir / "carelight.db")) as database:
        return str(database.execute("select id from cases where conversation_id = ?", (chat,)).fetchone()[0])


def test_hostile_words_are_text_everywhere_and_nothing_is_asked_of_another_machine(
    visitor: Callable[..., BrowserContext], server: Server
) -> None:
    """Chat, library, sign-in, queue, case page, note: a script in a message would read every other patient's case."""
    patient, nurse = visitor(), visitor()
    chat = Watched(open_chat(patient, server))
    say(chat.page, RED_FLAG)
    say(chat.page, HOSTILE[:1500])
    expect(chat.page.get_by_text("<script>window.pwned=1</script>").first).to_be_visible()
    library = Watched(patient.new_page())
    library.page.goto(f"{server.url}/library")
    library.page.get_by_role("searchbox").fill(MARKUP[0])
    library.page.get_by_role("button", name="Search").click()
    expect(library.page.get_by_role("heading", name="for “")).to_be_visible()
    assert "script" not in library.page.url
    desk = Watched(nurse.new_page())
    sign_in(desk.page, server, "nora", "/desk/care")
    desk.page.goto(f"{server.url}/desk/care/{_case_of(server, chat.page.url.rsplit('/', 1)[1])}")
    expect(desk.page.get_by_text("<script>window.pwned=1</script>").first).to_be_visible()
    watched = (chat, library, desk)
    assert [each.page.evaluate("window.pwned") for each in watched] == [None] * 3
    assert {netloc for each in watched for netloc in each.asked} == {urlsplit(server.url).netloc}
    assert [refusal for each in (library, desk, chat) for refusal in each.refused if "script" in refusal or "style" in refusal] == []
