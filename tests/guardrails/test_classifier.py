"""The learned layer: each turn, its parts and the conversation are read; it only adds; time and files may fail."""

import json
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails import classifier
from guardrails.classifier import LEVELS, PATHWAYS, ClassifierError, LearnedClassifier, Rows, Thresholds, chunks, cut, joined
from guardrails.level import Profile, UnfinishedError, open_findings

THRESHOLDS = Thresholds(serious=0.6, alarm=0.7)
LEARNED = {
    "crushing": ("emergency", "medical", 0.9),
    "worthless": ("crisis", "suicide_self_harm", 0.9),
    "swollen": ("urgent", "medical", 0.9),
}


class WordEncoder:
    """An encoder that has learned three words: a text's ids are its words, and the worst known word decides."""

    def __init__(self, act: Callable[[str], tuple[str, str, float] | None] | None = None, slow_s: float = 0.0) -> None:
        self._act, self._slow_s = act or self._by_word, slow_s
        self._texts: list[str] = []
        self.read: list[str] = []

    @staticmethod
    def _by_word(text: str) -> tuple[str, str, float] | None:
        return next((found for word, found in LEARNED.items() if word in text), None)

    def windows(self, text: str) -> list[list[int]]:
        self._texts.append(text)
        return [[len(self._texts) - 1] * max(2, min(len(text.split()), 256))]

    def run(self, windows: Sequence[list[int]]) -> tuple[Rows, Rows, Rows]:
        time.sleep(self._slow_s)
        texts = [self._texts[window[0]] for window in windows]
        self.read += texts
        rows = [self._row(self._act(text)) for text in texts]
        levels, pathways = (np.array([row[part] for row in rows], dtype=np.float32) for part in (0, 1))
        return levels, pathways, np.zeros((len(texts), 3), dtype=np.float32)

    @staticmethod
    def _row(found: tuple[str, str, float] | None) -> tuple[list[float], list[float]]:
        level, pathway, p = found or ("routine", "medical", 0.97)
        rest = (1 - p) / 3
        return [p if name == level else rest for name in LEVELS], [0.9 if name == pathway else 0.02 for name in PATHWAYS]


def find(*turns: str) -> list[tuple[str, str, int]]:
    """(level, pathway, turn) of what the layer finds."""
    found = LearnedClassifier(WordEncoder(), THRESHOLDS).find(turns, Profile())
    return [(finding.level, finding.pathway, finding.last_turn) for finding in found]


def test_a_turn_raises_the_level_and_the_kind_of_help_that_it_was_taught() -> None:
    """Level and pathway decide which card comes."""
    assert find("a crushing weight") == [("emergency", "medical", 0)]
    assert find("i feel worthless") == [("crisis", "suicide_self_harm", 0)]
    assert find("what is a cold") == []


def test_a_crisis_is_never_merely_medical() -> None:
    """A crisis card has crisis contacts whatever the second head thinks."""
    encoder = WordEncoder(lambda _text: ("crisis", "medical", 0.9))
    assert LearnedClassifier(encoder, THRESHOLDS).find(["anything"], Profile())[0].pathway != "medical"


def test_what_was_found_stays_found_after_thanks() -> None:
    """Nothing lowers a level but a person (rule of care 2)."""
    assert ("emergency", "medical", 0) in find("a crushing weight", "thanks", "never mind")


def test_thanks_after_a_closed_case_raises_nothing() -> None:
    """The joined conversation still holds the old words; it may not raise them again (rule of care 3)."""
    found = LearnedClassifier(WordEncoder(), THRESHOLDS).find(["a crushing weight", "thanks"], Profile())
    assert open_findings(found, 0) == ()


def test_new_words_after_a_closed_case_raise_it_again() -> None:
    """What a turn says by itself counts anew."""
    found = LearnedClassifier(WordEncoder(), THRESHOLDS).find(["a crushing weight", "thanks", "crushing again"], Profile())
    assert [finding.last_turn for finding in open_findings(found, 1)] == [2]


def test_evidence_spread_over_turns_is_found_with_the_turn_that_completes_it() -> None:
    """ "I have a headache" … "and my neck is stiff"."""
    together = WordEncoder(lambda text: ("emergency", "medical", 0.9) if "headache" in text and "stiff" in text else None)
    found = LearnedClassifier(together, THRESHOLDS).find(["a headache", "since noon", "and a stiff neck", "thanks"], Profile())
    assert [(finding.level, finding.last_turn) for finding in found] == [("emergency", 2)]


