"""Questions asked before: what is nearest speaks for its article and for the passages that answered it."""

import pytest

from knowledge.asked import AskedQuestion
from knowledge.library import Snapshot
from retrieval.asked import bank
from retrieval.search import Search
from tests.fakes import ExactFinder, HashingEmbedder

QUESTIONS = (
    AskedQuestion("gout", "crystal thing in my foot", ("Gout is caused by crystals.",)),
    AskedQuestion("ibuprofen", "red and white pain tablets", ("Vomits blood.",)),
    AskedQuestion("croup", "noise of a seal at night", ("Croup is an infection with a barking cough.",)),
    AskedQuestion("withdrawn", "what nobody serves", ("Nothing.",)),
)
LIKE = bank(QUESTIONS, HashingEmbedder())


def test_the_nearest_question_speaks_for_its_article_and_for_the_passage_that_answered_it(library: Snapshot) -> None:
    """The words of the question stand in neither."""
    found = LIKE(library)(["that crystal thing, my foot"], "")
    (overview,) = library.section_passages("gout", "Overview")
    assert max(found.articles, key=found.articles.__getitem__) == "gout"
    assert found.articles["gout"] == found.passages[overview.id] == pytest.approx(1.0, abs=0.2)


def test_questions_about_what_is_not_served_count_for_nothing(library: Snapshot) -> None:
    """A withdrawn article is gone from answers, and so are its questions."""
    assert "withdrawn" not in LIKE(library)(["what nobody serves"], "").articles


def test_a_question_can_be_left_out_so_that_it_does_not_find_itself(library: Snapshot) -> None:
    """Else a measurement with these questions would measure nothing."""
    assert "gout" not in LIKE(library)(["crystal thing in my foot"], "crystal thing in my foot").articles


@pytest.mark.parametrize(
    ("asked", "slug"),
    [("red and white tablets", "ibuprofen"), ("that crystal thing", "gout"), ("a noise like a seal at night", "croup")],
)
def test_an_article_is_found_by_how_people_put_it(asked: str, slug: str, library: Snapshot) -> None:
    """None of these words leads to its article by itself."""
    found = Search(ExactFinder(library), LIKE).search(asked, [], library)
    assert found.passages[0].passage.article == slug
