"""Revisions that no longer hold, as patients find them: corrected, taken back, withdrawn, or never theirs to read."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.journal import Reply
from app.pages.sign_in import COOKIE
from app.records.library_store import sha256_of
from app.records.publishing import FoundChanges
from app.wiring import Application
from knowledge.article import parse
from knowledge.citation import Citation, Statement
from tests.app.turns import GOUT
from tests.desk import PASSWORD
from tests.fakes import article


@pytest.fixture
def client(site: FastAPI) -> TestClient:
    """A reader's browser."""
    return TestClient(site)


@pytest.fixture
def publish(small: Application) -> Callable[..., int]:
    """Brings a text of the article on gout to patients by two people; its number."""
    for login, role in (("ed", "editor"), ("rita", "reviewer")):
        small.staff.add(login, login.capitalize(), role, PASSWORD)

    def make(words: str, *, publishes: bool = True) -> int:
        [ed], [rita] = small.staff.team("editor"), small.staff.team("reviewer")
        begun = small.drafts.begin("gout", ed.id)
        text = article(f"## Overview\n\n{words}\n").text
        saved = small.drafts.save("gout", text, begun.version, ed.id)
        number = small.submissions.submit("gout", saved.version, ed.id)
        if publishes:
            small.submissions.sign("gout", sha256_of(parse(text)), rita.id)
            check(small, number)
            small.publishing.publish("gout", ed.id)
        return number

    return make


def check(app: Application, number: int) -> None:
    """Keep a gate that found nothing."""
    app.publishing.keep_gate("gout", number, FoundChanges(app.library.snapshot().version, "same", blocks=False, changes=0, result={}))


def _rita(app: Application) -> str:
    return app.staff.team("reviewer")[0].id


def test_what_was_corrected_says_since_when_and_where_the_new_text_is(client: TestClient, publish: Callable[..., int]) -> None:
    """An old answer still opens what it cited."""
    old, new = publish("Gout hurts."), publish("Gout hurts a lot.")
    page = client.get(f"/library/gout?revision={old}").text
    assert "This is an earlier revision. It was corrected on 20" in page
    assert "Gout hurts." in page
    assert "application/ld+json" not in page
    assert 'role="note"' not in client.get(f"/library/gout?revision={new}").text


def test_what_was_rolled_back_is_not_called_earlier(client: TestClient, small: Application, publish: Callable[..., int]) -> None:
    """It is the newer one, and was taken back."""
    old, new = publish("Gout hurts."), publish("Gout never hurts.")
    check(small, old)
    small.publishing.serve_again("gout", old, _rita(small), "wrong")
    page = client.get(f"/library/gout?revision={new}").text
    assert "This revision was taken back on 20" in page
    assert "earlier revision" not in page
    assert "Gout hurts." in client.get("/library/gout").text


def test_a_withdrawn_article_gives_no_advice_and_the_emergency_line(
    client: TestClient, small: Application, publish: Callable[..., int]
) -> None:
    """Its page says that it was withdrawn, in place of a text that no longer holds; the desk's reason stays at the desk."""
    publish("Take ten tablets.")
    small.publishing.withdraw("gout", _rita(small), "a dose ten times too high", pinned=False)
    answer = client.get("/library/gout")
    assert answer.status_code == 410
    assert "This article was withdrawn on 20" in answer.text
    assert "Take ten tablets." not in answer.text
    assert "ten times" not in answer.text
    assert "In an emergency call 911 now." in answer.text
    assert "/library/gout" not in client.get("/library").text


def test_an_old_answer_opens_withdrawn_words_marked_and_warned_of(
    client: TestClient, small: Application, publish: Callable[..., int]
) -> None:
    """Whoever acted on them can read what they were, and that they must not."""
    number = publish("Take ten tablets.")
    small.publishing.withdraw("gout", _rita(small), "wrong", pinned=False)
    start = article("## Overview\n\nTake ten tablets.\n").body.index("Take")
    page = client.get(f"/library/gout?revision={number}&mark={start}-{start + 17}").text
    assert page.index("Do not follow what it says.") < page.index('<details class="withdrawn" open>') < page.index('<mark id="mark">')
    assert '<details class="withdrawn">' in client.get(f"/library/gout?revision={number}").text


def test_no_patient_reads_what_nobody_has_passed(client: TestClient, small: Application, publish: Callable[..., int]) -> None:
    """A revision in review, one that was sent back, and an import that waits are behind no address (promise 4)."""
    sent_back = publish("Take ten tablets.", publishes=False)
    small.submissions.ask_changes("gout", _rita(small), "no")
    small.drafts.discard("gout", 1, _rita(small))
    publish("Gout hurts.")
    in_review = publish("Take twenty tablets.", publishes=False)
    small.add_articles([article("## Overview\n\nTake thirty tablets.\n")], "import")
    for number in (sent_back, in_review, in_review + 1):
        assert client.get(f"/library/gout?revision={number}").status_code == 404


def test_the_desk_reads_a_revision_as_patients_would(client: TestClient, small: Application, publish: Callable[..., int]) -> None:
    """And is told that patients cannot."""
    number = publish("Take ten tablets.", publishes=False)
    client.cookies.set(COOKIE, small.staff.sign_in("rita", PASSWORD) or "")
    page = client.get(f"/library/gout?revision={number}").text
    assert "This revision is not published." in page
    assert "Take ten tablets." in page
    small.staff.add("nora", "Nora", "care", PASSWORD)
    client.cookies.set(COOKIE, small.staff.sign_in("nora", PASSWORD) or "")
    assert client.get(f"/library/gout?revision={number}").status_code == 404


def test_what_an_answer_cited_opens_whatever_became_of_it(client: TestClient, small: Application, publish: Callable[..., int]) -> None:
    """A file that two people never passed gave way to the text before it; an answer of that day still opens."""
    small.add_articles([article("## Overview\n\nGout hurts.\n")], "import")
    small.submissions.hand_in("gout", 1, small.staff.team("editor")[0].id)
    small.submissions.sign("gout", sha256_of(GOUT), _rita(small))
    check(small, 1)
    small.publishing.publish("gout", _rita(small))
    assert client.get("/library/gout?revision=2").status_code == 404
    turn = small.conversations.receive("p1", "c1", "what is gout?")
    cited = Citation("gout", "Gout", "overview", "Overview", 2, 13, 17, "Gout")
    small.conversations.record(turn, Reply("r1", "answer", "Gout.", statements=(Statement("Gout.", (cited,)),)))
    assert "This revision was taken back on 20" in client.get("/library/gout?revision=2").text
