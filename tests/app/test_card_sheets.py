"""Which care cards a change of words or numbers alters: found on every card there is, told once, shown whole."""

from dataclasses import replace

import pytest

from app.card_sheets import NO_COUNTRY, CardDifference, Side, differences
from app.content import documents, publishing
from app.content.text_changes import TextImpact, impact, is_of_texts, read
from app.content.texts import Texts, texts_of
from app.errors import NotAllowedError
from app.records.text_store import ServedTexts
from app.wiring import Application
from guardrails import regions
from guardrails.red_flags import RedFlagRules
from guardrails.regions import Region
from knowledge import words
from knowledge.words import Words, checks
from tests.desk_of_two import Two

SHIPPED = texts_of(ServedTexts(0, {}))
NUMBERS = regions.FILE.read_text(encoding="utf-8")


def _saying(key: str, said: str, language: str = "en") -> dict[str, Words]:
    entries = {**SHIPPED.words[language].entries, key: said}
    return {**SHIPPED.words, language: replace(SHIPPED.words[language], entries=entries)}


def _found(layer: RedFlagRules, *, said: dict[str, Words] | None = None, numbers: dict[str, Region] | None = None) -> list[CardDifference]:
    before = Side(SHIPPED.words, SHIPPED.regions)
    after = Side(said or SHIPPED.words, numbers or SHIPPED.regions)
    return list(differences(before, after, layer.rules.rules))


def _with_us(row: int, **changed: object) -> dict[str, Region]:
    numbers = [dict(each) for each in SHIPPED.regions["US"].numbers]
    numbers[row].update(changed)
    return {**SHIPPED.regions, "US": replace(SHIPPED.regions["US"], numbers=tuple(numbers))}


def test_nothing_differs_where_nothing_was_changed(rule_layer: RedFlagRules) -> None:
    """A review that only renews a date asks nobody to look at anything."""
    assert _found(rule_layer) == []


def test_a_line_of_every_card_is_one_difference(rule_layer: RedFlagRules) -> None:
    """Nobody can look at thousands of cards; the same change on all of them is told once, on the most urgent."""
    [found] = _found(rule_layer, said=_saying("card_no_wait", "Do not sit here."))
    assert [(part.name, part.before, part.after) for part in found.parts] == [
        ("Last line", (SHIPPED.words["en"].say("card_no_wait"),), ("Do not sit here.",))
    ]
    assert (found.level, found.language, NO_COUNTRY in found.countries) == ("emergency", "en", True)
    assert len(found.countries) == len(SHIPPED.regions) + 1
    assert (found.before[-2], found.after[-2]) == (SHIPPED.words["en"].say("card_no_wait"), "Do not sit here.")


def test_a_number_changes_the_cards_of_its_country_in_both_languages(rule_layer: RedFlagRules) -> None:
    """The emergency number leads the card, stands among its contacts and on the banner after it."""
    found = _found(rule_layer, numbers=_with_us(0, call="912"))
    assert {each.language for each in found} == {"en", "es"}
    assert {each.countries for each in found} == {("United States",)}
    first = next(each for each in found if each.language == "en")
    assert {"What to do first", "Contacts", "Banner later on"} <= {part.name for part in first.parts}
    assert [part.after for part in first.parts if part.name == "What to do first"] == [("Call 912 now.",)]


def test_a_number_that_loses_its_second_check_is_told_as_lost(rule_layer: RedFlagRules) -> None:
    """The card is a line shorter, which nobody would see in the file."""
    found = _found(rule_layer, numbers=_with_us(5, second_check=None))
    lost = {line for each in found for part in each.parts for line in part.before}
    assert any("1-800-222-1222" in line for line in lost)
    assert [line for each in found for part in each.parts for line in part.after] == []


@pytest.mark.parametrize("key", ["staffing_staffed", "staffing_on_call", "card_reason_urgent", "screen_incomplete", "banner_crisis"])
def test_what_only_some_cards_say_is_found(key: str, rule_layer: RedFlagRules) -> None:
    """Cards while somebody is there, cards of the learned layer, the card for a message that could not be checked."""
    assert _found(rule_layer, said=_saying(key, "Something else."))


def test_words_that_stand_on_no_card_change_no_card(rule_layer: RedFlagRules) -> None:
    """They are told as sentences."""
    assert _found(rule_layer, said=_saying("smalltalk_thanks", "With pleasure.")) == []


def _impact(layer: RedFlagRules, after: Texts) -> TextImpact:
    return impact(SHIPPED, after, layer.rules.rules, {}, ())


def test_sentences_in_every_language_and_the_prompt_are_told(rule_layer: RedFlagRules) -> None:
    """Also those that nobody reads on a card."""
    said = {language: replace(each, foreign={**each.foreign, "de": "Anders: {number}"}) for language, each in SHIPPED.words.items()}
    said["es"] = replace(said["es"], entries={**said["es"].entries, "smalltalk_thanks": "De nada."})
    found = _impact(rule_layer, replace(SHIPPED, words=said, prompt=replace(SHIPPED.prompt, text="Other.", version="x")))
    assert [each.where for each in found.sentences] == ["smalltalk_thanks (es)", "the words in de", "the prompt"]


def test_a_kept_result_comes_back_as_it_was(rule_layer: RedFlagRules) -> None:
    """A person let exactly this pass."""
    found = _impact(rule_layer, replace(SHIPPED, words=_saying("card_no_wait", "Do not sit here.")))
    assert found.cards
    assert read(found.as_json()) == found
    assert is_of_texts(found.as_json())
    assert (read(found.as_json()).fingerprint, found.to_acknowledge) == (found.fingerprint, 2)


def test_publishing_waits_until_somebody_let_the_cards_pass_by_name(small: Application) -> None:
    """The same gate as for articles, with cards in the place of answers."""
    small.text_store.bring_in(documents.packaged())
    two = Two(small.database)
    number = two.approve("words.en", checks.with_entry(words.packaged("en"), "card_no_wait", "Do not sit here."))
    kept = publishing.check(small, "words.en", number)
    assert (kept.blocks, kept.changes, len(read(kept.result).cards)) == (False, 2, 1)
    with pytest.raises(NotAllowedError, match="somebody must look"):
        small.publishing.publish("words.en", two.ed)
    small.publishing.acknowledge(kept.id, two.rita)
    small.publishing.publish("words.en", two.ed)
    small.follow_texts()
    assert small.words.say("card_no_wait") == "Do not sit here."


def test_a_text_that_became_unfit_is_blocked(small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever would let it pass."""
    small.text_store.bring_in(documents.packaged())
    number = Two(small.database).approve("numbers.regions", NUMBERS.replace("stored copy of the page}", "dialled again}", 1))
    form = replace(documents.TEXT_FORMS["numbers.regions"], packaged=lambda: NUMBERS.replace("  US:", "  ZZ:"))
    monkeypatch.setitem(documents.TEXT_FORMS, "numbers.regions", form)
    kept = publishing.check(small, "numbers.regions", number)
    assert kept.blocks
    assert any(problem.startswith("ZZ is missing") for problem in read(kept.result).problems)
