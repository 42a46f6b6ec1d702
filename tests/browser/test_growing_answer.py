"""A drafted answer as the page shows it: paragraph by paragraph in one element, and the same after a reload."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Server, open_chat, running, send
from tests.fakes_model import Gate, ScriptedServer, scripted_server

pytestmark = pytest.mark.browser


@pytest.fixture
def model() -> Iterator[ScriptedServer]:
    """A scripted model."""
    with scripted_server() as made:
        yield made


@pytest.fixture
def drafting_server(server: Server, model: ScriptedServer, tmp_path: Path) -> Iterator[Server]:
    """A server whose answers are drafted by the scripted model."""
    shutil.copytree(server.data_dir, tmp_path / "data")
    settings = {"CARELIGHT_MODEL": "openai:scripted", "CARELIGHT_MODEL_BASE_URL": model.url, "CARELIGHT_MODEL_API_KEY": "none"}
    patience = {"CARELIGHT_MODEL_TIMEOUT": "60", "CARELIGHT_MODEL_FIRST_TOKEN_TIMEOUT": "60"}
    with running(tmp_path / "data", **settings, **patience) as made:
        yield made


def test_an_answer_grows_in_its_place_and_is_the_same_after_a_reload(
    drafting_server: Server, model: ScriptedServer, visitor: Callable[..., BrowserContext]
) -> None:
    """The first paragraph can be read while the second is not yet written."""
    gate = Gate()
    one = "Gout is a painful kind of arthritis caused by uric acid crystals in a joint"
    two = "Uric acid is a normal waste product that the kidneys clear from the blood"
    model.says((f"{one} [1, 2, 3, 4].\n\n", gate, f"{two} [1, 2, 3, 4]."))
    page = open_chat(visitor(), drafting_server)
    send(page, "what is gout?")
    answer = page.get_by_test_id("answer")
    try:
        expect(page.get_by_test_id("growing")).to_be_visible(timeout=60_000)
        assert not gate.open.is_set()
        assert answer.count() == 1
        expect(answer).to_contain_text(one)
        expect(answer).not_to_contain_text(two)
    finally:
        gate.open.set()
    expect(page.get_by_test_id("growing")).to_have_count(0)
    assert answer.count() == 1
    whole = answer.inner_text()
    assert two in whole
    page.reload()
    expect(answer).to_have_count(1)
    assert answer.inner_text() == whole
