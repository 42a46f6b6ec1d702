"""The library as it would be: asked by the same path, answering as it will, while patients go on with what is live."""

import pytest

from app.asking import Answered, answered
from app.content import gate
from app.wiring import Application
from guardrails.level import Profile
from knowledge.article import Article
from retrieval.index import IndexUnusableError
from tests.app.gates import clinic, croup, edited, gout, heart_attack

QUESTIONS = (
    "What is gout?",
    "What are knee crystals?",
    "What can I do myself for gout?",
    "barking cough",
    "When should I get help for croup?",
    "Which train goes to Leeds?",
)
CHEST_PAIN = "I have crushing chest pain and I am sweating"


@pytest.fixture
def app(small: Application) -> Application:
    """A clinic with three articles, indexed."""
    made = clinic(small)
    made.sync_index()
    return made


def words(answered: Answered) -> tuple[object, ...]:
    """Everything about a reply but its ids and times."""
    card = answered.card
    return answered.level, answered.kind, answered.text, answered.statements, card.body if card else None


def live(app: Application, text: str) -> tuple[object, ...]:
    """What patients get from the running application."""
    return words(answered(app.rehearsal((), Profile()), text))


@pytest.mark.parametrize(
    "new",
    [
        gout("Put ice on the joint", "Put something cold on the joint"),
        gout("Rest the joint during gout. ", ""),
        gout(title="Gout of the knee", slug="knee-gout", synonyms="knee crystals"),
        croup("## Overview\n\nNight cough is treated at home.\n"),
    ],
    ids=["edited", "shortened", "added", "replaced"],
)
def test_a_candidate_answers_as_the_library_will_once_it_is_served(new: Article, app: Application) -> None:
    """Asked before it is published; then published, indexed, and asked again as a patient: not a word differs."""
    before = [live(app, text) for text in QUESTIONS]
    comparison = app.candidates.compare(edited(app, new))
    both = [comparison.ask((text,)) for text in QUESTIONS]
    assert [words(each.now) for each in both] == before
    app.add_articles([new], "test")
    app.sync_index()
    after = [live(app, text) for text in QUESTIONS]
    assert [words(each.then) for each in both] == after
    assert before != after


def test_patients_go_on_with_what_is_live_while_a_draft_is_asked(app: Application) -> None:
    """Neither the index nor what the live search has read is touched."""
    before, size = live(app, "What is gout?"), app.index.size
    built = app.search.prepare(app.library.snapshot())
    gate.ask(app, edited(app, gout("painful swelling", "harmless itch")), ("What is gout?",))
    assert app.search.prepare(app.library.snapshot()) is built
    assert (live(app, "What is gout?"), app.index.size) == (before, size)


def test_a_draft_is_asked_with_the_messages_before_it(app: Application) -> None:
    """A follow-up is understood as in the chat."""
    both = gate.ask(app, edited(app, gout("Put ice", "Put cold cloths")), ("What is gout?", "and what can I do myself for it?"))
    assert both.then.statements
    assert {citation.article for citation in both.then.citations} == {"gout"}


def test_a_red_flag_in_a_question_to_a_draft_gets_its_card_with_the_first_aid_of_the_draft(app: Application) -> None:
    """The card is pinned to the article's words as they would be."""
    body = heart_attack().body.replace("Sit the person down", "Help the person to sit")
    both = gate.ask(app, edited(app, heart_attack(body)), (CHEST_PAIN,))
    told = [[line["text"] for line in side.card.body["meanwhile"]] for side in (both.now, both.then) if side.card]
    assert (both.now.kind, both.now.level) == ("care_card", "emergency")
    assert told == [["Sit the person down.", "Loosen tight clothes."], ["Help the person to sit.", "Loosen tight clothes."]]


def test_nothing_is_made_again_for_a_draft_that_was_asked_before(app: Application) -> None:
    """An editor asks one draft many questions."""
    draft = gout("Put ice", "Put cold cloths")
    first = app.candidates.compare(edited(app, draft))
    again = app.candidates.compare(edited(app, draft))
    assert (first.now, first.then) == (again.now, again.then)
    assert app.candidates.compare(edited(app, gout("Put ice", "Put snow"))).then.search is not first.then.search


def test_after_a_publish_a_draft_stands_beside_what_is_served_then(app: Application) -> None:
    """Else an editor would compare with last week's library."""
    draft = gout("Put ice", "Put cold cloths")
    assert app.candidates.compare(edited(app, draft)).changed == {"gout"}
    app.add_articles([croup("## Overview\n\nNight cough.\n")], "test")
    comparison = app.candidates.compare(edited(app, draft))
    assert comparison.now.snapshot is app.library.snapshot()
    assert comparison.changed == {"gout"}


def test_the_article_as_it_is_served_is_no_change(app: Application) -> None:
    """A merge check of a file that nobody touched."""
    assert edited(app, gout()) is app.library.snapshot()


def test_a_draft_is_asked_though_the_index_cannot_be_used(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editors need not wait for a rebuild; everything is embedded then."""

    def broken(_passages: object) -> None:
        raise IndexUnusableError("the index did not answer")

    monkeypatch.setattr(app.index, "vectors", broken)
    assert gate.ask(app, edited(app, gout("Put ice", "Put snow")), ("What is gout?",)).then.kind == "answer"
