"""The summary as a panel: links to the messages, and never an error on the page beside the transcript."""

from collections.abc import Iterator

import pytest
from nicegui import ui
from nicegui.client import Client
from nicegui.page import page

from app.care import sbar
from app.errors import RecordsError
from app.wiring import Application
from guardrails.level import Evidence, Finding

WORDS = "crushing chest pain"


@pytest.fixture
def drawing() -> Iterator[Client]:
    """A page to draw on, without a browser."""
    with Client(page("/panel")) as client:
        yield client


def _texts(client: Client) -> list[str]:
    return [element.text for element in client.elements.values() if isinstance(element, ui.label | ui.link)]


def test_a_line_leads_to_its_message(small: Application, drawing: Client) -> None:
    """One click from what fired to the words."""
    small.conversations.receive("p1", "c1", "hello")
    small.conversations.receive("p1", "c1", WORDS)
    found = Finding("heart-attack", 1, "emergency", "medical", "It can be a heart attack.", "rule", (Evidence(1, 0, 8, WORDS[:8]),))
    sbar.draw(small, small.case_store.escalate("p1", "c1", [found]))
    assert "It can be a heart attack." in _texts(drawing)
    links = {element.props["href"] for element in drawing.elements.values() if isinstance(element, ui.link)}
    assert links == {"#turn-1"}


def test_a_summary_that_fails_says_so_and_raises_nothing(small: Application, drawing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transcript beside it must stay readable."""

    def fail(_case: str, _chat: str) -> None:
        raise RecordsError("the database did not complete the work")

    monkeypatch.setattr(small.stories, "of", fail)
    sbar.draw(small, "any")
    assert [text for text in _texts(drawing) if "cannot be made just now" in text]


def test_a_case_that_is_not_there_is_said_to_be_gone(small: Application, drawing: Client) -> None:
    """And so is a chat of another patient."""
    small.conversations.receive("p2", "c2", "hello")
    case = small.case_store.escalate("p1", "c1", [Finding("x", 1, "urgent", "medical", "Why.", "rule", ())])
    sbar.draw(small, case, "c2")
    assert "There is no such case." in _texts(drawing)
