"""The administrator's pages: the switch, accounts and the audit log, drawn without a browser."""

from nicegui.testing import User

from app.admin.staff_page import first_password
from app.passwords import problem
from app.records.audit import Wanted
from app.wiring import Application
from tests.desk import PASSWORD, at_the_desk


def test_an_administrator_stops_the_assistant_with_a_reason(small: Application) -> None:
    """It holds at once, and the desk says who and why."""

    async def work(user: User) -> None:
        await user.open("/admin")
        await user.should_see("The assistant answers.", retries=40)
        user.find(marker="stop").click()
        user.find("Why, for colleagues").type("wrong <advice>")
        user.find(marker="stop-it-now").click()
        await user.should_see("by Ada: wrong &lt;advice&gt;", retries=40)
        await user.should_see("The assistant is stopped since", retries=40)

    at_the_desk(small, "ada", "administrator", work)
    assert small.stop_switch.on()


def test_the_overview_says_what_is_on_and_what_is_missing(small: Application) -> None:
    """One look for whoever is asked by an auditor."""

    async def work(user: User) -> None:
        await user.open("/admin")
        for words in ("Articles served", "Search index", "Rule set in force", "SQLite in the data folder", "What keeps it from production"):
            await user.should_see(words, retries=40)

    at_the_desk(small, "ada", "administrator", work)


def test_an_administrator_adds_somebody_and_reads_their_first_password_once(small: Application) -> None:
    """It works, and stands nowhere else."""

    async def work(user: User) -> None:
        await user.open("/admin/staff")
        await user.should_see("Ada (ada)", retries=40)
        user.find("Login").type("nora")
        user.find("Name, as colleagues").type("Nora")
        user.find(marker="add").click()
        await user.should_see("shown only now", retries=40)
        await user.should_see("Nora (nora)", retries=40)

    at_the_desk(small, "ada", "administrator", work)
    (entry,) = small.audit.find(Wanted(verb="staff.added_care")).entries
    assert entry[1].actor == small.staff_admin.account("ada").id
    assert problem(first_password(), "nora", "Nora") == ""


def test_the_log_is_searched_proven_and_its_reading_recorded(small: Application) -> None:
    """Whoever reads the log is on it too."""
    small.audit.record("system", "settings.changed", "0123")

    async def work(user: User) -> None:
        await user.open("/admin/audit")
        await user.should_see("audit.read", retries=40)
        await user.should_see("settings.changed")
        user.find(marker="verify").click()
        await user.should_see("entries are as they were written", retries=40)
        user.find("Verb, or how").type("settings")
        user.find(marker="search").click()
        await user.should_not_see("audit.read", retries=40)

    at_the_desk(small, "ada", "administrator", work)


def test_a_page_whose_session_ended_holds_nothing_any_more(small: Application) -> None:
    """Also for a browser that does not leave: its buttons are gone from the server."""

    async def work(user: User) -> None:
        await user.open("/admin/staff")
        await user.should_see("Ada (ada)", retries=40)
        small.staff_admin.end_sessions(small.staff_admin.account("ada").id, "operator")
        await user.should_not_see("Ada (ada)", retries=60)
        await user.should_not_see(marker="add")

    at_the_desk(small, "ada", "administrator", work)


def test_nobody_else_sees_the_pages(small: Application) -> None:
    """An editor is sent to the sign-in."""
    small.staff.add("ada", "Ada", "administrator", PASSWORD)

    async def work(user: User) -> None:
        for page in ("/admin", "/admin/staff", "/admin/audit"):
            answer = await user.http_client.get(page)
            assert (answer.status_code, answer.headers["location"]) == (307, f"/sign-in?to=/desk{page}")

    at_the_desk(small, "ed", "editor", work)
