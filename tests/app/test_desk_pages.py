"""The desk's pages as NiceGUI draws them, worked by a simulated nurse: no browser, no socket."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest
from nicegui.testing import User
from sqlalchemy import event

from app.journal import Reply
from app.wiring import Application
from tests.desk import PASSWORD, at_the_desk
from tests.fakes import finding


def test_a_nurse_claims_a_case_from_the_queue(small: Application) -> None:
    """Two seconds to see whom to help first, one click to have them."""
    small.case_store.escalate("p1", "c1", [finding()])

    async def work(user: User) -> None:
        await user.open("/care")
        await user.should_see("heart-attack may need help.")
        user.find("Claim").click()
        await user.should_see("you have it")

    at_the_desk(small, "nora", "care", work)
    assert small.case_store.queue()[0].owner == "Nora"


def test_a_patient_who_waits_for_nobody_is_not_offered(small: Application) -> None:
    """An empty queue says so, and that it stays live."""

    async def work(user: User) -> None:
        await user.open("/care")
        await user.should_see("No open cases")
        await user.should_not_see("Claim")

    at_the_desk(small, "nora", "care", work)


def test_a_reply_from_the_case_reaches_the_patients_chat(small: Application) -> None:
    """Claiming, joining and writing is one step for whoever is in a hurry."""
    case = small.case_store.escalate("p1", "c1", [finding()])

    async def work(user: User) -> None:
        await user.open(f"/care/{case}")
        user.find("Reply to the patient").type("I am calling you now.")
        user.find("Claim and send").click()
        await user.should_see("the assistant is quiet<", retries=40)

    at_the_desk(small, "nora", "care", work)
    assert [item.reply.body.get("words") for item in small.outgoing.waiting({"c1"})][-1] == "I am calling you now."


def test_an_editor_is_sent_to_sign_in(small: Application) -> None:
    """Cases are the care team's."""

    async def work(user: User) -> None:
        answer = await user.http_client.get("/care")
        assert (answer.status_code, answer.headers["location"]) == (307, "/sign-in?to=/desk/care")

    at_the_desk(small, "ed", "editor", work)


def test_figures_are_read_before_they_are_shown(small: Application) -> None:
    """They are computed on a thread; the page still arrives with them, and changes with what is chosen."""
    small.case_store.escalate("p1", "c1", [finding()])

    async def work(user: User) -> None:
        await user.open("/care/figures")
        await user.should_see("1 case by week and level")
        user.find("Made-up demo cases instead of patients'").click()
        await user.should_see("These cases are made up", retries=40)
        await user.should_not_see("1 case by week and level")

    at_the_desk(small, "nora", "care", work)


def test_a_chat_called_urgent_is_read_and_judged_from_the_list(small: Application) -> None:
    """What the alarm missed is worth a reading only where its verdict is kept."""
    turn = small.conversations.receive("p1", "c1", "it hurts a lot")
    small.conversations.record(turn, Reply("r1", "answer", "Rest."))
    small.reviews.said_urgent("p1", "c1", "r1")

    async def work(user: User) -> None:
        await user.open("/care/reviews")
        user.find("Read").click()
        await user.should_see("it hurts a lot", retries=40)
        user.find("Missed urgent").click()
        await user.should_see("Read (1)", retries=40)

    at_the_desk(small, "nora", "care", work)
    assert [review.verdict for review in small.review_list.all()] == ["missed_urgent"]


def test_a_case_can_be_given_to_a_colleague(small: Application) -> None:
    """The colleagues are read when they are asked for, so that who came today is among them."""
    case = small.case_store.escalate("p1", "c1", [finding()])
    small.staff.add("olga", "Olga", "care", PASSWORD)

    async def work(user: User) -> None:
        await user.open(f"/care/{case}")
        await user.should_not_see("Olga")
        user.find("Assign").click()
        await user.should_see("Olga", retries=40)

    at_the_desk(small, "nora", "care", work)


_PAGES = {
    "care": ("/care", "/care/{case}", "/care/figures", "/care/reviews", "/care/templates", "/care/recalls", "/rules"),
    "reviewer": ("/editor", "/editor/write/gout", "/editor/review/gout", "/editor/missing", "/editor/recalls", "/editor/texts", "/rules"),
    "administrator": ("/admin", "/admin/staff", "/admin/audit", "/editor/texts/words.en", "/editor/texts/numbers.regions"),
}


@pytest.mark.parametrize("role", _PAGES)
def test_no_page_reads_the_records_on_the_thread_that_serves_every_chat(role: str, small: Application) -> None:
    """A database that takes its time would hold up each patient's card with it."""
    case = small.case_store.escalate("p1", "c1", [finding()])
    met: list[str] = []

    def told(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        with suppress(RuntimeError):  # there is no loop on a thread of its own
            asyncio.get_running_loop()
            met.append(statement.rsplit("FROM", maxsplit=1)[-1][:60])

    async def work(user: User) -> None:
        for engine in (small.database.engine, small.keyring.engine):
            event.listen(engine, "before_cursor_execute", told)
        await _open_all(user, [page.format(case=case) for page in _PAGES[role]])
        for engine in (small.database.engine, small.keyring.engine):
            event.remove(engine, "before_cursor_execute", told)

    at_the_desk(small, "nora", role, work)
    assert met == []


async def _open_all(user: User, pages: Sequence[str]) -> None:
    for page in pages:
        await user.open(page)


def test_a_rule_set_is_signed_at_its_page(small: Application) -> None:
    """Who signed it is read again, and shown."""

    async def work(user: User) -> None:
        await user.open("/rules")
        await user.should_see("signed by nobody", retries=40)
        user.find("I have read these rules").click()
        await user.should_see("signed by Rita", retries=40)

    at_the_desk(small, "rita", "reviewer", work)
    assert small.sign_offs.names(small.rules_fingerprint) == ["Rita"]