LETTER = " ".join(f"Sentence number {n} is about the garden and the bins." for n in range(12))


def test_a_finding_of_a_letter_rests_on_the_part_that_says_most() -> None:
    """The care team reads the sentence that matters first, not the garden."""
    buried = LETTER + " There is a crushing weight on me. " + LETTER
    (found,) = LearnedClassifier(WordEncoder(), THRESHOLDS).find([buried], Profile())
    evidence = found.evidence[0]
    assert "crushing" in evidence.text
    assert len(evidence.text) < len(buried) / 3
    assert buried[evidence.start : evidence.end] == evidence.text


def test_a_quiet_letter_is_not_read_in_parts() -> None:
    """Parts only explain: a letter that raises nothing must not cost twice."""
    encoder = WordEncoder()
    LearnedClassifier(encoder, THRESHOLDS).find([LETTER], Profile())
    assert encoder.read == [LETTER]


@given(st.text(max_size=3000))
def test_parts_stand_in_the_turn_and_leave_out_no_word(turn: str) -> None:
    """A part's span slices to its words, and every word of a long turn is in one."""
    parts = chunks(turn)
    assert all(turn[part.start : part.end] == part.text for part in parts)
    if parts:
        inside = {place for part in parts for place in range(part.start, part.end)}
        assert all(place in inside for place, char in enumerate(turn) if char.isalnum())


def test_a_turn_is_read_once() -> None:
    """Findings of earlier turns come from memory: a long chat must not grow slower with every turn."""
    encoder = WordEncoder()
    layer = LearnedClassifier(encoder, THRESHOLDS)
    layer.find(["first", "second"], Profile())
    encoder.read.clear()
    layer.find(["first", "second", "third"], Profile())
    assert sorted(encoder.read) == sorted(["third", joined(["first", "second", "third"])])


def test_time_that_runs_out_reports_what_was_found_so_far() -> None:
    """Limits are kept; what was read counts, and the caller shows the emergency contacts (rule of care 8)."""
    slow = LearnedClassifier(WordEncoder(slow_s=0.05), THRESHOLDS, limit_s=0.2)
    turns = [f"crushing {'and more ' * length}" for length in range(40)]
    started = time.monotonic()
    with pytest.raises(UnfinishedError) as unfinished:
        slow.find(turns, Profile())
    assert time.monotonic() - started < 2
    assert "emergency" in {finding.level for finding in unfinished.value.found}


def test_what_was_not_read_to_its_end_is_not_remembered_as_read() -> None:
    """A second look has to read it, and finds what the first had no time for."""
    layer = LearnedClassifier(WordEncoder(slow_s=0.05), THRESHOLDS, limit_s=0.0)
    with pytest.raises(UnfinishedError):
        layer.find(["crushing"], Profile())
    layer._limit_s = 5.0
    assert [finding.level for finding in layer.find(["crushing"], Profile())] == ["emergency"]


def test_what_was_read_to_its_end_is_remembered_though_the_rest_was_not() -> None:
    """The next look goes on from there: a long chat is not unread for ever."""
    layer = LearnedClassifier(WordEncoder(slow_s=0.05), THRESHOLDS, limit_s=0.15)
    turns = [f"{'and more ' * length}" for length in range(1, 40)]
    for _ in range(60):
        try:
            layer.find(turns, Profile())
        except UnfinishedError:
            continue
        break
    else:
        pytest.fail("it never came to the end")


def test_a_very_long_message_is_read_from_its_ends_piece_by_piece() -> None:
    """Half a megabyte is not prepared for the encoder at once; what was read counts, and that it is not all is said."""
    encoder = WordEncoder()
    layer = LearnedClassifier(encoder, THRESHOLDS)
    turn = "".join(f"on day {number} it was raining. " for number in range(20_000)) + "and she looks crushing"
    with pytest.raises(UnfinishedError) as unfinished:
        layer.find([turn], Profile())
    assert sum(map(len, encoder.read)) < 100_000
    (finding,) = unfinished.value.found
    (words,) = finding.evidence
    assert (finding.level, turn[words.start : words.end]) == ("emergency", words.text)
    assert "crushing" in words.text
    assert len(words.text) < 1000


