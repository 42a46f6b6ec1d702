"""The review page as NiceGUI draws it, worked by simulated editors and reviewers: no browser, no socket."""

from collections.abc import Callable

import pytest
from nicegui.testing import User

from app.content import publishing
from app.records.library_store import sha256_of
from app.wiring import Application
from knowledge.article import parse
from tests.desk import PASSWORD, at_the_desk

PAGE = "/editor/review/gout"


@pytest.fixture
def staff(small: Application) -> Callable[[str], str]:
    """Ids of an editor, two reviewers and an administrator by login."""
    for login, role in (("ed", "editor"), ("rita", "reviewer"), ("ruben", "reviewer"), ("ada", "administrator")):
        small.staff.add(login, login.capitalize(), role, PASSWORD)
    ids = {member.login: member.id for role in ("editor", "reviewer", "administrator") for member in small.staff.team(role)}
    return ids.__getitem__


@pytest.fixture
def handed_in(small: Application, staff: Callable[[str], str]) -> int:
    """The number of a new text of the article on gout, in review, with what it changes worked out."""
    begun = small.drafts.begin("gout", staff("ed"))
    text = begun.text.replace("Gout often starts in the big toe.", "Gout often begins in the <b>big toe</b>.")
    saved = small.drafts.save("gout", text, begun.version, staff("ed"))
    number = small.submissions.submit("gout", saved.version, staff("ed"), "Please read the Overview.")
    publishing.check(small, "gout", number)
    return number


def _sign(app: Application, number: int, who: str) -> None:
    file = app.article_files.open("gout")
    stored = file.revision(number) if file else None
    assert stored
    app.submissions.sign("gout", sha256_of(parse(stored.text)), who)


def test_a_reviewer_reads_what_is_new_and_approves_exactly_that(small: Application, staff: Callable[[str], str], handed_in: int) -> None:
    """The words are marked, the note stands above, and the signature is under these bytes."""

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("1 paragraph changed.", retries=40)
        await user.should_see("<ins>begins</ins>")
        await user.should_see("Please read the Overview.")
        user.find(marker="approve").click()
        await user.should_see("You sign exactly the text that stands here.")
        user.find(marker="approve-this-revision").click()
        await user.should_see("approved by Rita", retries=40)

    at_the_desk(small, "rita", "reviewer", work)
    file = small.article_files.open("gout")
    assert file
    assert file.review
    assert file.review.submission.signers == {staff("rita")}


def test_who_wrote_it_is_told_why_they_cannot_approve(small: Application, staff: Callable[[str], str], handed_in: int) -> None:
    """In clear words, in the place of the button; they may take it back."""

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("Only clinical reviewers approve articles.", retries=40)
        await user.should_not_see(marker="approve")
        user.find(marker="take-back").click()
        user.find(marker="take-it-back").click()
        await user.should_see("Nothing is in review.", retries=40)

    at_the_desk(small, "ed", "editor", work)
    file = small.article_files.open("gout")
    assert file
    assert file.draft


def test_a_reviewer_sends_it_back_with_a_comment_on_a_passage(small: Application, staff: Callable[[str], str], handed_in: int) -> None:
    """The comment stands beside its words; the reason goes into the history."""
    file = small.article_files.open("gout")
    assert file
    stored = file.revision(handed_in)
    assert stored
    body = parse(stored.text).body
    start = body.index("Gout often begins")
    paragraph = body.index("Gout is a painful")

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("1 paragraph changed.", retries=40)
        user.find(marker="compared").trigger("click", ["comment", f"after {paragraph}", str(start), str(start + 4)])
        await user.should_see("The chosen words: Gout")
        user.find("What you want to say").type("Say which joint.")
        user.find(marker="save-comment").click()
        await user.should_see("<q>Gout</q>", retries=40)
        user.find(marker="ask-for-changes").click()
        user.find("What has to change").type("See my comment.")
        user.find(marker="send-it-back").click()
        await user.should_see("asked for changes", retries=40)

    at_the_desk(small, "rita", "reviewer", work)
    file = small.article_files.open("gout")
    assert file
    assert [(comment.quote, comment.text) for comment in file.comments] == [("Gout", "Say which joint.")]
    assert file.history[0].reason == "See my comment."


def test_a_signature_is_refused_where_another_text_came_into_review(
    small: Application, staff: Callable[[str], str], handed_in: int
) -> None:
    """The page was open meanwhile: nobody signs what they have not read."""

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("1 paragraph changed.", retries=40)
        user.find(marker="approve").click()
        small.submissions.take_back("gout", staff("ed"))
        begun = small.drafts.begin("gout", staff("ed"))
        saved = small.drafts.save("gout", begun.text.replace("painful", "very painful"), begun.version, staff("ed"))
        small.submissions.submit("gout", saved.version, staff("ed"))
        user.find(marker="approve-this-revision").click()
        await user.should_see("This is not the revision that you read; open it again", retries=40)
        await user.should_see("Show it", retries=40)

    at_the_desk(small, "rita", "reviewer", work)
    file = small.article_files.open("gout")
    assert file
    assert file.review
    assert file.review.signers == ()


