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
        ("question", "Ask"),
        ("staff", "Staff"),
    ],
)
def test_each_kind_of_reply_has_an_element_that_ships(kind: str, element: str) -> None:
    """A name without its file draws nothing at all, not even the number to call."""
    drawn = elements.elements_for("r1", kind, "words", {"level": "x"})
    assert [name for name, _ in drawn] == [element]
    assert (PUBLIC / f"{element}.jsx").is_file()


def test_a_patients_message_is_plain_text() -> None:
    """It is theirs, not ours."""
    assert elements.elements_for("r1", "message", "hello", {}) == []


def test_set_words_under_a_banner_are_drawn_without_the_banners_text() -> None:
    """The plain text begins with the banner, which the element draws itself."""
    [(_, props)] = elements.elements_for("r1", "refused", "Banner.\nI can't.", {"words": "I can't.", "banner": {"text": "Banner."}})
    assert props["text"] == "I can't."


def test_set_words_without_a_banner_are_drawn_as_they_are() -> None:
    """Nothing of the reply is lost."""
    assert elements.elements_for("r1", "refused", "I can't.", {}) == [("Words", {"text": "I can't.", "kind": "refused"})]


def test_a_card_carries_the_form_below_it_and_never_above() -> None:
    """After the card, never before it (rule of care 12)."""
    drawn = elements.elements_for("r1", "care_card", "…", {"level": "emergency", "reach": {"open": "…"}})
    assert [name for name, _ in drawn] == ["CareCard", "Reach"]
    assert (PUBLIC / "Reach.jsx").is_file()


def test_the_short_card_that_holds_an_answer_back_has_no_second_form() -> None:
    """The whole card above it has one."""
    assert [name for name, _ in elements.elements_for("r1", "banner", "…", {"held": "…", "reach": {"open": "…"}})] == ["CareCard"]


@pytest.mark.parametrize("kind", ["staff", "notice"])
def test_what_is_on_its_way_asks_the_page_to_acknowledge_it(kind: str) -> None:
    """Only what was drawn has arrived; what arrived long ago asks for nothing."""
    [(_, waiting)] = elements.elements_for("r1", kind, "…", {}, ack=True)
    [(_, arrived)] = elements.elements_for("r1", kind, "…", {})
    assert (waiting["reply"], waiting["ack"], "ack" in arrived) == ("r1", True, False)
