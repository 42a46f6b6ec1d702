"""The desk's pages of what is missing and of recalls, worked by a simulated editor and a simulated nurse."""

import asyncio
from collections.abc import Callable
from urllib.parse import unquote

from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.errors import RecordsError
from app.records.audit import AuditLog
from app.records.models import Patient
from app.records.outgoing import OutgoingStore
from app.wiring import Application
from knowledge.article import Article
from tests.app.records.test_recalls import DOSE, NEW, OLD, PAIN, quoted
from tests.app.test_missing import WHIPPLE, ask
from tests.desk import at_the_desk

AFTER = 60
"""Tenths of a second that a page may take to read."""


class NoAuditLog(AuditLog):
    """A trail that takes nothing."""

    def record(self, actor: str, verb: str, subject: str) -> None:
        raise RecordsError("the database did not take this")


def unanswered(app: Application, first: int = 0, *, demo: bool = False) -> None:
    """Three patients to whom the library had nothing to say."""
    for number, text in enumerate(WHIPPLE):
        patient = f"p{first + number}"
        ask(app.conversations, patient, text)
        if demo:
            with app.database.transaction() as session:
                session.get_one(Patient, patient).kind = "demo"


def press(user: User, text: str) -> None:
    """Click the first button that says exactly that."""
    found = {button for button in user.find(kind=ui.button).elements if button.text == text}
    UserInteraction(user, found, None).click()


async def until(done: Callable[[], bool]) -> None:
    """Wait for a step whose page then leaves for another address, which a simulated user does not follow."""
    for _ in range(AFTER):
        if done():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the step was not taken")


def member(app: Application, login: str) -> str:
    """The id of somebody who was at the desk."""
    return next(each.id for role in ("editor", "reviewer", "care", "administrator") for each in app.staff.team(role) if each.login == login)


def corrected(app: Application) -> None:
    """An article on gout that three patients were quoted, one of them what still stands, and whose dose was then corrected."""
    app.add_articles([OLD], "test")
    number = app.library.newest("gout")
    quoted(app.database, "p1", PAIN, revision=number)
    quoted(app.database, "p2", revision=number)
    quoted(app.database, "p3", level="urgent", revision=number)
    app.add_articles([NEW], "test")


def recalled(app: Application, of: Article = OLD) -> int:
    """A recall of that revision, begun by an editor."""
    corrected(app)
    app.staff.add("ed", "Ed", "editor", "correct horse battery")
    return app.recalls.open(of.slug, app.library.newest("gout") - 1, "The limit was too high.", member(app, "ed"))


def test_an_editor_begins_an_article_from_what_patients_asked(small: Application) -> None:
    """One click from the list to a working copy, and the list says whose it is."""
    unanswered(small)

    async def work(user: User) -> None:
        await user.open("/editor/missing")
        await user.should_see("Reading")
        await user.should_see("To look at (1)", retries=AFTER)
        await user.should_see("3 not covered")
        press(user, "Begin an article")
        user.find("Title, as patients would look for it").clear().type("Whipple disease")
        press(user, "Begin")
        await user.should_see("Give it a title and choose its kind", retries=AFTER)
        user.find(kind=ui.html, content="condition").trigger("change", "condition")
        press(user, "Begin")
        await until(lambda: small.drafts.now("whipple-disease") is not None)
        await user.open("/editor/missing")
        await user.should_see("An article was begun for it", retries=AFTER)

    at_the_desk(small, "ed", "editor", work)
    draft = small.drafts.now("whipple-disease")
    assert draft is not None
    assert "kind: condition" in draft.text
    assert [(each.verb) for each in small.audit.of("missing")][:1] == ["missing.read"]


def test_what_is_set_aside_is_folded_with_its_reason_and_can_be_opened_again(small: Application) -> None:
    """By name and with a reason, so that the next editor need not ask."""
    unanswered(small)

    async def work(user: User) -> None:
        await user.open("/editor/missing")
        await user.should_see("To look at (1)", retries=AFTER)
        press(user, "Set aside")
        press(user, "Set it aside")
        await user.should_see("Choose one of the two, and say why", retries=AFTER)
        user.find(kind=ui.html, content="not_for_us").trigger("change", "not_for_us")
        user.find("Why, for whoever meets it next").type("Too rare for us.")
        press(user, "Set it aside")
        await user.should_see("Set aside (1)", retries=AFTER)
        await user.should_see("Too rare for us.")
        press(user, "Open again")
        await user.should_see("To look at (1)", retries=AFTER)

    at_the_desk(small, "ed", "editor", work)
    assert [(each.ruling, each.reason) for each in small.gap_store.decisions()] == [("not_for_us", "Too rare for us."), ("open", "")]


def test_made_up_questions_are_never_among_patients(small: Application) -> None:
    """Either the one list or the other, and the made-up one says so."""
    unanswered(small)
    unanswered(small, 10, demo=True)

    async def work(user: User) -> None:
        await user.open("/editor/missing")
        await user.should_see("<b>3 questions</b>", retries=AFTER)
        await user.should_not_see("These chats are made up")
        user.find("Made-up demo chats instead of patients'").click()
        await user.should_see("These chats are made up", retries=AFTER)
        await user.should_see("<b>3 questions</b>")

    at_the_desk(small, "ed", "editor", work)


