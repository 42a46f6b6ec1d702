"""Text made to keep a regular expression busy: no layer that reads patients' words takes long over it."""

import time
from collections.abc import Callable

import pytest

from app.pages.reading import read
from guardrails import person, privacy, scope
from guardrails.language import language_of
from guardrails.level import Profile
from guardrails.red_flags import RedFlagRules, load
from knowledge.passages import passages
from retrieval.depth import depth_of
from retrieval.keywords import words
from tests.fakes import article

WITHIN_S = 4.0
"""Far above what any takes on a busy machine, far below what a quadratic one takes over 24,000 signs."""
_LONG = 24_000
HOSTILE = {
    "one letter": "a" * _LONG,
    "spaces": " " * _LONG + "x",
    "not, not": "not " * (_LONG // 4),
    "numbers": "1 2 3 " * (_LONG // 6),
    "digits": "1" * _LONG,
    "points": "1.2." * (_LONG // 4),
    "at signs": "a@" * (_LONG // 2),
    "addresses": "a.b-c@" + "d." * (_LONG // 2),
    "dashes": "-" * _LONG,
    "brackets": "(" * (_LONG // 2) + ")" * (_LONG // 2),
    "quotes": "\"'" * (_LONG // 2),
    "names": "Mary Ann " * (_LONG // 9),
    "my my": "my " * (_LONG // 3),
    "pain and": "pain and " * (_LONG // 9),
    "lines": "\n- x" * (_LONG // 4),
    "joiners": "a\u200b" * (_LONG // 2),
    "marks": "e\u0301" * (_LONG // 2),
    "slashes": "1/2/" * (_LONG // 4),
    "no end": "I took 500 mg of " * (_LONG // 17),
    "dosis": "no tengo dolor ni " * (_LONG // 18),
}


@pytest.fixture(scope="module")
def readers() -> dict[str, Callable[[str], object]]:
    """Everything that reads what a patient types, by name; each is warm."""
    rules: RedFlagRules = load()
    entries = scope.load()
    made: dict[str, Callable[[str], object]] = {
        "red flags": lambda text: rules.find([text], Profile()),
        "questions": lambda text: rules.ask([text], Profile(), {}),
        "scope": lambda text: entries.verdict(text, []),
        "masking": lambda text: privacy.mask(text[: privacy.MOST_CHARS]),
        "language": lambda text: language_of([text], "en"),
        "person": lambda text: person.audience(text, Profile()),
        "depth": depth_of,
        "words": words,
    }
    for read_it in made.values():
        read_it("my chest hurts")
    return made


@pytest.mark.parametrize("name", HOSTILE)
def test_no_reader_of_patients_words_is_kept_busy(name: str, readers: dict[str, Callable[[str], object]]) -> None:
    """One message must not stand in the way of the next one's red flag."""
    slow = {}
    for reader, read_it in readers.items():
        began = time.process_time()
        read_it(HOSTILE[name])
        if (took := time.process_time() - began) > WITHIN_S:
            slow[reader] = round(took, 1)
    assert slow == {}


@pytest.mark.parametrize("name", ["brackets", "dashes", "lines", "quotes"])
def test_no_article_keeps_its_reader_busy(name: str) -> None:
    """Markdown has its own traps."""
    hostile = article(f"## Overview\n\nWords: {HOSTILE[name][:8000].strip()}.\n")
    began = time.process_time()
    read(hostile, 1)
    passages(hostile, 1)
    assert time.process_time() - began < WITHIN_S
