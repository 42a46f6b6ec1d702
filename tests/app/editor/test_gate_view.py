"""What publishing would change, as it is drawn: what blocks first and apart, patients' words escaped, numbers that add up."""

from dataclasses import replace

from app.content.changes import CardChange, Change, Impact, Place, Reading, Said
from app.content.stored_questions import StoredQuestion, Why
from app.editor import gate_view
from tests.app.editor.files import gate


def _answer(*sentences: str) -> Reading:
    places = [Place("gout", text, "Gout", "Overview", "/library/gout") for text in sentences]
    return Reading("answer", " ".join(sentences), tuple(Said(place.quote, "point", (place,)) for place in places))


NONE = Reading("not_covered", "Our library does not cover this.", ())


def _change(before: Reading, after: Reading, text: str = "what is gout?", why: Why = "own", blocks: str = "") -> Change:
    return Change(StoredQuestion((text,), why, "gout"), before, after, blocks)


def _impact(*changes: Change, cards: tuple[CardChange, ...] = ()) -> Impact:
    return Impact(("gout",), 40, 3, 1, 2, changes, cards, ())


LOST = _change(_answer("Gout hurts."), NONE, "does gout hurt?")
OTHER = _change(_answer("Gout hurts.", "It passes."), _answer("Gout hurts a lot.", "It passes."))
NEW = _change(NONE, _answer("Drink water."), "what can I drink?")
CARD = CardChange("chest-pain", "emergency", "en", ("Sit down.",), ("Rest <b>now</b>.",))


def test_what_blocks_stands_first_and_only_there() -> None:
    """In red, with the reason, before anything that somebody may let pass."""
    blocking = replace(LOST, blocks="it would lose its answer", question=replace(LOST.question, why="must_answer"))
    html = gate_view.result(_impact(OTHER, blocking))
    assert html.index("This cannot be published") < html.index("does gout hurt?") < html.index("Answers that change (1)")
    assert html.count("does gout hurt?") == 1
    assert "It would lose its answer" in html


def test_every_sort_of_change_is_counted_and_shown() -> None:
    """Answers side by side, questions lost and won, cards, citations."""
    html = gate_view.result(_impact(OTHER, LOST, NEW, cards=(CARD,)))
    for told in (
        "Answers that change (1)",
        "No longer covered (1)",
        "Newly covered (1)",
        "first aid changes (1)",
        "Citations lost (1)",
        "in 2 answers",
    ):
        assert told in html
    assert "Gout hurts<ins> a lot</ins>." in html
    assert "40 stored questions" in html
    assert gate_view.headline(_impact(OTHER, LOST, NEW, cards=(CARD,))) == (
        "1 answer changes, 1 question is no longer covered, 1 question is newly covered, 1 care card changes."
    )


def test_a_change_that_alters_no_answer_says_so() -> None:
    """With how many were asked: silence would look like a check that was never made."""
    assert gate_view.headline(_impact()) == "No answer changes: 40 questions get the same words as now."


def test_questions_and_answers_are_text() -> None:
    """Patients' words and articles' words are both untrusted."""
    bad = "<img src=x onerror=alert(1)>"
    html = gate_view.result(_impact(_change(_answer(bad), _answer(f"{bad}!"), bad), cards=(CARD,)))
    assert "<img" not in html
    assert "<b>now" not in html


def test_the_same_words_from_another_place_say_which() -> None:
    """A reader would look in vain for the difference."""
    moved = Place("pain", "Gout hurts.", "Pain relief", "Overview", "/library/pain")
    after = Reading("answer", "Gout hurts.", (Said("Gout hurts.", "point", (moved,)),))
    html = gate_view.result(_impact(_change(_answer("Gout hurts."), after)))
    assert "it no longer rests on Gout, Overview; it rests anew on Pain relief, Overview." in html


def test_a_result_of_another_form_is_not_drawn() -> None:
    """The page then asks to check again."""
    assert gate_view.drawing(gate(2, result={"old": 1})) == gate_view.NOTHING
    assert gate_view.drawing(gate(2, result=_impact(OTHER).as_json())).headline == "1 answer changes."
