"""An editor and a reviewer in browsers of their own bring an article to a patient's chat, and take it out of it again."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.records.staff import StaffStore
from tests.browser.conftest import ASSISTANT, PASSWORD, Server, open_chat, say, sign_in
from tests.browser.test_accessibility import PHONE, listed, serious
from tests.browser.test_care_desk import TABLET
from tests.keys import served

pytestmark = pytest.mark.browser
SLUG = "plantar-fasciitis"
REVIEW, WRITE = f"/desk/editor/review/{SLUG}", f"/desk/editor/write/{SLUG}"
WAS = "Plantar fasciitis is pain under the heel that comes from strain of the plantar fascia, the thick band along the sole of the foot."
FIRST = "Plantar fasciitis is tenderness under the heel from strain of the plantar fascia, the band along the sole of the foot."
NEW = (
    "Plantar fasciitis is soreness under the heel that comes from strain of the plantar fascia, the strong band along the sole of the foot."
)
GATE_MS = 240_000
"""Some hundred questions are asked of two libraries, on a machine that runs other tests meanwhile."""


@pytest.fixture(scope="module")
def editors(server: Server) -> Iterator[None]:
    """An editor beside the reviewer that the server begins with."""
    database = served(server.data_dir)
    with suppress(ValueError):
        StaffStore(database).add("ed", "Ed", "editor", PASSWORD)
    yield
    database.close()


@pytest.fixture
def both(visitor: Callable[..., BrowserContext], server: Server, editors: None) -> tuple[Page, Page]:
    """The editor at the article, and the reviewer at its review."""
    ed, rita = visitor().new_page(), visitor().new_page()
    sign_in(ed, server, "ed", WRITE)
    sign_in(rita, server, "rita", REVIEW)
    rita.get_by_test_id("standing").wait_for()
    return ed, rita


def _write(ed: Page, server: Server, old: str, new: str, note: str) -> None:
    """Change the text on the writing page and hand it in."""
    if not ed.url.endswith(WRITE):
        ed.goto(server.url + WRITE)
    begin = ed.get_by_role("button", name="Begin a working copy")
    field = ed.locator("#ed-text")
    expect(begin.or_(field).first).to_be_visible()
    if begin.is_visible():
        begin.click()
    expect(field).to_be_visible()
    field.fill(field.input_value().replace(old, new))
    expect(ed.get_by_test_id("saved")).to_contain_text("Saved")
    ed.get_by_role("button", name="Hand in for review").click()
    ed.get_by_label("Note to the reviewer").fill(note)
    ed.get_by_role("button", name="Hand it in", exact=True).click()
    ed.wait_for_url(f"**{REVIEW}*")


def _asked(visitor: Callable[..., BrowserContext], server: Server) -> Page:
    """A new patient's chat with the answer to the question."""
    patient = open_chat(visitor(), server)
    say(patient, "what is plantar fasciitis?")
    return patient


def _told(patient: Page) -> str:
    expect(patient.get_by_text("Looking in our library")).to_have_count(0)
    expect(patient.locator(ASSISTANT).last).not_to_be_empty()
    return patient.locator(ASSISTANT).last.inner_text()


@pytest.mark.timeout(1200)
def test_an_article_goes_from_a_draft_to_a_patients_chat_and_out_of_it_again(
    both: tuple[Page, Page], visitor: Callable[..., BrowserContext], server: Server
) -> None:
    """Sent back once, then approved, checked, let pass by name, published, quoted, withdrawn, quoted no more."""
    ed, rita = both
    assert WAS in _told(_asked(visitor, server))

    _write(ed, server, WAS, FIRST, "Plainer words.")
    rita.get_by_role("link", name="Show it").click()
    expect(rita.get_by_test_id("standing")).to_contain_text("Plainer words.")
    compared = rita.get_by_test_id("compared")
    expect(compared.locator("ins").first).to_contain_text("tenderness")
    expect(ed.get_by_test_id("why-not")).to_contain_text("Only clinical reviewers approve articles")
    _comment_on(rita, "tenderness", "Say soreness: patients know that word.")
    expect(ed.get_by_test_id("comment")).to_contain_text("Say soreness")  # a colleague's page, without reloading
    rita.get_by_role("button", name="Ask for changes").click()
    rita.get_by_label("What has to change").fill("See my comment.")
    rita.get_by_role("button", name="Send it back").click()
    expect(ed.get_by_test_id("history")).to_contain_text("asked for changes")

    _write(ed, server, FIRST, NEW, "Soreness, then.")
    rita.get_by_role("link", name="Show it").click()
    expect(rita.get_by_test_id("state")).to_contain_text("in review: 0 of 1 signature")
    approve = rita.get_by_role("button", name="Approve", exact=True)
    expect(approve).to_be_visible(timeout=GATE_MS)
    expect(rita.get_by_test_id("gate")).to_contain_text("soreness under the heel")
    approve.click()
    rita.get_by_role("button", name="Approve this revision").click()

    expect(ed.get_by_test_id("state")).to_contain_text("approved by Rita")
    expect(ed.get_by_test_id("why-not")).to_contain_text("Somebody must look at the answers that change")
    ed.get_by_role("button", name="let them pass").or_(ed.get_by_role("button", name="let it pass")).click()
    expect(rita.get_by_text("Ed has looked at the changes and let them pass.")).to_be_visible()
    ed.get_by_role("button", name="Publish now").click()
    ed.get_by_role("dialog").get_by_role("button", name="Publish now").click()
    expect(rita.get_by_test_id("standing")).to_contain_text("passed by two people")

    cited = _until_quoted(visitor, server)
    rita.get_by_role("button", name="Withdraw").click()
    rita.get_by_label("Why (this stays in its history)").fill("a dose is wrong")
    rita.get_by_role("button", name="Withdraw this article").click()
    expect(ed.get_by_test_id("standing")).to_contain_text("Withdrawn: a dose is wrong")
    assert NEW not in _told(_asked(visitor, server))
    _says_withdrawn(visitor().new_page(), server, cited)


