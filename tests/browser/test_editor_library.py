"""The editors' library in a real browser: found by keyboard, live between two people, filled by a document, and axe clean."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import PASSWORD, Server, sign_in
from tests.browser.test_accessibility import listed, serious

pytestmark = pytest.mark.browser
NARROW = [{"viewport": {"width": 820, "height": 1100}}, {"viewport": {"width": 390, "height": 844}}]


def _command(server: Server, *arguments: str, text: str = "") -> None:
    command = [sys.executable, "-m", "app.cli", *arguments, "--data-dir", str(server.data_dir)]
    subprocess.run(command, input=text.encode(), check=True, capture_output=True)


@pytest.fixture(scope="module")
def desk(server: Server) -> Iterator[Server]:
    """The shared server with an editor and the made-up desk, which is taken away again."""
    _command(server, "staff", "add", "edith", "--role", "editor", "--name", "Edith", text=f"{PASSWORD}\n")
    _command(server, "demo", "editor")
    yield server
    _command(server, "demo", "editor", "--clear")


@pytest.fixture
def editor(visitor: Callable[..., BrowserContext], desk: Server) -> Page:
    """Edith at the library."""
    return _at_the_library(visitor(), desk, "edith")


def _at_the_library(context: BrowserContext, desk: Server, login: str) -> Page:
    page = context.new_page()
    sign_in(page, desk, login, "/desk/editor")
    expect(_rows(page).first).to_be_visible(timeout=30_000)
    return page


def _rows(page: Page) -> Locator:
    return page.locator("tbody tr")


def test_the_library_is_found_through_by_keyboard_and_has_no_serious_violation(editor: Page) -> None:
    """Words narrow the list while they are typed, and the head of each column orders it."""
    expect(_rows(editor)).to_have_count(50)
    expect(_rows(editor).first).to_contain_text("days overdue")
    assert serious(editor) - listed() == set()
    editor.get_by_label("Find by title").press_sequentially("demo hay")
    expect(_rows(editor)).to_have_count(1)
    expect(_rows(editor)).to_contain_text("In review")
    editor.get_by_label("Find by title").fill("demo")
    expect(_rows(editor)).to_have_count(7)
    head = editor.get_by_role("button", name="Article", exact=True)
    head.focus()
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("columnheader", name="Article")).to_have_attribute("aria-sort", "ascending")
    expect(_rows(editor).first).to_contain_text("Demo: blisters")
    expect(head).to_be_focused()
    editor.get_by_label("State").select_option("withdrawn")
    expect(_rows(editor)).to_have_count(1)
    expect(_rows(editor)).to_contain_text("One of its two sources was taken down")
    editor.get_by_label("Find by title").fill("nothing is called so")
    expect(editor.get_by_text("No article matches")).to_be_visible()
    assert serious(editor) - listed() == set()


def test_pages_of_a_long_list_are_turned(editor: Page) -> None:
    """Fifty at a time, however many there are."""
    first = _rows(editor).first.inner_text()
    editor.get_by_role("button", name="Next", exact=True).click()
    expect(editor.get_by_text("51 to 100 of")).to_be_visible()
    expect(_rows(editor).first).not_to_have_text(first)


@pytest.mark.parametrize("options", NARROW, ids=["tablet", "phone"])
def test_the_library_fits_narrow_screens(options: dict[str, object], visitor: Callable[..., BrowserContext], desk: Server) -> None:
    """Nothing is cut off, and nothing is unreadable."""
    page = _at_the_library(visitor(**options), desk, "edith")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) - listed() == set()


def test_a_document_becomes_a_draft_that_a_colleague_sees_at_once(
    editor: Page, desk: Server, visitor: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    """Uploaded through the browser's own file chooser; a wrong file is refused in words."""
    reviewer = _at_the_library(visitor(), desk, "rita")
    editor.get_by_role("button", name="Upload a document").click()
    expect(editor.get_by_role("dialog", name="Upload a document")).to_be_visible()
    assert serious(editor) - listed() == set()
    (tmp_path / "chilblains.docx").write_bytes(b"no archive")
    (tmp_path / "chilblains.html").write_text("<h1>Chilblains</h1><p>Chilblains are itchy spots after cold.</p>")
    with editor.expect_file_chooser() as wrong:
        editor.get_by_role("button", name="Choose a file").click()
    wrong.value.set_files(tmp_path / "chilblains.docx")
    expect(editor.get_by_text("is it really docx?")).to_be_visible()
    with editor.expect_file_chooser() as right:
        editor.get_by_role("button", name="Choose a file").click()
    right.value.set_files(tmp_path / "chilblains.html")
    editor.wait_for_url("**/desk/editor/write/chilblains")
    reviewer.get_by_label("Find by title").fill("chilblains")
    expect(_rows(reviewer)).to_have_count(1)
    expect(_rows(reviewer)).to_contain_text("Edith")
    expect(_rows(reviewer)).to_contain_text("patients do not get it")
