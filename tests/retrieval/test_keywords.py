"""Keywords: BM25 finds the words that vectors blur, and nothing where no word fits."""

import pytest

from knowledge.library import Snapshot
from retrieval.keywords import KeywordIndex, words
from tests.fakes import snapshot


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("What is the treatment of GOUT?", ["treatment", "gout"]),
        ("It's my big toe!", ["big", "toe"]),
        ("¿Qué es la migraña?", ["qué", "es", "la", "migraña"]),
        ("6.5 mg/dL", ["6", "5", "mg", "dl"]),
        ("", []),
    ],
)
def test_only_words_that_carry_content_count(text: str, carried: list[str]) -> None:
    """The words "What is the" stand in every question and must match no passage."""
    assert words(text) == carried


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("colchicine", "gout"),
        ("podagra", "gout"),
        ("ADVIL", "ibuprofen"),
        ("what is treated with ice", "gout"),
        ("medicines for fevers", "ibuprofen"),
        ("barking", "croup"),
    ],
)
def test_a_rare_word_a_synonym_or_another_ending_finds_its_article(question: str, slug: str, library: Snapshot) -> None:
    """Brand names and lay names are what patients type."""
    key, score = KeywordIndex(library).search(question, 5)[0]
    assert library.passages[key].article == slug
    assert score > 0


@pytest.mark.parametrize("question", ["xyzzy", "what is the", "", "?!"])
def test_a_question_without_known_words_finds_nothing(question: str, library: Snapshot) -> None:
    """Passages with no word in common would be ranked by chance."""
    assert KeywordIndex(library).search(question, 5) == []


def test_the_best_come_first_and_no_more_than_asked_for(library: Snapshot) -> None:
    """The fusion takes ranks from this order."""
    found = KeywordIndex(library).search("gout", 3)
    scores = [score for _, score in found]
    assert (len(found), scores) == (3, sorted(scores, reverse=True))


def test_an_empty_library_has_no_keywords() -> None:
    """A clinic that has published nothing yet still gets an honest answer."""
    assert KeywordIndex(snapshot()).search("gout", 3) == []
