"""How much is asked for: requests about the answer before are told from questions of their own."""

import pytest

from retrieval.depth import Depth, depth_of, requested


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("tell me more", "more"),
        ("Ok, tell me more about it please", "more"),
        ("more", "more"),
        ("Can you give me more details?", "more"),
        ("What else?", "more"),
        ("is there anything else I should know?", "more"),
        ("in short", "brief"),
        ("tl;dr", "brief"),
        ("What's the bottom line?", "brief"),
        ("simpler please", "simple"),
        ("I don't understand.", "simple"),
        ("can you explain it in plain English", "simple"),
    ],
)
def test_a_request_about_the_answer_is_seen(text: str, depth: Depth) -> None:
    """People say it in many ways and mean one of three things."""
    assert depth_of(text) == depth


@pytest.mark.parametrize(
    "text",
    [
        "tell me more about asthma",
        "more tired than usual",
        "what else helps a cold?",
        "short of breath",
        "is it simple to treat",
        "I don't understand my pills",
        "",
    ],
)
def test_a_question_of_its_own_is_no_such_request(text: str) -> None:
    """ "Short of breath" must never be heard as "in short"."""
    assert depth_of(text) == "normal"


def test_more_is_counted_from_the_question_it_is_about() -> None:
    """Each "more" goes on where the last one stopped."""
    found = requested("more", ["What is gout?", "What helps a cold?", "tell me more", "simpler", "go on"])
    assert (found.question, found.history, found.depth, found.page) == ("What helps a cold?", ("What is gout?",), "more", 3)


def test_a_request_about_nothing_is_taken_as_a_question() -> None:
    """The library then says what it can about the words."""
    assert requested("tell me more", []).question == "tell me more"
