"""A language model that never answers must not keep a red flag from being typed, screened and shown."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Server, open_chat, running, send

pytestmark = pytest.mark.browser


@pytest.fixture
def hanging_server(server: Server, tmp_path: Path) -> Iterator[Server]:
    """A server whose language model accepts connections and then says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    shutil.copytree(server.data_dir, tmp_path / "data")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    settings = {"CARELIGHT_MODEL": "openai:silent", "CARELIGHT_MODEL_BASE_URL": address, "CARELIGHT_MODEL_API_KEY": "none"}
    with running(tmp_path / "data", **settings, CARELIGHT_MODEL_TIMEOUT="60") as made:
        yield made
    listener.close()
    for connection in held:
        connection.close()


def test_a_red_flag_typed_while_an_answer_hangs_gets_its_card(hanging_server: Server, visitor: Callable[..., BrowserContext]) -> None:
    """'He stopped breathing' is typed while we are still looking something up."""
    page = open_chat(visitor(), hanging_server)
    send(page, "what is gout?")
    expect(page.get_by_text("Looking in our library")).to_be_visible()
    expect(page.locator("#chat-input")).to_be_enabled()
    send(page, "he just collapsed and he is not breathing")
    page.get_by_test_id("care-card").wait_for()
    assert page.get_by_test_id("answer").count() == 0
