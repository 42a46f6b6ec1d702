"""What became of quoted words, who comes first, what a patient is left."""

from datetime import UTC, datetime, timedelta

import pytest

from app.content.recall import Became, Cited, Note, RecallChat, became, cited, may_tell, worst_first
from app.errors import NotAllowedError
from app.ui.elements import elements_for
from guardrails.level import Level
from knowledge import words
from knowledge.article import Article
from knowledge.passages import Span
from tests.fakes import article

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BODY = "## Overview\n\nGout is painful.\nGout passes.\n\n## Medicines\n\nDo not take more than 1,200 mg a day.\n"
OLD = article(BODY)
WORDS = {language: words.load(language) for language in words.LANGUAGES}


def span(text: str, of: Article = OLD) -> Span:
    """Where words stand."""
    return Span(of.body.index(text), of.body.index(text) + len(text))


@pytest.mark.parametrize(
    ("body", "then"),
    [
        (BODY, "same"),
        (BODY.replace("painful.\nGout", "painful. Gout"), "same"),
        (f"## Causes\n\nCrystals.\n\n{BODY}", "same"),
        (BODY.replace("1,200", "400"), "changed"),
        ("## Overview\n\nGout is painful. Do not take more than 1,200 mg a day.\n", "changed"),
        (BODY.replace("## Medicines", "## Children"), "changed"),
    ],
)
def test_words_are_the_same_only_where_they_stand_as_they_stood(body: str, then: Became) -> None:
    """A moved heading is another meaning: what adults were told must not pass for what children are."""
    assert became(OLD, article(body), span("Do not take more than 1,200 mg a day.")) == then


def test_words_over_a_line_break_are_found_again() -> None:
    """Wrapping is no correction."""
    assert became(OLD, article(BODY.replace("painful.\nGout", "painful. Gout")), span("Gout is painful.\nGout passes.")) == "same"


def test_words_for_fewer_people_than_before_have_changed() -> None:
    """Whoever was left out was told something that is no longer said to them."""
    both = article(BODY, audience="adult, child")
    assert became(both, OLD, span("Gout is painful.")) == "changed"
    assert became(OLD, both, span("Gout is painful.")) == "same"


def test_words_within_a_longer_sentence_do_not_stand_any_more() -> None:
    """ "It is wrong that …" says the opposite of what somebody was quoted."""
    denied = article(BODY.replace("Gout is painful.", "It is wrong to say: Gout is painful."))
    assert became(OLD, denied, span("Gout is painful.")) == "changed"


def test_of_a_withdrawn_article_nothing_stands() -> None:
    """Each quote once, those that are gone first."""
    once = span("Gout is painful.")
    assert [each.became for each in cited(OLD, None, [once, once])] == ["withdrawn"]
    mended = article(BODY.replace("1,200", "400"))
    assert [each.became for each in cited(OLD, mended, [once, span("Do not take more than 1,200 mg a day.")])] == ["changed", "same"]


def chat(name: str, then: Became = "changed", level: Level = "routine", days: int = 0) -> RecallChat:
    """A conversation that cited the revision."""
    quoted = (Cited("Overview", "Gout.", then),)
    return RecallChat(name, level, AT - timedelta(days=days), quoted, "untouched", "", None, delivered=False, deleted=False, demo=False)


def test_the_worst_come_first() -> None:
    """Wrong words before right ones, then how ill they were, then how lately."""
    chats = [chat("right", "same", "emergency"), chat("old", days=3), chat("new"), chat("grave", level="urgent", days=9)]
    assert [each.id for each in worst_first(chats)] == ["grave", "new", "old", "right"]


def note(*, withdrawn: bool = False, **reasons: str) -> Note:
    """A note about the article on gout."""
    return Note("Gout", "gout", withdrawn, WORDS, "en", reasons)


def test_a_patient_is_told_in_their_language_and_in_no_other() -> None:
    """An editor's English reason is nothing to a patient who wrote Spanish."""
    english, spanish = "The limit was too high.", "El límite era demasiado alto."
    told = note(en=english).reply(["¿Qué puedo tomar para el dolor de la gota?"])
    assert "se ha corregido" in told.text
    assert english not in told.text
    assert spanish in note(en=english, es=spanish).reply(["¿Qué puedo tomar para el dolor de la gota?"]).text
    assert english in note(en=english, es=spanish).reply(["what can I take for gout pain"]).text


def test_the_note_leads_to_the_corrected_page_and_of_a_withdrawn_one_to_the_library() -> None:
    """And to a person, either way."""
    corrected, gone = note().reply(["gout pain what helps"]), note(withdrawn=True).reply(["gout pain what helps"])
    assert (corrected.kind, corrected.body["library_page"], corrected.body["person"]) == ("notice", "/library/gout", True)
    assert "library_page" not in gone.body
    assert "no longer use" in gone.text
    assert "Gout" in gone.text


def test_the_chat_draws_the_note_with_its_way_to_the_page_and_asks_that_it_be_acknowledged() -> None:
    """As it draws what the team writes."""
    told = note().reply(["gout pain what helps"])
    [(element, props)] = elements_for(told.id, told.kind, told.text, told.body, ack=True)
    assert (element, props["library_page"], props["ack"], props["reply"]) == ("Words", "/library/gout", True, told.id)
    assert props["text"] == told.text


def test_a_reason_that_is_a_lecture_is_refused() -> None:
    """Nobody reads it."""
    with pytest.raises(ValueError, match="500"):
        note(en="x" * 501)


@pytest.mark.parametrize("why", ["closed", "told", "deleted", "crisis"])
def test_each_thing_that_forbids_a_note_forbids_it_alone(why: str) -> None:
    """One check that is missing is one patient too many."""
    every = dict.fromkeys(["closed", "told", "deleted", "crisis"], False)
    may_tell(**every)
    with pytest.raises(NotAllowedError):
        may_tell(**{**every, why: True})