@given(st.text(min_size=0, max_size=60).map(lambda text: text * 700))
@settings(max_examples=20, deadline=None)
def test_the_pieces_of_a_long_message_leave_out_no_word(text: str) -> None:
    """Each slices to its words, and two neighbours share some: a sentence cut in one is whole in the other."""
    parts = cut(text)
    assert all(text[part.start : part.end] == part.text for part in parts)
    in_order = sorted(parts, key=lambda part: part.start)
    assert (in_order[0].start, in_order[-1].end) == (0, len(text))
    assert all(after.start < before.end for before, after in pairwise(in_order))


def test_a_score_is_remembered_without_a_word_of_its_text() -> None:
    """What a patient deletes must not stay in memory, and nothing else may be read again for it."""
    layer = LearnedClassifier(WordEncoder(), THRESHOLDS)
    layer.find(["first", "second"], Profile())
    assert len(layer._known) == 3
    assert not any(b"first" in name or b"second" in name for name in layer._known)


# The model that ships

SHIPPED = classifier.MODEL_DIR


def shipped() -> LearnedClassifier:
    """The classifier that ships, with all the time it wants."""
    learned = classifier.load()
    learned._limit_s = 60.0
    return learned


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("it feels like somebody is standing on my chest and my hand went numb", {"emergency"}),
        ("dad's mouth has slid down on one side and his words come out like soup", {"emergency"}),
        ("I have written the letters and the tablets are counted out for tonight", {"crisis", "emergency"}),
        ("mi esposo me quitó el celular y dice que me va a romper los dedos si cuento algo", {"crisis", "emergency"}),
        ("my husband took my phone and says he will break my fingers if I tell anyone", {"crisis", "emergency"}),
    ],
)
def test_the_shipped_model_hears_what_no_rule_names(text: str, levels: set[str]) -> None:
    """Sentences of no data set of ours: the layer is there for these."""
    assert {finding.level for finding in shipped().find([text], Profile())} & levels


@pytest.mark.parametrize(
    "text",
    [
        "What is a stroke?",
        "thanks, that helped",
        "How long do stitches stay in?",
        "this queue is killing me lol",
        "¿A qué hora abre la clínica?",
    ],
)
def test_the_shipped_model_leaves_ordinary_messages_alone(text: str) -> None:
    """An alarm that always rings is not heard."""
    assert shipped().find([text], Profile()) == ()


def test_the_shipped_model_is_small_and_says_where_it_comes_from() -> None:
    """At most 30 MB, reproducible from the data and seed that its card names."""
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    assert (SHIPPED / "model.onnx").stat().st_size < 30_000_000
    assert {"sha256", "thresholds", "seed", "data_sha256", "messages"} <= set(card)


def test_the_nearest_examples_are_messages_that_it_learned_from() -> None:
    """They explain a finding to a reader; the message itself is its own nearest."""
    learned = shipped()
    message = learned.nearest("crushing pain in my chest")[0][0]
    again, similarity = learned.nearest(message.text)[0]
    assert (again.id, round(similarity)) == (message.id, 1)


def test_missing_files_are_an_error_that_says_so(tmp_path: Path) -> None:
    """The rules then work alone, and whoever starts the server reads it."""
    with pytest.raises(ClassifierError, match=r"card in .* cannot be read \(FileNotFoundError\)"):
        classifier.load(tmp_path)


def test_another_file_than_the_cards_is_refused(tmp_path: Path) -> None:
    """Every threshold would be wrong for it."""
    for name in ("card.json", "tokenizer.json", "examples.npz"):
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"something else")
    with pytest.raises(ClassifierError, match=r"is not the file that card\.json describes"):
        classifier.load(tmp_path)


def test_nothing_of_a_long_message_is_cut_off() -> None:
    """The encoder sees 256 tokens at a time; overlapping windows see all."""
    encoder = classifier.OnnxEncoder(SHIPPED, json.loads((SHIPPED / "card.json").read_text())["sha256"])
    text = " ".join(f"word{n}" for n in range(900))
    windows = encoder.windows(text)
    assert all(len(window) <= classifier.LONGEST for window in windows)
    assert {token for window in windows for token in window} >= set(encoder._tokenizer.encode(text).ids)
