"""Forms of answers: "how long" is answered by a length of time."""

import pytest

from retrieval.expects import Form, expected, has


@pytest.mark.parametrize(
    ("question", "forms"),
    [
        ("How long am I off work with shingles?", {"time"}),
        ("when can I drive again", {"time"}),
        ("what age for the hpv jab", {"time"}),
        ("how much ibuprofen in a day", {"amount"}),
        ("odds of it coming back", {"amount"}),
        ("Why does it hurt?", set()),
    ],
)
def test_a_question_asks_for_a_form(question: str, forms: set[Form]) -> None:
    """Most questions ask for none."""
    assert expected(question) == forms


@pytest.mark.parametrize(
    ("text", "form", "held"),
    [
        ("Stay off work for about a week, or five to seven days.", "time", True),
        ("The vaccine is given at age 11.", "time", True),
        ("Rest and drink fluids.", "time", False),
        ("About 1 in 10 people have it.", "amount", True),
        ("It often helps.", "amount", False),
    ],
)
def test_a_sentence_holds_the_form(text: str, form: Form, *, held: bool) -> None:
    """The sentence with the number answers first."""
    assert has(text, frozenset({form})) is held
