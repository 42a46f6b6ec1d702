"""A file of set words is fit for patients only if every sentence is there, filled in as the code fills it in, and says its number."""

import pytest

from knowledge import words
from knowledge.words import checks

ENGLISH = words.packaged("en")


def _problems(text: str) -> list[str]:
    return [problem.message for problem in checks.problems(text, ENGLISH, "words.en")]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_what_ships_has_no_fault(language: str) -> None:
    """What is imported at the first start must be fit to be signed as it stands."""
    shipped = words.packaged(language)
    assert checks.problems(shipped, shipped, f"words.{language}") == []


def test_what_ships_for_other_languages_has_no_fault() -> None:
    """The same for the one sentence in each language that we do not cover."""
    shipped = words.packaged_foreign()
    assert checks.foreign_problems(shipped, shipped, "words.foreign") == []


@pytest.mark.parametrize(
    ("key", "said", "why"),
    [
        ("emergency_line", "", "is empty"),
        ("emergency_line", " - ", "is empty"),
        ("emergency_line", "In an emergency, call now.", "must hold {number}"),
        ("emergency_line", "Call {number}, {name}.", "must hold {number}"),
        ("emergency_line", "Call {number", "cannot be filled in"),
        ("emergency_line", "Call {number.real}", "cannot be filled in"),
        ("emergency_line", "Call {number:9}", "cannot be filled in"),
        ("emergency_line", "Call {}", "cannot be filled in"),
        ("emergency_line", "Call {{number}}", "markup"),
        ("emergency_line_unknown", "Call your local emergency number.", "must name 112 and 911"),
        ("welcome", "Ask <b>me</b>.", "markup"),
        ("welcome", "[Ask](https://example.org)", "markup"),
        ("welcome", "Ask. " * 300, "longer than"),
    ],
)
def test_words_that_cannot_be_said_are_a_fault(key: str, said: str, why: str) -> None:
    """An emergency line that is empty, or lost its number, would reach someone who needs it."""
    [problem] = _problems(checks.with_entry(ENGLISH, key, said))
    assert problem.startswith(key)
    assert why in problem


def test_a_missing_an_unknown_and_a_doubled_key_are_faults() -> None:
    """A sentence that is missing fails in front of a patient; one that nobody says hides a slip of the hand."""
    text = ENGLISH.replace("## card_no_wait\n", "## card_now_ait\n") + "\n## welcome\nHello.\n"
    assert [problem.split(" ", 1)[0] for problem in _problems(text)] == ["card_no_wait", "card_now_ait", "welcome"]


def test_a_fault_names_its_line() -> None:
    """The editor's page marks it."""
    text = checks.with_entry(ENGLISH, "welcome", "")
    [problem] = checks.problems(text, ENGLISH, "words.en")
    assert text.split("\n")[problem.line - 1] == "## welcome"


@pytest.mark.parametrize("key", ["assistant_notice", "card_no_wait", "notice_database"])
def test_changing_one_entry_leaves_the_rest_as_it_was(key: str) -> None:
    """A form for one sentence must not touch another, nor the remarks in the file."""
    changed = checks.with_entry(ENGLISH, key, "Other\n words.")
    assert words.read(changed) == {**words.read(ENGLISH), key: "Other words."}
    assert checks.with_entry(changed, key, words.read(ENGLISH)[key]) == ENGLISH


def test_an_entry_that_is_not_there_cannot_be_changed() -> None:
    """It would be added where nobody looks for it."""
    with pytest.raises(KeyError):
        checks.with_entry(ENGLISH, "no_such_words", "Hello.")


def test_only_what_cannot_be_said_is_filled_in_from_what_ships() -> None:
    """A clinic's own signed words must outlive an upgrade that brings one key more."""
    shipped = words.read(ENGLISH)
    said = {**shipped, "welcome": "Ask us.", "emergency_line": "Call."}
    del said["error"]
    filled, missing = checks.filled(said, shipped)
    assert missing == ("emergency_line", "error")
    assert filled == {**shipped, "welcome": "Ask us."}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("languages: [", "cannot be read"),
        ("- de", "cannot be read"),
        ("languages: {de: {words: 5}}", "cannot be read"),
        (words.packaged_foreign().replace("  de: ", "  dd: "), "de is missing"),
        (words.packaged_foreign().replace("bitte jetzt {number}", "bitte"), "de must hold {number}"),
    ],
)
def test_a_language_that_is_lost_or_lost_its_number_is_a_fault(text: str, why: str) -> None:
    """It is the only sentence that somebody who reads neither English nor Spanish can act on."""
    assert why in checks.foreign_problems(text, words.packaged_foreign(), "words.foreign")[0].message
