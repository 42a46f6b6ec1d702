"""The same element draws a reply live and after a reload."""

from pathlib import Path

import pytest

from app.ui import elements

PUBLIC = Path(elements.__file__).parent / "public" / "elements"


@pytest.mark.parametrize(
    ("kind", "element"),
    [
        ("care_card", "CareCard"),
        ("banner", "CareCard"),
        ("answer", "Answer"),
        ("not_covered", "Words"),
        ("notice", "Words"),
        ("welcome", "Words"),
    ],
)
def test_each_kind_of_reply_has_an_element_that_ships(kind: str, element: str) -> None:
    """A name without its file draws nothing at all, not even the number to call."""
    drawn = elements.element_for(kind, "words", {"level": "x"})
    assert drawn is not None
    assert drawn[0] == element
    assert (PUBLIC / f"{element}.jsx").is_file()


def test_a_patients_message_is_plain_text() -> None:
    """It is theirs, not ours."""
    assert elements.element_for("message", "hello", {}) is None


def test_set_words_under_a_banner_are_drawn_without_the_banners_text() -> None:
    """The plain text begins with the banner, which the element draws itself."""
    drawn = elements.element_for("refused", "Banner.\nI can't.", {"words": "I can't.", "banner": {"text": "Banner."}})
    assert drawn is not None
    assert drawn[1]["text"] == "I can't."


def test_set_words_without_a_banner_are_drawn_as_they_are() -> None:
    """Nothing of the reply is lost."""
    drawn = elements.element_for("refused", "I can't.", {})
    assert drawn == ("Words", {"text": "I can't.", "kind": "refused"})