def _comment_on(page: Page, words: str, said: str) -> None:
    """Select words in the later text by the mouse, and comment on them."""
    row = page.get_by_test_id("compared").locator(".ed-row", has_text=words)
    row.locator(".ed-is ins", has_text=words).dblclick()
    row.get_by_role("button", name="Comment").click()
    expect(page.get_by_role("dialog").locator("select")).to_contain_text("The chosen words")
    page.get_by_label("What you want to say").fill(said)
    page.get_by_role("button", name="Save comment").click()
    expect(row.get_by_test_id("comment")).to_contain_text(said)


def _until_quoted(visitor: Callable[..., BrowserContext], server: Server) -> str:
    """New patients ask until an answer quotes the new words, for the index follows within seconds; the address it cites."""
    for _ in range(5):
        patient = _asked(visitor, server)
        if NEW in _told(patient):
            return patient.get_by_test_id("citation").first.get_attribute("href") or ""
        patient.wait_for_timeout(1000)
    raise AssertionError(f"no answer quoted what was published: {_told(patient)}")


def _says_withdrawn(reader: Page, server: Server, cited: str) -> None:
    """Its page tells that it was withdrawn, and an old answer opens what it cited, marked."""
    reader.goto(f"{server.url}/library/{SLUG}")
    expect(reader.get_by_role("note")).to_contain_text("was withdrawn")
    expect(reader.get_by_text(NEW)).to_have_count(0)
    expect(reader.locator(".emergency")).to_contain_text("911")
    reader.goto(f"{server.url}{cited}")
    expect(reader.get_by_role("note")).to_contain_text("Do not follow what it says")
    expect(reader.locator("#mark").first).to_be_visible()


def test_a_comment_is_made_by_keyboard(visitor: Callable[..., BrowserContext], server: Server, editors: None) -> None:
    """Without a mouse one sentence of a paragraph can be chosen, and the bar never covers what has the focus."""
    page = visitor().new_page()
    sign_in(page, server, "ed", "/desk/editor/review/tennis-elbow")
    button = page.get_by_role("button", name="Comment on:").nth(2)
    button.focus()
    page.keyboard.press("Enter")
    about = page.get_by_role("dialog").locator("select")
    expect(about).to_be_visible()
    chosen = about.locator("option").last.get_attribute("value") or ""
    about.select_option(chosen)
    page.get_by_label("What you want to say").focus()
    page.keyboard.type("Is this so for everyone?")
    page.get_by_role("button", name="Save comment").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("comment")).to_contain_text("Is this so for everyone?")
    page.get_by_role("button", name="Settle", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ed-resolved")).to_contain_text("settled by Ed")


@pytest.mark.parametrize("options", [{}, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_the_review_page_has_no_serious_violation(
    options: dict[str, object], visitor: Callable[..., BrowserContext], server: Server, editors: None
) -> None:
    """Comparison, history, and a dialog."""
    page = visitor(**options).new_page()
    sign_in(page, server, "rita", "/desk/editor/review/gout")
    page.get_by_test_id("summary").wait_for()
    assert serious(page) - listed() == set()
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_label("Why (this stays in its history)").wait_for()
    assert serious(page) - listed() == set()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
