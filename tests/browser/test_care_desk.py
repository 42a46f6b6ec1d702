"""A patient and two nurses at once: an emergency reaches both desks, one of them has it, and it is settled in front of both."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.records.staff import StaffStore
from tests.browser.conftest import PASSWORD, Server, open_chat, send, sign_in
from tests.browser.test_accessibility import PHONE, listed, serious
from tests.keys import served

pytestmark = pytest.mark.browser
RED_FLAG = "No fever, but crushing chest pain down my left arm <b>and</b> I am sweating"
TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


@pytest.fixture(scope="module")
def team(server: Server) -> Iterator[StaffStore]:
    """A second nurse and an editor beside those the server begins with."""
    database = served(server.data_dir)
    staff = StaffStore(database)
    for login, role in (("sam", "care"), ("ed", "editor")):
        with suppress(ValueError):
            staff.add(login, login.capitalize(), role, PASSWORD, "nurse")
    yield staff
    database.close()


@pytest.fixture
def desks(visitor: Callable[..., BrowserContext], server: Server, team: StaffStore) -> list[Page]:
    """The queue, open at two nurses in browsers of their own."""
    pages = [visitor().new_page() for _ in range(2)]
    for page, login in zip(pages, ("nora", "sam"), strict=True):
        sign_in(page, server, login, "/desk/care")
        page.get_by_role("heading", name="Open cases").wait_for()
    return pages


def _cases(page: Page) -> set[str]:
    """Ids of the open cases on a queue."""
    return set(page.eval_on_selector_all("[data-testid=case]", "rows => rows.map(row => row.dataset.case)"))


def _appeared(desks: list[Page], before: set[str], within_s: float) -> str:
    """The id of the one case that is new on every desk; the test fails where it takes longer."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        new = set.intersection(*(_cases(desk) for desk in desks)) - before
        if new:
            return new.pop()
        time.sleep(0.05)
    raise AssertionError(f"no new case on both desks within {within_s} s")


def _row(page: Page, case: str) -> str:
    return f"[data-testid=case][data-case='{case}']"


def _emergency(visitor: Callable[..., BrowserContext], server: Server, desks: list[Page]) -> str:
    """A patient types an emergency; the id of their case once both desks show it."""
    before = _cases(desks[0]) | _cases(desks[1])
    patient = open_chat(visitor(), server)
    send(patient, RED_FLAG)
    patient.get_by_test_id("care-card").wait_for()
    return _appeared(desks, before, 2.0)


def test_an_emergency_is_claimed_by_one_of_two_and_settled_before_both(
    visitor: Callable[..., BrowserContext], server: Server, desks: list[Page]
) -> None:
    """From the patient's Enter to the verdict, without reloading anything."""
    case = _emergency(visitor, server, desks)
    for desk in desks:
        row = desk.locator(_row(desk, case))
        expect(row).to_have_attribute("data-level", "emergency")
        expect(row).to_contain_text("heart attack")
        expect(row).to_contain_text("nobody has it")
        expect(row).not_to_contain_text("crushing")
        assert desk.title().startswith("(")
    for desk in desks:
        desk.evaluate("selector => document.querySelector(selector).click()", f"{_row(desk, case)} [data-key=c]")
    winner, other = _winner(desks, case)
    expect(other.get_by_text(" has this case now.")).to_be_visible()
    expect(other.locator(_row(other, case))).to_contain_text("has it")

    transcript = winner.get_by_test_id("transcript")
    expect(transcript.locator("#turn-0 mark").first).to_be_visible()
    assert "crushing chest" in " ".join(transcript.locator("mark").all_inner_texts())
    expect(transcript).to_contain_text("<b>and</b>")  # the patient's words are words, whatever they look like
    expect(transcript).to_contain_text("Care card the patient saw")
    expect(winner.get_by_test_id("finding").first).to_contain_text("heart-attack")
    assert serious(winner) - listed() == set()

    winner.keyboard.press("x")
    winner.get_by_label("False alarm").check()
    winner.get_by_label("No action needed").check()
    expect(winner.get_by_role("button", name="Close this case")).to_be_disabled()
    winner.get_by_label("True emergency").check()
    winner.get_by_label("Emergency services called").check()
    winner.get_by_role("button", name="Close this case").click()
    winner.wait_for_url("**/desk/care")
    for desk in desks:
        expect(desk.locator(_row(desk, case))).to_have_count(0)
        expect(desk.locator(f".cd-closed a[href='/desk/care/{case}']")).to_be_visible()


def _winner(desks: list[Page], case: str) -> tuple[Page, Page]:
    """Who got the case, and who did not."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        at = [desk for desk in desks if desk.url.endswith(case)]
        if at:
            winner = at[0]
            winner.get_by_test_id("transcript").wait_for()
            return winner, next(desk for desk in desks if desk is not winner)
        desks[0].wait_for_timeout(100)
    raise AssertionError("nobody got the case")


def test_a_nurse_works_by_keyboard_and_what_she_typed_stays(
    visitor: Callable[..., BrowserContext], server: Server, desks: list[Page]
) -> None:
    """Find, open, claim, write: without a mouse; a colleague's claim takes no words from her."""
    case = _emergency(visitor, server, desks)
    nora, sam = desks
    nora.locator(f"{_row(nora, case)} .cd-open").focus()
    nora.wait_for_timeout(2200)  # two looks: the focus must outlive them
    nora.keyboard.press("Enter")
    nora.wait_for_url(f"**/{case}")
    nora.get_by_test_id("transcript").wait_for()
    nora.keyboard.press("r")
    nora.keyboard.type("Hello, can you c")  # a c in a field claims nothing
    field = nora.get_by_label("Reply to the patient")
    expect(field).to_have_value("Hello, can you c")
    sam.locator(f"{_row(sam, case)} [data-key=c]").click()
    sam.wait_for_url(f"**/{case}")
    expect(nora.get_by_text("has this case and writes to the patient.")).to_be_visible()
    expect(field).to_have_value("Hello, can you c")
    sam.get_by_label("Reply to the patient").fill("Hello, I am Sam. Have you called 911?")
    sam.keyboard.press("Control+Enter")
    expect(sam.get_by_test_id("transcript")).to_contain_text("Hello, I am Sam.")
    expect(sam.get_by_role("button", name="Hand back to the assistant")).to_be_visible()
    expect(nora.get_by_test_id("transcript")).to_contain_text("Hello, I am Sam.")


def test_an_editor_opens_neither_queue_nor_case(visitor: Callable[..., BrowserContext], server: Server, desks: list[Page]) -> None:
    """They write articles; a case's address alone opens nothing."""
    case = (_cases(desks[0]) or {"00000000-0000-4000-8000-000000000000"}).pop()
    page = visitor().new_page()
    sign_in(page, server, "ed", "/desk/rules")
    for path in ("/desk/care", f"/desk/care/{case}", "/desk/care/templates"):
        page.goto(server.url + path)
        expect(page.locator("#password")).to_be_visible()


@pytest.mark.parametrize("options", [{}, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_the_desk_has_no_serious_violation(
    options: dict[str, object], visitor: Callable[..., BrowserContext], server: Server, team: StaffStore
) -> None:
    """Queue, templates, and the help."""
    page = visitor(**options).new_page()
    sign_in(page, server, "nora", "/desk/care")
    page.get_by_role("heading", name="Open cases").wait_for()
    assert serious(page) - listed() == set()
    page.locator("#cd-keys").click()
    assert serious(page) - listed() == set()
    page.goto(f"{server.url}/desk/care/templates")
    page.get_by_text("New template").click()
    assert serious(page) - listed() == set()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
