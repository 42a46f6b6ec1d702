"""The patient's words with what fired marked: by code points, escaped, each line in its place."""

from datetime import UTC, datetime, timedelta

import pytest

from app.care import transcript
from app.records.case_files import Line
from guardrails.level import Evidence

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _span(start: int, end: int) -> Evidence:
    return Evidence(0, start, end, "…")


@pytest.mark.parametrize(
    ("text", "spans", "drawn"),
    [
        ("chest pain", [], "chest pain"),
        ("my chest pain", [(3, 13)], "my <mark>chest pain</mark>"),
        ("😱 chest", [(2, 7)], "😱 <mark>chest</mark>"),
        ("abcdef", [(0, 3), (2, 5)], "<mark>abcde</mark>f"),
        ("abcdef", [(4, 6), (0, 1)], "<mark>a</mark>bcd<mark>ef</mark>"),
        ("abc", [(1, 99), (5, 9), (2, 2)], "a<mark>bc</mark>"),
        ("<b>ill</b>", [(3, 6)], "&lt;b&gt;<mark>ill</mark>&lt;/b&gt;"),
        ("a&b", [(1, 2)], "a<mark>&amp;</mark>b"),
    ],
)
def test_the_words_that_fired_are_marked_and_the_rest_is_only_escaped(text: str, spans: list[tuple[int, int]], drawn: str) -> None:
    """Spans count code points, may overlap, and may come from a text that was cut since."""
    assert transcript.highlighted(text, [_span(*each) for each in spans]) == drawn


def test_a_message_can_be_linked_to() -> None:
    """A summary points at the messages it rests on."""
    html = transcript.line_html(Line("t", "message", "help", {}, AT, number=2))
    assert f"id='{transcript.anchor(2)}'" in html
    assert "message 3" in html


def test_a_persons_reply_says_whether_it_was_shown() -> None:
    """On its way is not delivered."""
    body = {"name": "Nora", "title": "nurse", "words": "I am <here>", "question": {"text": "Alone?", "choices": ["Yes", "No"]}}
    sent = Line("r", "staff", "…", body, AT, sent=True)
    html = transcript.line_html(sent)
    assert "on its way" in html
    assert "I am &lt;here&gt;" in html
    assert "<li>Yes</li><li>No</li>" in html
    shown = Line("r", "staff", "…", body, AT, sent=True, delivered=AT + timedelta(seconds=2))
    assert "delivered" in transcript.line_html(shown)
    assert "on its way" not in transcript.line_html(shown)


def test_a_question_of_the_assistant_is_read_with_its_answer() -> None:
    """Has, has not, or never said."""
    question = {"key": "k", "text": "Is it worse?", "choices": [{"id": "y", "label": "Yes, worse"}]}
    asked = {"questions": [question], "answers": {}}
    assert "not answered yet" in transcript.line_html(Line("r", "question", "", asked, AT))
    assert "Yes, worse" in transcript.line_html(Line("r", "question", "", {**asked, "answers": {"k": "y"}}, AT))


@pytest.mark.parametrize("kind", ["answer", "banner", "notice", "care_card", "welcome", "something-new"])
def test_whatever_was_shown_to_the_patient_is_escaped(kind: str) -> None:
    """Also of kinds that came after this page."""
    html = transcript.line_html(Line("r", kind, "<img src=x>", {"title": "<img src=x>"}, AT))
    assert "<img" not in html
