"""The editors' list as NiceGUI draws it, worked by simulated people: no browser, no socket."""

import asyncio
import re

from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User

from app.wiring import Application
from tests.desk import PASSWORD, at_the_desk
from tests.fakes import article


def _staff(app: Application, login: str, role: str) -> str:
    app.staff.add(login, login.capitalize(), role, PASSWORD)
    return next(member.id for member in app.staff.team(role) if member.login == login)


async def _rows(user: User) -> list[str]:
    """Slugs of the rows in their order, once the list has been looked at again."""
    await asyncio.sleep(1)
    rows = sorted(user.find(kind=ui.html, content="ed-l-what").elements, key=_place)
    return [re.findall(r"/write/([a-z-]+)", row.content)[0] for row in rows]


def _place(row: ui.html) -> int:
    slot = row.parent_slot
    assert slot is not None
    return slot.children.index(row)


def _in_review(app: Application, who: str, words: str = "New words.") -> None:
    draft = app.drafts.begin("gout", who)
    saved = app.drafts.save("gout", draft.text.replace("Gout is", f"{words} Gout is"), draft.version, who)
    app.submissions.submit("gout", saved.version, who)


def test_a_reviewer_sees_what_waits_for_her(small: Application) -> None:
    """And what happens meanwhile appears by itself."""
    ed = _staff(small, "ed", "editor")

    async def work(user: User) -> None:
        await user.open("/editor")
        await user.should_see("Nothing just now")
        await user.should_see("Published, unsigned")
        _in_review(small, ed)
        await user.should_see("from Ed", retries=60)
        await user.should_see("In review")

    at_the_desk(small, "rita", "reviewer", work)


def test_the_list_is_searched_narrowed_and_ordered(small: Application) -> None:
    """Each change shows at once."""
    small.add_articles([article("## Overview\n\nIt itches.\n", slug="acne", title="Acne", kind="symptom")], "test")

    async def work(user: User) -> None:
        await user.open("/editor")
        await user.should_see("2 articles")
        user.find("Find by title, name or owner").type("gou")
        await user.should_see("1 article of 2", retries=20)
        await user.should_not_see(">Acne<")
        user.find("Find by title, name or owner").clear()
        await user.should_see(">Acne<", retries=20)
        user.find(content="Overdue").click()
        await user.should_see("No article matches", retries=20)
        user.find(content="Overdue").click()
        await user.should_see(">Acne<", retries=20)
        assert await _rows(user) == ["acne", "gout"]
        user.find(content="Article").click()
        user.find(content="Article").click()
        await user.should_see("2 articles")
        assert await _rows(user) == ["gout", "acne"]

    at_the_desk(small, "ed", "editor", work)


def test_an_editor_begins_an_article_from_the_template_of_its_kind(small: Application) -> None:
    """It is theirs, and no patient gets it."""

    async def work(user: User) -> None:
        await user.open("/editor")
        user.find("New article").click()
        user.find("Title").type("Knee pain")
        await user.should_see("/library/knee-pain")
        user.find("Begin").click()
        await user.should_see("Your draft", retries=60)

    at_the_desk(small, "ed", "editor", work)
    file = small.article_files.open("knee-pain")
    assert file is not None
    assert file.draft is not None
    assert (file.owner, file.draft.authors) == ("Ed", (file.draft.owner,))
    assert "Write here:" in file.draft.text
    assert "knee-pain" not in small.library.snapshot().revisions


def test_a_title_that_is_taken_is_said_and_nothing_is_overwritten(small: Application) -> None:
    """The article of that name may be another's."""

    async def work(user: User) -> None:
        await user.open("/editor")
        user.find("New article").click()
        user.find("Title").type("Gout")
        user.find("Begin").click()
        await user.should_see("There is already an article called gout", retries=20)

    at_the_desk(small, "ed", "editor", work)
    file = small.article_files.open("gout")
    assert file is not None
    assert file.draft is None


def test_a_document_is_uploaded_as_a_draft_of_whoever_brought_it(small: Application) -> None:
    """One that cannot be read is refused with its name, and the next is taken."""

    async def work(user: User) -> None:
        await user.open("/editor")
        user.find("Upload a document").click()
        [box] = user.find(ui.upload).elements
        await box.handle_uploads([SmallFileUpload("knee.docx", "", b"no archive")])
        await user.should_see("is it really docx", retries=20)
        await box.handle_uploads([SmallFileUpload("knee.html", "text/html", b"<h1>Knee</h1><p>It hurts.</p>")])
        await user.should_see("Your draft", retries=60)

    at_the_desk(small, "ed", "editor", work)
    file = small.article_files.open("knee")
    assert file is not None
    assert file.draft is not None
    assert "It hurts." in file.draft.text


def test_an_administrator_looks_and_begins_nothing(small: Application) -> None:
    """Who runs the server is not who writes for patients."""
    _in_review(small, _staff(small, "ed", "editor"))

    async def work(user: User) -> None:
        await user.open("/editor")
        await user.should_see("In review")
        await user.should_not_see("New article")
        await user.should_not_see("Waiting for me")

    at_the_desk(small, "ada", "administrator", work)


def test_what_may_be_published_waits_for_its_writers(small: Application) -> None:
    """Approved is not yet with patients."""
    ed, rita = _staff(small, "ed", "editor"), _staff(small, "rita", "reviewer")
    _in_review(small, ed)
    file = small.article_files.open("gout")
    assert file is not None
    small.submissions.sign("gout", file.revisions[0].sha256, rita)

    async def work(user: User) -> None:
        await user.open("/editor")
        await user.should_see("Publish or plan")
        await user.should_see("not planned")

    at_the_desk(small, "ed", "editor", work)


def test_a_nurse_is_sent_to_sign_in(small: Application) -> None:
    """Articles are the editors'."""

    async def work(user: User) -> None:
        answer = await user.http_client.get("/editor")
        assert (answer.status_code, answer.headers["location"]) == (307, "/sign-in?to=/desk/editor")

    at_the_desk(small, "nora", "care", work)
