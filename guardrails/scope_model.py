"""The learned layer of the scope: what no pattern foresees, told by meaning, words and weak signs together.

A multinomial logistic regression over sentence embeddings, fitted by `python -m benchmarks.fit_scope`. Names of medicines and
animals and weights are read as one word each, so that what was learned of one medicine holds for all. It acts only where it is
surer than thresholds fitted on ordinary questions, and only with the very embedding model that it was fitted with.
"""

import logging
import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

log = logging.getLogger("carelight")

WEIGHTS_FILE = Path(__file__).parent / "scope_model.npz"
EXAMPLES_FILE = Path(__file__).parent / "scope_model.jsonl"
LIBRARY = "library"
"""The class of messages that the library is asked about."""
_LONG = 300
"""Code points above which only the end of a message is read for its words: what is asked stands there."""
_MANY = 3
"""Medicines in one message from which it is a list."""
_NUMBER = re.compile(r"\d+(?:[.,/]\d+)*")
_TOKEN = re.compile(r"[\w']+|\?")
Numbers = npt.NDArray[np.float32]


class ScopeModelError(RuntimeError):
    """The learned layer cannot be used; the message says why and what to do."""


class Encoder(Protocol):
    """Turns texts into unit vectors, by a model that its fingerprint names."""

    @property
    def fingerprint(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Numbers:
        """Unit vectors, shape (len(texts), dimensions)."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A message as the learned layer reads it."""

    alone: str
    """The message with names masked."""
    in_context: str
    """The same after the message before it, if there was one."""
    words: tuple[str, ...]
    """Words and pairs of words."""
    signs: frozenset[str]
    """Ids of the entries of which it shows a weak sign."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest entry of a message, and how likely it is (0 to 1) that the message is one for set words at all."""

    entry: str
    probability: float


@dataclass(frozen=True)
class Weights:
    """What was fitted: classes, words with their rarity, and one row of weights a class over vectors, words and signs."""

    fingerprint: str
    classes: tuple[str, ...]
    words: tuple[str, ...] = field(repr=False)
    rarity: Numbers = field(repr=False)
    weights: Numbers = field(repr=False)
    """Shape (classes, 2 * dimensions + words + classes)."""
    intercept: Numbers = field(repr=False)
    sure: Numbers
    """Probability from which a message is taken from the library, by class: some are seldom mistaken for ordinary questions."""
    likely: float
    """Probability from which a message that the library does not cover is named by what it is."""

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each word stands."""
        return {word: place for place, word in enumerate(self.words)}

    def features(self, request: Request, vectors: Numbers) -> Numbers:
        """One row: both vectors, words weighed by rarity (length 1), signs."""
        return np.concatenate([vectors.reshape(-1), self._weighed(request.words), self._signs(request.signs)])

    def _weighed(self, words: Sequence[str]) -> Numbers:
        row = np.zeros(len(self.words), dtype=np.float32)
        for word, count in Counter(words).items():
            if (place := self.places.get(word)) is not None:
                row[place] = (1.0 + math.log(count)) * self.rarity[place]
        return row / max(float(np.linalg.norm(row)), 1e-9)

    def _signs(self, signs: frozenset[str]) -> Numbers:
        return np.array([name in signs for name in self.classes], dtype=np.float32)

    def is_sure(self, guess: Guess) -> bool:
        """Whether a message is to be taken from the library."""
        return guess.probability >= float(self.sure[self.classes.index(guess.entry)])

    def guess(self, row: Numbers) -> Guess:
        """The likeliest entry for a row of features."""
        scores = self.weights @ row + self.intercept
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        library = self.classes.index(LIBRARY)
        probability = 1.0 - float(chances[library])
        chances[library] = -1.0
        return Guess(self.classes[int(chances.argmax())], probability)


class LearnedScope:
    """Guesses what kind of request a message is; None where it cannot be used."""

    def __init__(self, weights: Weights, encoder: Callable[[], Encoder]) -> None:
        self.weights, self._encoder = weights, encoder
        self._guard = threading.Lock()
        self._off = False

    def guess(self, request: Request) -> Guess | None:
        """The likeliest entry; None, said once in the log, where the embedding model is another or fails."""
        if self._off:
            return None
        try:
            encoder = self._encoder()
            if encoder.fingerprint != self.weights.fingerprint:
                self._give_up("the embedding model is another than it was fitted with; run benchmarks.fit_scope")
                return None
            texts = list(dict.fromkeys((request.alone, request.in_context)))
            vectors = encoder.embed(texts)[[0, len(texts) - 1]]
        except Exception as error:  # a missing model is the search's to report; patterns decide, and the library is asked
            self._give_up(f"the embedding model failed ({type(error).__name__})")
            return None
        return self.weights.guess(self.weights.features(request, vectors))

    def _give_up(self, why: str) -> None:
        with self._guard:
            if not self._off:
                log.warning("scope is decided by patterns alone: %s", why)
            self._off = True


def read(folded: str, before: str, masks: Mapping[str, re.Pattern[str]], signs: frozenset[str]) -> Request:
    """A folded message after the folded one `before` it ("" if none); `masks` are patterns by the word that takes their place."""
    alone, context = _masked(folded, masks), _masked(before, masks)
    medicines = len(masks["medicine"].findall(folded)) if "medicine" in masks else 0
    return Request(alone, f"{context} || {alone}" if before else alone, _words(alone, medicines), signs)


def _masked(folded: str, masks: Mapping[str, re.Pattern[str]]) -> str:
    for word, pattern in masks.items():
        folded = pattern.sub(word, folded)
    return folded


def _words(masked: str, medicines: int) -> tuple[str, ...]:
    """Words and pairs of words, with marks for a medicine, for many, and for a message of which only the end is read."""
    singles = _TOKEN.findall(_NUMBER.sub("0", masked[-_LONG:]))
    marks = [("<medicine>", medicines > 0), ("<medicines>", medicines >= _MANY), ("<long>", len(masked) > _LONG)]
    pairs = [f"{first} {second}" for first, second in pairwise(singles)]
    return (*singles, *pairs, *(mark for mark, holds in marks if holds))


def load(path: Path = WEIGHTS_FILE) -> Weights:
    """The weights that ship; ScopeModelError where the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as data:
            return Weights(
                str(data["fingerprint"]),
                tuple(map(str, data["classes"])),
                tuple(map(str, data["words"])),
                data["rarity"].astype(np.float32),
                data["weights"].astype(np.float32),
                data["intercept"].astype(np.float32),
                data["sure"].astype(np.float32),
                float(data["likely"]),
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ScopeModelError(f"{path} cannot be read ({type(error).__name__}); restore it, or run benchmarks.fit_scope") from None


def save(weights: Weights, path: Path = WEIGHTS_FILE) -> None:
    """Write weights as `load` reads them; half precision moves no probability by a hundredth."""
    np.savez_compressed(
        path,
        fingerprint=np.array(weights.fingerprint),
        classes=np.array(weights.classes),
        words=np.array(weights.words),
        rarity=weights.rarity.astype(np.float16),
        weights=weights.weights.astype(np.float16),
        intercept=weights.intercept.astype(np.float32),
        sure=weights.sure.astype(np.float32),
        likely=np.array(weights.likely),
    )
