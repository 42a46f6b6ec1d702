"""The desk's pages as NiceGUI draws them, worked by a simulated nurse: no browser, no socket."""

from nicegui.testing import User

from app.wiring import Application
from tests.desk import at_the_desk
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
