"""A nurse writes to a patient on a phone: live, after a tunnel, exactly once, and until the patient wants the assistant again.

The nurse acts on the same records as another process would, so that everything she writes comes by the outbox.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.escalation import care_team
from app.escalation.care_team import Question
from app.records.care_tables import OutgoingRow
from app.records.case_work import CaseWork
from app.records.cases import CaseStore
from app.records.database import Database
from app.records.staff import StaffStore
from knowledge import words
from tests.browser.conftest import PASSWORD, Server, open_chat, say, send
from tests.browser.test_patient import PHONE, RED_FLAG
from tests.keys import served

pytestmark = pytest.mark.browser
ENGLISH = words.load("en")


@dataclass
class Nurse:
    """Nora, signed in and at work on the server's database."""

    database: Database

    def __post_init__(self) -> None:
        staff = StaffStore(self.database)
        member = staff.member(staff.sign_in("nora", PASSWORD) or "")
        assert member is not None
        self.me = member
        self.work = CaseWork(self.database)

    def take(self, chat: str) -> str:
        """Claim the case of that chat and speak there; the case."""
        case = next(line.id for line in CaseStore(self.database).queue() if line.conversation_id == chat)
        self.work.claim(case, self.me.id)
        self.work.join(case, self.me.id, chat, care_team.joined(ENGLISH, self.me))
        return case

    def write(self, case: str, chat: str, text: str, question: Question | None = None) -> str:
        """Write to the patient; the id of the message."""
        reply = care_team.said(self.me, text, question)
        self.work.reply(case, self.me.id, chat, reply)
        return reply.id

    def arrived(self, reply_id: str) -> bool:
        """Whether a page has acknowledged the message within five seconds."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with self.database.reading() as session:
                if session.scalar(select(OutgoingRow.delivered).where(OutgoingRow.reply_id == reply_id)) is not None:
                    return True
            time.sleep(0.1)
        return False

    def waits(self, case: str) -> bool:
        """Whether the patient waits for a person."""
        return next(line for line in CaseStore(self.database).queue() if line.id == case).standing.waiting_since is not None


@pytest.fixture
def nurse(server: Server) -> Iterator[Nurse]:
    """Nora, with a database connection of her own."""
    database = served(server.data_dir)
    yield Nurse(database)
    database.close()


@pytest.fixture
def phone(visitor: Callable[..., BrowserContext], server: Server) -> Page:
    """The chat on a phone."""
    return open_chat(visitor(**PHONE), server)


def _chat(page: Page) -> str:
    page.wait_for_url("**/thread/**")
    return page.url.rsplit("/", 1)[1]


def test_a_nurse_writes_with_a_patient_until_they_want_the_assistant_again(phone: Page, nurse: Nurse) -> None:
    """The whole promise: named, live, through a tunnel, exactly once, with the assistant quiet until it is asked for."""
    say(phone, RED_FLAG)
    phone.locator("[data-tap=help_coming]").last.click()
    chat = _chat(phone)
    case = nurse.take(chat)
    expect(phone.locator("#carelight-person")).to_contain_text("Nora")
    expect(phone.locator("#carelight-ask-person")).to_be_hidden()

    first = nurse.write(case, chat, "I am with you.", Question("Is help coming?", ("Yes", "No")))
    message = phone.get_by_test_id("staff")
    expect(message).to_contain_text("I am with you.")
    expect(message).to_contain_text("Care team, a person")
    assert nurse.arrived(first)
    assert not nurse.waits(case)

    message.get_by_test_id("staff-choice").first.click()
    expect(phone.locator("[data-step-type=user_message]").last).to_have_text("Yes")
    send(phone, "what is gout?")
    phone.wait_for_timeout(1500)
    assert (phone.get_by_test_id("answer").count(), nurse.waits(case)) == (0, True)

    phone.context.set_offline(True)
    phone.wait_for_timeout(1000)
    second = nurse.write(case, chat, "Are you still there?")
    phone.wait_for_timeout(1500)
    phone.context.set_offline(False)
    expect(phone.get_by_text("Are you still there?")).to_have_count(1, timeout=30_000)
    assert nurse.arrived(second)

    phone.reload()
    expect(phone.get_by_test_id("staff")).to_have_count(2)
    expect(phone.locator("#carelight-person")).to_contain_text("Nora")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    phone.locator("#carelight-person button").click()
    expect(phone.get_by_text("The assistant answers again.")).to_have_count(1)
    expect(phone.locator("#carelight-person")).to_be_hidden()
    say(phone, "what is gout?")
    expect(phone.get_by_test_id("answer").last).to_be_visible()


def test_below_a_card_taller_than_the_phone_a_person_who_comes_is_seen(phone: Page, nurse: Nurse) -> None:
    """The card holds its head in sight, and must not thereby hide that somebody is there now."""
    say(phone, RED_FLAG)
    expect(phone.get_by_test_id("reach")).to_have_count(1)
    nurse.take(_chat(phone))
    expect(phone.get_by_test_id("words").last).to_contain_text("Nora")
    expect(phone.get_by_test_id("words").last).to_be_in_viewport()


def test_who_asks_for_a_person_may_leave_a_number_below_the_truth(phone: Page, nurse: Nurse) -> None:
    """The button is always there; the form is folded, optional, and kept on the case."""
    phone.locator("#carelight-ask-person").click()
    expect(phone.get_by_text("No one is watching this chat right now.").or_(phone.get_by_text("at the desk now"))).to_be_visible()
    form = phone.get_by_test_id("reach")
    expect(form.locator("[name=phone]")).to_be_hidden()
    form.locator("summary").click()
    form.locator("[name=phone]").fill("+1 555 010 0199")
    form.locator("[data-safe=true]").click()
    form.get_by_test_id("reach-save").click()
    expect(form.get_by_test_id("reach-said")).to_contain_text("It is now with your case")
    phone.reload()
    expect(phone.get_by_test_id("reach")).to_have_count(1)
    chat = _chat(phone)
    assert [line.level for line in CaseStore(nurse.database).queue() if line.conversation_id == chat] == ["routine"]


def test_a_card_stands_above_its_form(page: Page) -> None:
    """After the card, never before it (rule of care 12), live and after a reload."""
    say(page, RED_FLAG)
    for _ in ("live", "reloaded"):
        card, form = page.get_by_test_id("care-card").bounding_box(), page.get_by_test_id("reach").bounding_box()
        assert card is not None
        assert form is not None
        assert card["y"] + card["height"] <= form["y"]
        page.wait_for_url("**/thread/**")
        page.reload()
        page.get_by_test_id("reach").wait_for()


def test_an_answer_that_stood_where_help_was_needed_can_be_told(page: Page) -> None:
    """One quiet tap, and what to do now."""
    say(page, "what is gout?")
    page.get_by_test_id("said-urgent").click()
    expect(page.get_by_text("it calls no one now")).to_contain_text("call 911")
    expect(page.get_by_test_id("said-urgent")).to_be_disabled()