def test_an_administrator_looks_and_decides_nothing(small: Application) -> None:
    """The list is the editors'."""
    unanswered(small)

    async def work(user: User) -> None:
        await user.open("/editor/missing")
        await user.should_see("To look at (1)", retries=AFTER)
        await user.should_not_see("Begin an article")
        await user.should_not_see("Set aside")

    at_the_desk(small, "ada", "administrator", work)


def test_a_reading_that_cannot_be_recorded_does_not_happen(small: Application) -> None:
    """What patients asked is read on the trail or not at all."""
    unanswered(small)
    small.__dict__["audit"] = NoAuditLog(small.database)

    async def work(user: User) -> None:
        await user.open("/editor/missing")
        await user.should_see("cannot be read just now", retries=AFTER)
        await user.should_not_see("whipple")

    at_the_desk(small, "ed", "editor", work)


def test_lists_are_for_those_whose_desk_it_is(small: Application) -> None:
    """A nurse has recalls at her own desk, and no list of what is missing."""

    async def work(user: User) -> None:
        for path in ("/editor/missing", "/editor/recalls?slug=gout&revision=2", "/editor/recalls/1"):
            answer = await user.http_client.get(path)
            assert (answer.status_code, unquote(answer.headers["location"])) == (307, f"/sign-in?to=/desk{path}")
        await user.open("/care/recalls")
        await user.should_see("Recalls")

    at_the_desk(small, "nora", "care", work)


def test_an_editor_starts_a_recall_of_the_revision_that_the_address_names(small: Application) -> None:
    """From the page on which it was corrected it is one question away."""
    corrected(small)
    number = small.library.newest("gout") - 1

    async def work(user: User) -> None:
        await user.open(f"/editor/recalls?slug=gout&revision={number}")
        await user.should_see("3 conversations quoted it")
        await user.should_see("2 of them words that no longer stand")
        user.find("Why (the team reads this, patients do not)").type("The limit was too high.")
        press(user, "Start the recall")
        await until(lambda: bool(small.recall_files.all(small.library.snapshot())))

    at_the_desk(small, "ed", "editor", work)
    [recall] = small.recall_files.all(small.library.snapshot())
    assert (recall.slug, recall.revision, recall.reason, recall.opened_by) == ("gout", number, "The limit was too high.", "Ed")


def test_what_patients_still_get_is_not_recalled(small: Application) -> None:
    """And the page says why there is nothing to start."""
    corrected(small)

    async def work(user: User) -> None:
        await user.open(f"/editor/recalls?slug=gout&revision={small.library.newest('gout')}")
        await user.should_see("Nothing to recall")

    at_the_desk(small, "ed", "editor", work)


def test_an_editor_sees_what_became_of_the_words_and_none_of_the_patients(small: Application) -> None:
    """The worst first; the chat itself is the care team's."""
    recall = recalled(small)

    async def work(user: User) -> None:
        await user.open(f"/editor/recalls/{recall}")
        await user.should_see("Conversations (3)")
        await user.should_see(DOSE)
        await user.should_see("corrected since")
        await user.should_see("1 sentence that still stands")
        await user.should_not_see("question of")
        await user.should_not_see("Open the chat")

    at_the_desk(small, "ed", "editor", work)


def test_a_nurse_opens_the_chat_and_leaves_the_patient_a_note(small: Application) -> None:
    """The opening is on the trail, the note is on its way, and the list says who did it."""
    recall = recalled(small)

    async def work(user: User) -> None:
        await user.open(f"/care/recalls/{recall}")
        press(user, "Open the chat")
        await user.should_see("question of p3", retries=AFTER)
        press(user, "Leave a note")
        user.find("What you add in English (may stay empty)").type("The limit was too high.")
        await user.should_see("That page has been corrected since. The limit was too high.", retries=AFTER)
        press(user, "Leave the note")
        await user.should_see("Told by Nora", retries=AFTER)
        await user.should_see("1 of 3 patient conversations told")

    at_the_desk(small, "nora", "care", work)
    [sent] = OutgoingStore(small.database).waiting({"chat of p3"})
    assert "The limit was too high." in sent.reply.text
    assert [each.verb for each in small.audit.of("chat of p3")] == ["chat.read", "recall.told"]


def test_made_up_conversations_stand_apart(small: Application) -> None:
    """They are told like others and counted with nobody."""
    recall = recalled(small)
    with small.database.transaction() as session:
        session.get_one(Patient, "p2").kind = "demo"

    async def work(user: User) -> None:
        await user.open(f"/editor/recalls/{recall}")
        await user.should_see("Conversations (2)")
        await user.should_see("Made-up demo conversations (1)")
        await user.should_see("and 1 made-up demo conversation")

    at_the_desk(small, "ed", "editor", work)


def test_an_editor_closes_a_recall_and_nobody_is_told_from_it_any_more(small: Application) -> None:
    """It stays as the record of what was done."""
    recall = recalled(small)

    async def work(user: User) -> None:
        await user.open(f"/editor/recalls/{recall}")
        await user.should_see("Leave a note")
        press(user, "Close the recall")
        press(user, "Close it")
        await user.should_see("Closed by Ed", retries=AFTER)
        await user.should_not_see("Leave a note")

    at_the_desk(small, "ed", "editor", work)
