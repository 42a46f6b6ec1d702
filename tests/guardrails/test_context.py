"""Who, when and whether: which cues reach a match, and what ends their reach."""

from pathlib import Path

import pytest

from guardrails import context
from guardrails.rules import RuleError
from guardrails.text import clauses, fold
from tests.guardrails.small import CONTEXT, engine, starter, write


def around(rules: context.ContextRules, text: str, words: str) -> set[str]:
    """Categories of the cues that reach `words` in `text`."""
    folded = fold(text)
    start = folded.index(words)
    clause = next(c for c in clauses(folded) if c.start <= start < c.end)
    masked = rules.mask(folded)
    hits = rules.of_turn(masked) + rules.around(folded, masked, clause, start, start + len(words))
    return {hit.category for hit in hits}


@pytest.mark.parametrize(
    ("text", "words", "category"),
    [
        ("I have no chest pain", "chest pain", "negated"),
        ("she denies chest pain", "chest pain", "negated"),
        ("I don't have chest pain", "chest pain", "negated"),
        ("the chest pain went away two weeks ago", "chest pain", "resolved"),
        ("I had chest pain three years ago", "chest pain", "historical"),
        ("history of seizures", "seizures", "historical"),
        ("what if I get chest pain", "chest pain", "hypothetical"),
        ("What are the symptoms of a stroke?", "stroke", "information"),
        ("what is chest pain", "chest pain", "information"),
        ("my grandfather died of a heart attack", "heart attack", "family"),
        ("there is a family history of stroke", "stroke", "family"),
        ("lol my head is exploding", "exploding", "figurative"),
        ("In my novel he clutches his chest. He has chest pain.", "chest pain", "fiction"),
    ],
)
def test_a_shipped_cue_reaches_the_words_beside_it(text: str, words: str, category: str) -> None:
    """Each of these would be a false alarm; an alarm for every mention soon is nobody's alarm."""
    assert category in around(starter().context, text, words)


@pytest.mark.parametrize(
    ("text", "words", "category"),
    [
        ("no fever but chest pain", "chest pain", "negated"),
        ("no fever however chest pain", "chest pain", "negated"),
        ("No fever. Chest pain since noon.", "chest pain", "negated"),
        ("no relief from the chest pain", "chest pain", "negated"),
        ("not only chest pain", "chest pain", "negated"),
        ("I have chest pain, what is wrong with me", "chest pain", "information"),
        ("Three years ago I moved here. Chest pain today.", "chest pain", "historical"),
        ("My grandfather died of a stroke. I have chest pain", "chest pain", "family"),
        ("I like to read. I have chest pain", "chest pain", "fiction"),
    ],
)
def test_a_shipped_cue_does_not_reach_the_next_complaint(text: str, words: str, category: str) -> None:
    """The "but" carries the red flag: "no fever but chest pain" is chest pain."""
    assert category not in around(starter().context, text, words)


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("no chest pain", {"negated"}),
        ("no one two three chest pain", {"negated"}),
        ("no one two three four chest pain", set()),
        ("no fever now chest pain", set()),
        ("no fever now no chest pain", {"negated"}),
        ("chest pain went away but the rash never went away", {"resolved"}),
        ("chest pain not", set()),
        ("chest pain went away", {"resolved"}),
        ("chest pain and it slowly went away", {"resolved"}),
        ("chest pain but it went away", set()),
        ("chest pain years ago", {"historical"}),
        ("what is chest pain", {"information"}),
        ("what is my chest pain", set()),
        ("chest pain. all in my novel.", {"fiction"}),
    ],
)
def test_reach_direction_and_terminator_are_kept_as_written(text: str, reached: set[str]) -> None:
    """The cue files are data: what they say about reach must be what happens."""
    assert around(engine().context, text, "chest pain") == reached


def test_a_clause_without_a_full_stop_does_not_reach_for_ever() -> None:
    """Frightened people type without punctuation; one "years ago" must not silence a whole page."""
    far = "moved here years ago " + "and then this and that " * 40 + "chest pain"
    assert around(engine().context, far, "chest pain") == set()


def test_blotting_out_pseudo_cues_moves_nothing() -> None:
    """The mask is read by the offsets of the message."""
    text = "no relief and not only that"
    masked = engine().context.mask(text)
    assert len(masked) == len(text)
    assert masked[10:13] == "and"


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("category: negated", "category: denied", "denied"),
        ("direction: before", "direction: behind", "behind"),
        ('phrases: ["no", "not"]', 'phrases: ["_ no"]', "begin and end with a word"),
        ("terminators:", "enders:", "terminators"),
        ("reach: 3, ", "", "reach"),
        ("cues:", "cue:", "cues"),
    ],
)
def test_a_wrong_context_file_is_refused_by_name(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    """A cue that silently does nothing shows up as false alarms months later."""
    assert right in CONTEXT
    folder = write(tmp_path, context_text=CONTEXT.replace(right, wrong, 1))
    with pytest.raises(RuleError, match=rf"context: .*{says}"):
        context.load(folder)
