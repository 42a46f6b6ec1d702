"""The learned layer of the scope: acts only when sure, only with its own embedding model, and never stops a turn."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from guardrails import scope, scope_model
from guardrails.scope import Scope
from guardrails.scope_model import LIBRARY, LearnedScope, Numbers, Request, ScopeModelError, Weights
from retrieval import vectors
from tests.fakes import HashingEmbedder

PATTERNS = scope.load()
WORDS = ("flurbs", "upside", "then")


def weights(fingerprint: str = "hashing", sure: float = 0.9, likely: float = 0.6) -> Weights:
    """Three words that speak for an entry each, and nothing else that does."""
    classes = ("animal", "change_medicine", LIBRARY)
    rows = np.zeros((3, 2 * 256 + len(WORDS) + len(classes)), dtype=np.float32)
    for place, strength in enumerate((12.0, 5.0)):
        rows[0, 512 + place] = strength
    rows[1, 512 + len(WORDS) + 1] = 9.0
    return Weights(
        fingerprint,
        classes,
        WORDS,
        np.ones(3, dtype=np.float32),
        rows,
        np.array([0, 0, 4], dtype=np.float32),
        np.array([sure, sure, 1.0], dtype=np.float32),
        likely,
    )


def learned(made: Weights | None = None) -> Scope:
    """The scope that ships, with three learned words."""
    layer = LearnedScope(made or weights(), HashingEmbedder)
    return Scope(PATTERNS.entries, ["fever"], PATTERNS.masks, layer)


def test_what_no_pattern_foresees_is_learned() -> None:
    """Patterns alone caught little more than half of what they were not written for."""
    entry = learned().verdict("flurbs")
    assert entry is not None
    assert entry.id == "animal"


def test_a_message_that_it_is_not_sure_of_goes_to_the_library() -> None:
    """Helping is safer than refusing."""
    assert learned().verdict("upside") is None


def test_what_the_library_does_not_cover_may_be_named_with_less_certainty() -> None:
    """By then nothing is taken from the patient; "see a vet" helps more than "not covered"."""
    entry = learned().leaning("upside")
    assert entry is not None
    assert entry.id == "animal"
    assert learned().leaning("sarcoidosis") is None


def test_patterns_decide_first() -> None:
    """What two people signed as a pattern may not be overruled by weights."""
    entry = learned().verdict("can I sue my doctor, goldfish")
    assert entry is not None
    assert entry.id == "legal"


def test_a_follow_up_is_read_with_the_message_before_it() -> None:
    """ "Shall I stop it then?" is about the medicine just named."""
    alone = PATTERNS.request("then should I stop taking my lithium")
    both = PATTERNS.request("should I leave it out tonight then", ["how does warfarin work"])
    assert both.in_context.startswith("how does medicine work || ")
    assert alone.in_context == alone.alone


def test_names_of_medicines_are_read_as_one_word() -> None:
    """What was learned of one medicine holds for the next."""
    ramipril, losartan = PATTERNS.request("my ramipril makes me cough"), PATTERNS.request("my losartan makes me cough")
    assert ramipril == losartan
    assert {"<medicine>", "my medicine"} <= set(ramipril.words)


def test_three_medicines_are_a_list() -> None:
    """A list to be looked over is recognised by being one."""
    assert "<medicines>" in PATTERNS.request("warfarin, amiodarone, simvastatin: all mine").words


def test_another_embedding_model_turns_it_off(caplog: pytest.LogCaptureFixture) -> None:
    """Vectors of another model would make every weight wrong; it is said once, without the message."""
    off = learned(weights(fingerprint="another"))
    with caplog.at_level(logging.WARNING):
        assert [off.verdict("flurbs") for _ in range(3)] == [None, None, None]
    assert len(caplog.records) == 1
    assert "flurbs" not in caplog.text


def test_an_embedding_model_that_fails_leaves_the_patterns(caplog: pytest.LogCaptureFixture) -> None:
    """A turn must not end because its kind could not be guessed."""

    def broken() -> HashingEmbedder:
        raise RuntimeError("no file for goldfish")

    layer = Scope(PATTERNS.entries, ["fever"], PATTERNS.masks, LearnedScope(weights(), broken))
    assert layer.verdict("flurbs") is None
    assert layer.verdict("can I sue my doctor") is not None
    assert "flurbs" not in caplog.text


class CountingEmbedder(HashingEmbedder):
    """Says how many texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> Numbers:
        self.texts += len(texts)
        return super().embed(texts)


def test_a_first_message_is_embedded_once() -> None:
    """The context of a first message is the message: a second pass would only cost time."""
    encoder = CountingEmbedder()
    LearnedScope(weights(), lambda: encoder).guess(PATTERNS.request("is my cough normal"))
    assert encoder.texts == 1


def test_weights_come_back_as_they_were_written(tmp_path: Path) -> None:
    """Half precision must not move a guess."""
    path = tmp_path / "weights.npz"
    scope_model.save(weights(), path)
    read, request = scope_model.load(path), Request("flurbs", "flurbs", ("flurbs",), frozenset())
    vectors_of = HashingEmbedder().embed(["flurbs", "flurbs"])
    before, after = (each.guess(each.features(request, vectors_of)) for each in (weights(), read))
    assert after.entry == before.entry
    assert after.probability == pytest.approx(before.probability, abs=0.01)


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    """An operator must read what to run."""
    path = tmp_path / "weights.npz"
    path.write_bytes(b"no zip")
    with pytest.raises(ScopeModelError, match=r"benchmarks\.fit_scope"):
        scope_model.load(path)


def test_the_weights_that_ship_know_every_class_and_belong_to_the_model_that_ships() -> None:
    """After a change of the embedding model the layer would be off without anyone noticing."""
    shipped, known = scope_model.load(), vectors.load()
    assert known is not None
    assert shipped.fingerprint == known.fingerprint
    assert set(shipped.classes) - {LIBRARY} <= {entry.id for entry in PATTERNS.entries}
    assert 0.5 <= shipped.likely < 1.0
    assert shipped.sure.min() >= 0.5


def test_the_messages_it_learned_from_name_entries_that_exist() -> None:
    """A misspelt entry would be learned as a class that nothing answers."""
    rows = [json.loads(line) for line in scope_model.EXAMPLES_FILE.read_text(encoding="utf-8").splitlines()]
    assert {row["entry"] for row in rows} - {None} <= {entry.id for entry in PATTERNS.entries}
    assert len({(row["q"], *row["h"]) for row in rows}) == len(rows)
