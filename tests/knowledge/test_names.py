"""Names found in running text."""

import pytest

from knowledge.names import mentions, words_of

NAMES = {words_of(name) for name in ("gout", "type 2 diabetes", "diabetes", "Bell's palsy", "flu shot")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gout hurts.", ["Gout"]),
        ("Type 2 diabetes and diabetes", ["Type 2 diabetes", "diabetes"]),
        ("after Bell's palsy, a FLU SHOT", ["Bell's palsy", "FLU SHOT"]),
        ("gouty, flu, shot", []),
        ("", []),
    ],
)
def test_names_are_found_by_whole_words_the_longest_first(text: str, found: list[str]) -> None:
    """ "Type 2 diabetes" is not also "diabetes"."""
    assert [text[start:end] for _, start, end in mentions(text, NAMES)] == found
