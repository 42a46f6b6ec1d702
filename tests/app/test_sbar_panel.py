"""The summary as a panel: links to the messages, and never an error on the page beside the transcript."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from nicegui import ui
from nicegui.client import Client
from nicegui.page import page

from app.care import sbar
from app.care.sbar import Summaries
from app.errors import RecordsError
from app.records.case_files import CaseFile
from app.wiring import Application
from guardrails.level import Evidence, Finding

WORDS = "crushing chest pain"
_FOUND = Finding("x", 1, "urgent", "medical", "Why.", "rule", ())


@pytest.fixture
def drawing() -> Iterator[Client]:
    """A page to draw on, without a browser."""
    with Client(page("/panel")) as client:
        yield client


def _file(app: Application, case: str) -> CaseFile:
    """The case as its page reads it."""
    file = app.case_files.read(case)
    assert file is not None
    return file


def _texts(client: Client) -> list[str]:
    return [element.text for element in client.elements.values() if isinstance(element, ui.label | ui.link)]


def test_a_line_leads_to_its_message(small: Application, drawing: Client) -> None:
    """One click from what fired to the words."""
    small.conversations.receive("p1", "c1", "hello")
    small.conversations.receive("p1", "c1", WORDS)
    found = Finding("heart-attack", 1, "emergency", "medical", "It can be a heart attack.", "rule", (Evidence(1, 0, 8, WORDS[:8]),))
    sbar.draw(Summaries(small).of(_file(small, small.case_store.escalate("p1", "c1", [found]))))
    assert "It can be a heart attack." in _texts(drawing)
    links = {element.props["href"] for element in drawing.elements.values() if isinstance(element, ui.link)}
    assert links == {"#turn-1"}


def test_a_summary_that_fails_says_so_and_raises_nothing(small: Application, drawing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transcript beside it must stay readable."""

    def fail(_case: str, _chat: str) -> None:
        raise RecordsError("the database did not complete the work")

    case = small.case_store.escalate("p1", "c1", [_FOUND])
    monkeypatch.setattr(small.stories, "of", fail)
    sbar.draw(Summaries(small).of(_file(small, case)))
    assert [text for text in _texts(drawing) if "cannot be made just now" in text]


def test_a_case_that_is_not_there_is_said_to_be_gone(small: Application, drawing: Client) -> None:
    """And so is a chat of another patient."""
    small.conversations.receive("p2", "c2", "hello")
    file = _file(small, small.case_store.escalate("p1", "c1", [_FOUND]))
    sbar.draw(Summaries(small).of(replace(file, chat="c2")))
    assert "There is no such case." in _texts(drawing)


def test_a_summary_is_made_again_only_where_what_it_rests_on_changed(small: Application) -> None:
    """A page looks twice a second; that somebody answered must not stay unsaid, and nothing else costs a reading."""
    case = small.case_store.escalate("p1", "c1", [_FOUND])
    small.staff.add("nora", "Nora", "care", "correct horse battery")
    nurse = small.staff.team("care")[0].id
    summaries = Summaries(small)
    first = summaries.of(_file(small, case))
    small.team_notes.note(case, nurse, "Called twice.")
    assert summaries.of(_file(small, case)) is first
    small.case_work.claim(case, nurse)
    small.case_work.called(case, nurse, reached=True)
    acted = summaries.of(_file(small, case)).made
    assert acted is not None
    assert "A person of the team has acted on their messages" in [line.text for line in acted.situation]
