"""The desk's pages as NiceGUI draws them, worked by a simulated nurse: no browser, no socket."""

from nicegui.testing import User

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