def test_what_changes_is_let_pass_by_name_and_published(small: Application, staff: Callable[[str], str], handed_in: int) -> None:
    """Not before somebody has looked."""
    small.must_answer.add("what is gout?", "gout", "test")
    kept = publishing.check(small, "gout", handed_in)
    assert kept.changes == 2
    _sign(small, handed_in, staff("rita"))

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("Somebody must look at the answers that change", retries=40)
        await user.should_not_see(marker="publish")
        user.find(marker="acknowledge").click()
        await user.should_see("Ed has looked at the changes", retries=40)
        user.find(marker="publish").click()
        await user.should_see("from the next question on")
        user.find(marker="publish-now").click()
        await user.should_see("Revision 2</a>, passed by two people", retries=40)

    at_the_desk(small, "ed", "editor", work)
    assert small.library.snapshot().revisions["gout"].number == handed_in


def test_a_check_against_an_older_library_says_so_and_is_made_again(
    small: Application, staff: Callable[[str], str], handed_in: int
) -> None:
    """Somebody published another article meanwhile."""
    _sign(small, handed_in, staff("rita"))
    other = small.library.snapshot().article("gout").text.replace("slug: gout", "slug: other").replace("title: Gout", "title: Other")
    small.add_articles([parse(other)], "test")

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("Patients get another library since then", retries=40)
        user.find(marker="check").click()
        await user.should_not_see("Patients get another library since then", retries=200)
        await user.should_see("Checked ")

    at_the_desk(small, "ed", "editor", work)
    again = small.article_files.gate("gout", handed_in)
    assert again
    assert again.served_version == small.library.snapshot().version


def test_an_administrator_reads_and_is_offered_nothing(small: Application, staff: Callable[[str], str], handed_in: int) -> None:
    """They see what is going on; the desk is not theirs to work at."""

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("1 paragraph changed.", retries=40)
        for step in ("approve", "ask-for-changes", "take-back", "withdraw", "comment-on-whole", "check", "acknowledge"):
            await user.should_not_see(marker=step)

    at_the_desk(small, "ada", "administrator", work)


def test_an_article_is_withdrawn_with_a_reason_and_brought_back(small: Application, staff: Callable[[str], str], handed_in: int) -> None:
    """Bringing it back passes the gate again."""
    _sign(small, handed_in, staff("rita"))
    kept = small.article_files.gate("gout", handed_in)
    assert kept
    small.publishing.acknowledge(kept.id, staff("ed"))
    small.publishing.publish("gout", staff("ed"))

    async def withdraw(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("passed by two people", retries=40)
        user.find(marker="withdraw").click()
        user.find("Why (this stays in its history)").type("wrong dose")
        user.find(marker="withdraw-this-article").click()
        await user.should_see("<b>Withdrawn:</b> wrong dose", retries=40)

    async def bring_back(user: User) -> None:
        await user.open(f"{PAGE}?again={handed_in}")
        await user.should_see("What this changes for patients has not been worked out", retries=40)
        user.find(marker="check").click()
        await user.should_see(marker="acknowledge", retries=200)
        user.find(marker="acknowledge").click()
        await user.should_see(marker="serve-again", retries=40)
        user.find(marker="serve-again").click()
        user.find("Why").type("The dose was right after all.")
        user.find(marker="give-it-to-patients").click()
        await user.should_see("gave patients", retries=40)

    at_the_desk(small, "rita", "reviewer", withdraw)
    assert "gout" not in small.library.snapshot().revisions
    at_the_desk(small, "rita", "reviewer", bring_back)
    assert small.library.snapshot().revisions["gout"].number == handed_in


def test_starter_content_is_handed_in_as_it_stands(small: Application, staff: Callable[[str], str]) -> None:
    """What came with the product is reviewed without a change of its words."""

    async def work(user: User) -> None:
        await user.open(PAGE)
        await user.should_see("not yet reviewed here", retries=40)
        user.find(marker="hand-in").click()
        user.find("Note for the reviewer").type("As it came.")
        user.find(marker="hand-it-in").click()
        await user.should_see("was handed in by <b>Ed</b>", retries=40)

    at_the_desk(small, "ed", "editor", work)


def test_what_was_never_written_is_not_there(small: Application) -> None:
    """A page with a way back, not an error."""

    async def work(user: User) -> None:
        await user.open("/editor/review/unheard-of")
        await user.should_see("There is no article here")

    at_the_desk(small, "ed", "editor", work)


def test_a_nurse_is_sent_to_sign_in(small: Application) -> None:
    """The library is not hers to change."""

    async def work(user: User) -> None:
        answer = await user.http_client.get(PAGE)
        assert (answer.status_code, answer.headers["location"]) == (307, "/sign-in?to=/desk/editor/review/gout")

    at_the_desk(small, "nora", "care", work)
