"""Set words: complete in both languages, filled in right, and true to the rules of care."""

import re
from pathlib import Path

import pytest

from knowledge import words

CODE = Path(words.__file__).parent.parent.parent
FOLDER = Path(words.__file__).parent
ENGLISH = words.load("en")
_SAID = re.compile(r"""\bsay\(\s*"(\w+)"|\b_say\("\w+", "(\w+)"|_or_unknown\("(\w+)\"""")


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return set(re.findall(r"\{(\w*)\}", text))


@pytest.mark.parametrize("key", sorted(ENGLISH.entries))
def test_both_languages_say_the_same_thing_with_the_same_values(key: str) -> None:
    """A Spanish card without {number} would send a patient nowhere."""
    spanish = words.load("es").entries[key]
    assert placeholders(spanish) == placeholders(ENGLISH.entries[key])
    assert spanish.strip()
    assert ENGLISH.entries[key].strip()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_key_stands_twice_in_a_file(language: str) -> None:
    """The second would silently replace the first, which an editor has reviewed."""
    headings = re.findall(r"^## .*$", (FOLDER / f"{language}.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) == len(words.load(language).entries)


def test_every_key_that_the_code_says_exists() -> None:
    """A missing key would be an error in the middle of a care card."""
    sources = [path.read_text(encoding="utf-8") for folder in ("app", "guardrails") for path in (CODE / folder).rglob("*.py")]
    said = {next(filter(None, keys)) for source in sources for keys in _SAID.findall(source)}
    assert len(said) > 25
    assert said - set(ENGLISH.entries) == set()


@pytest.mark.parametrize(
    "promise",
    [
        r"with you shortly|be right with you|reply (?:soon|shortly)|will answer (?:soon|shortly)",
        r"\bsecret\b|confidential|will not tell anyone|tell (?:a|your) parents?",
        r"en breve|enseguida le|le atenderemos|pronto le",
        r"\bsecreto\b|confidencial|no se lo diremos|sus padres",
    ],
)
def test_no_set_words_promise_what_nobody_can_keep(promise: str) -> None:
    """Rules of care 5 and 7: no secrecy, no "someone will be with you shortly"."""
    every = [text for language in words.LANGUAGES for text in words.load(language).entries.values()]
    assert [text for text in every if re.search(promise, text, re.IGNORECASE)] == []


def test_words_are_said_with_their_values_filled_in() -> None:
    """The number on a card is the whole point of the card."""
    assert "999" in ENGLISH.say("emergency_line", number="999")


def test_unknown_words_are_an_error_and_not_silence() -> None:
    """An empty card must never be shown."""
    with pytest.raises(KeyError):
        ENGLISH.say("no_such_words")


def test_a_language_without_words_is_answered_in_english() -> None:
    """Someone who writes French still gets the emergency number."""
    assert words.load("fr") == ENGLISH


def test_an_entry_is_one_line_however_it_is_wrapped() -> None:
    """Line breaks of the file are the editor's, not the patient's."""
    assert words.read("# Words\n\nIntro.\n\n## hello\nGood\n  day.\n\n## bye\nBye.\n") == {"hello": "Good day.", "bye": "Bye."}


def test_a_language_with_gaps_is_refused_and_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-translated file must fail at start, not in front of a patient."""
    (tmp_path / "en.md").write_text("## hello\nHello.\n\n## bye\nBye.\n", encoding="utf-8")
    (tmp_path / "es.md").write_text("## hello\nHola.\n", encoding="utf-8")
    monkeypatch.setattr(words, "_HERE", tmp_path)
    with pytest.raises(words.WordsError, match=r"es\.md.*bye"):
        words.load.__wrapped__("es")
