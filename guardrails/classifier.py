"""The learned layer of the screen: a small fine-tuned encoder for what no rule foresees. The only user of onnxruntime.

It reads each turn whole, in overlapping windows, and the conversation so far (evidence spread over turns); where it raises
something it looks for the part that says most. It can only add findings. Where its files are missing or wrong the rules
work alone, and say so.
"""

import hashlib
import json
import math
import re
import secrets
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from guardrails.level import SEVERITY, Evidence, Finding, Level, Pathway, Profile, UnfinishedError
from guardrails.messages import Message, read_messages
from guardrails.text import clauses, fold

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

MODEL_DIR = Path(__file__).parent / "model"
LEVELS: tuple[Level, ...] = ("routine", "urgent", "crisis", "emergency")
PATHWAYS: tuple[Pathway, ...] = ("medical", "poisoning", "suicide_self_harm", "violence_abuse", "person_at_risk", "harm_to_others")
LONGEST = 256
"""Tokens the encoder sees at a time, the two that frame a text included."""
VERSION = 1
_STRIDE = 190
_PART_WORDS = 28
_BATCH_TOKENS = 1024
_REMEMBERED = 4096
_EARLIER_CHARS = 1600
_CUT, _OVERLAP = 8_000, 400
"""Code points of a piece of a very long text, and how many two of them share: what was read of it is remembered by the piece."""
_MOST_CHARS = 30_000
"""Code points that are looked at in one go: there is no time to read more, and only to prepare them would take too long."""
_NEAR = 400
"""Messages among which an explanation chooses."""
_CRISIS_PATHWAYS = PATHWAYS[2:]
_WORD = re.compile(r"\S+")
_REASONS: dict[Level, str] = {
    "emergency": "What is described sounds like messages in which someone needed emergency help.",
    "crisis": "What is described sounds like messages in which someone was in crisis or not safe.",
    "urgent": "What is described sounds like messages in which someone needed to be seen the same day.",
}
Rows = npt.NDArray[np.float32]


class ClassifierError(RuntimeError):
    """The classifier cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a turn: code points `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """Probabilities of one text: by level (in the order of `LEVELS`) and by pathway (`PATHWAYS`)."""

    levels: tuple[float, ...]
    pathways: tuple[float, ...]

    @property
    def serious(self) -> float:
        """Probability of crisis or emergency."""
        return self.levels[2] + self.levels[3]

    @property
    def alarm(self) -> float:
        """Probability of anything but routine."""
        return 1.0 - self.levels[0]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability a text raises a serious level, and any level at all."""

    serious: float
    alarm: float

    def level(self, score: Score) -> Level:
        """The level that `score` raises; routine where it raises none."""
        if score.serious >= self.serious:
            return "emergency" if score.levels[3] >= score.levels[2] else "crisis"
        return "urgent" if score.alarm >= self.alarm else "routine"


class Encoder(Protocol):
    """Turns tokenised texts into probabilities."""

    def windows(self, text: str) -> list[list[int]]:
        """`text` as framed token ids, in overlapping windows of at most `LONGEST`; nothing is cut off."""
        ...

    def run(self, windows: Sequence[list[int]]) -> tuple[Rows, Rows, Rows]:
        """Probabilities by level and by pathway, and the encoded text: one row a window each."""
        ...


class OnnxEncoder:
    """The encoder in `folder`: `model.onnx` and `tokenizer.json`; ClassifierError where they are not what the card says."""

    def __init__(self, folder: Path, sha256: str, threads: int = 2) -> None:
        self._session, self._tokenizer = _open(folder, sha256, threads)
        self._first, self._last = (cast("int", self._tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]"))

    def windows(self, text: str) -> list[list[int]]:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        room = LONGEST - 2
        starts = range(0, max(1, len(ids) - room + _STRIDE), _STRIDE)
        return [[self._first, *ids[start : start + room], self._last] for start in starts]

    def run(self, windows: Sequence[list[int]]) -> tuple[Rows, Rows, Rows]:
        width = max(map(len, windows))
        ids, mask = (np.zeros((len(windows), width), dtype=np.int64) for _ in range(2))
        for row, window in enumerate(windows):
            ids[row, : len(window)], mask[row, : len(window)] = window, 1
        level, pathway, encoded = self._session.run(["level", "pathway", "encoded"], {"input_ids": ids, "attention_mask": mask})
        return level, pathway, encoded


def _open(folder: Path, sha256: str, threads: int) -> "tuple[onnxruntime.InferenceSession, Tokenizer]":
    """Session and tokenizer; the file's hash is checked, for another file would make every threshold wrong."""
    import onnxruntime
    from tokenizers import Tokenizer

    model = folder / "model.onnx"
    try:
        if hashlib.sha256(model.read_bytes()).hexdigest() != sha256:
            raise ClassifierError(f"{model} is not the file that card.json describes; restore it, or run benchmarks.fit_classifier")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads would starve the rules
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except ClassifierError:
        raise
    except Exception as error:  # a missing or damaged file, in the words of three libraries
        raise ClassifierError(f"the classifier in {folder} cannot be read ({type(error).__name__})") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return session, tokenizer


class Examples:
    """The learned messages as the encoder sees them, for explanations. Read when first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _held(self) -> tuple[Rows, list[Message]]:
        """Unit vectors and their messages; those that are no longer in the data are left out."""
        messages = {message.id: message for message in read_messages()}
        with np.load(self._path) as file:
            ids, vectors = file["ids"], file["vectors"].astype(np.float32)
        kept = [row for row, name in enumerate(ids) if str(name) in messages]
        vectors = vectors[kept] / np.linalg.norm(vectors[kept], axis=1, keepdims=True)
        return vectors, [messages[str(ids[row])] for row in kept]

    def nearest(self, text: str, encoded: Rows, count: int) -> list[tuple[Message, float]]:
        """The `count` nearest messages with their cosine similarity.

        The encoder learned levels, so all emergencies lie close together: among the nearest those that share rare words with
        `text` are shown, for only they explain anything to a reader.
        """
        vectors, messages = self._held
        similarity = vectors @ (encoded / np.linalg.norm(encoded))
        said = _words(text)
        shared = {
            row: sum(self._rarity.get(word, 0.0) for word in said & _words(messages[row].text)) for row in np.argsort(-similarity)[:_NEAR]
        }
        best = sorted(shared, key=lambda row: (-shared[row], -similarity[row]))[:count]
        return [(messages[row], round(float(similarity[row]), 3)) for row in best]

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """How rare a word is among the messages: the logarithm of how many hold none of it."""
        counts = Counter(word for message in self._held[1] for word in _words(message.text))
        return {word: math.log(len(self._held[1]) / count) for word, count in counts.items()}


class LearnedClassifier:
    """Finds red flags by what messages like it meant; knows nothing of databases, chats or rules."""

    name = "classifier"

    def __init__(self, encoder: Encoder, thresholds: Thresholds, examples: "Examples | None" = None, limit_s: float = 0.42) -> None:
        self._encoder, self.thresholds, self._examples, self._limit_s = encoder, thresholds, examples, limit_s
        self._known: OrderedDict[bytes, Score] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._guard = threading.Lock()

    def find(self, turns: Sequence[str], profile: Profile) -> tuple[Finding, ...]:
        """Findings of the conversation, each resting on the turn that raised it; UnfinishedError where time ran out."""
        del profile  # the encoder reads words alone
        deadline = time.monotonic() + self._limit_s
        texts = [text for number in range(len(turns)) for text in _texts(turns, number)]
        scores, finished = self._scores(texts, deadline)
        found = tuple(self._findings(turns, scores, deadline))
        if not finished:
            raise UnfinishedError(found)
        return found

    def score(self, text: str, limit_s: float = math.inf) -> Score:
        """The score of one text, or of as much of it as can be read in `limit_s`: for rule authors and the evaluation."""
        return self._scores([text], time.monotonic() + limit_s)[0][text]

    def nearest(self, text: str, count: int = 3) -> list[tuple[Message, float]]:
        """The messages it learned from that are nearest to `text`, with their similarity: an explanation, never a verdict."""
        if self._examples is None:
            return []
        _, _, encoded = self._encoder.run(self._encoder.windows(text[:_CUT])[:1])
        return self._examples.nearest(text, encoded[0], count)

    def _findings(self, turns: Sequence[str], scores: Mapping[str, Score], deadline: float) -> Iterator[Finding]:
        """What each turn raises by itself, and what the conversation raises with the turn that completes it.

        Once the conversation has raised something, only a turn's own words raise it anew: else "thanks" after a closed
        case would (rule of care 3).
        """
        raised = False
        for number, turn in enumerate(turns):
            together = scores.get(joined(turns[: number + 1])) if number and not raised else None
            read = [score for score in (scores.get(turn), together) if score is not None]
            score = max(read, key=lambda score: SEVERITY[self.thresholds.level(score)], default=None)
            if score is None or (level := self.thresholds.level(score)) == "routine":
                continue
            raised = True
            words = self._telling(turn, deadline)
            evidence = Evidence(number, words.start, words.end, words.text)
            yield Finding(f"learned-{level}", VERSION, level, _pathway(level, score), _REASONS[level], "classifier", (evidence,))

    def _telling(self, turn: str, deadline: float) -> Part:
        """The part of a turn that says most: what the care team reads first. The whole of a short one, or when time is out."""
        stretch = self._worst(cut(turn), deadline)
        if time.monotonic() > deadline:
            return stretch
        part = self._worst(chunks(stretch.text) or [Part(0, len(stretch.text), stretch.text)], deadline)
        return Part(stretch.start + part.start, stretch.start + part.end, part.text)

    def _worst(self, parts: Sequence[Part], deadline: float) -> Part:
        """The one that says most of those that were read; the first where none was."""
        if len(parts) == 1:
            return parts[0]
        scores, _ = self._scores([part.text for part in parts], deadline)
        read = [part for part in parts if part.text in scores]
        return max(read, key=lambda part: (scores[part.text].serious, scores[part.text].alarm), default=parts[0])

    def _scores(self, texts: Sequence[str], deadline: float) -> tuple[dict[str, Score], bool]:
        """Scores by text, those of earlier turns from memory, and whether time sufficed for all."""
        pieces = {text: [part.text for part in cut(text)] for text in texts}
        wanted = list(dict.fromkeys(piece for text in reversed(texts) for piece in pieces[text]))
        read, finished = self._read(wanted, deadline)
        scored = {text: [read[piece] for piece in pieces[text] if piece in read] for text in texts}
        return {text: max(scores, key=lambda score: (score.serious, score.alarm)) for text, scores in scored.items() if scores}, finished

    def _read(self, pieces: Sequence[str], deadline: float) -> tuple[dict[str, Score], bool]:
        """The same for pieces of a bounded length, the first of them where there is no time for more than `_MOST_CHARS`."""
        names = {piece: self._name(piece) for piece in pieces}
        with self._guard:
            scores = {piece: self._known[name] for piece, name in names.items() if name in self._known}
        new = [piece for piece in pieces if piece not in scores]
        chosen = [piece for piece, end in zip(new, accumulate(map(len, new)), strict=True) if end <= _MOST_CHARS]
        windows = sorted(((ids, piece) for piece in chosen for ids in self._encoder.windows(piece)), key=lambda item: len(item[0]))
        left = Counter(piece for _, piece in windows)
        for batch in _batches(windows):
            if time.monotonic() > deadline:
                break
            for (_, piece), level, pathway, _encoded in zip(batch, *self._encoder.run([ids for ids, _ in batch]), strict=True):
                score = Score(tuple(map(float, level)), tuple(map(float, pathway)))
                scores[piece] = max(scores.get(piece, score), score, key=lambda s: (s.serious, s.alarm))
                left[piece] -= 1
        self._remember({names[piece]: scores[piece] for piece in chosen if not left[piece]})
        return scores, len(chosen) == len(new) and not any(left.values())

    def _name(self, text: str) -> bytes:
        """What a score is remembered by: a hash under a key that ends with the process, so that no patient's word stays for it."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()

    def _remember(self, scores: Mapping[bytes, Score]) -> None:
        with self._guard:
            self._known.update(scores)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def load(folder: Path = MODEL_DIR) -> LearnedClassifier:
    """The classifier that ships; ClassifierError where its card, encoder or tokenizer is missing or wrong."""
    try:
        card: dict[str, Any] = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        thresholds, sha256 = Thresholds(**card["thresholds"]), str(card["sha256"])
        examples = Examples(folder / "examples.npz")
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ClassifierError(f"the classifier's card in {folder} cannot be read ({type(error).__name__})") from None
    return LearnedClassifier(OnnxEncoder(folder, sha256), thresholds, examples)


def cut(text: str) -> tuple[Part, ...]:
    """Pieces of a very long text, its end first and the others in order, each overlapping the next; any other text is one piece."""
    if len(text) <= _CUT:
        return (Part(0, len(text), text),)
    starts = range(0, len(text) - _OVERLAP, _CUT - _OVERLAP)
    parts = [Part(start, min(start + _CUT, len(text)), text[start : start + _CUT]) for start in starts]
    return (parts[-1], *parts[:-1])


def chunks(turn: str) -> tuple[Part, ...]:
    """Parts of a long turn, each a run of clauses of about thirty words; none for a turn that is hardly longer than that."""
    folded = fold(turn)
    if len(folded.split()) < _PART_WORDS * 3 // 2:
        return ()
    parts: list[Part] = []
    start: int | None = None
    words = 0
    for piece_start, piece_end, count in _pieces(folded):
        start = piece_start if start is None else start
        words += count
        if words >= _PART_WORDS:
            parts.append(Part(start, piece_end, turn[start:piece_end]))
            start, words = None, 0
    if start is not None:
        parts.append(Part(start, len(turn), turn[start:]))
    return tuple(parts)


def _pieces(folded: str) -> Iterator[tuple[int, int, int]]:
    """Clauses as (start, end, words), those without a stop for long cut into runs of words."""
    for clause in clauses(folded):
        found = list(_WORD.finditer(folded, clause.start, clause.end))
        for first in range(0, len(found), _PART_WORDS):
            run = found[first : first + _PART_WORDS]
            last = first + _PART_WORDS >= len(found)
            yield run[0].start(), clause.end if last else run[-1].end(), len(run)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{3,}", fold(text)))


def joined(turns: Sequence[str]) -> str:
    """The end of a conversation as one text, for evidence that is spread over turns."""
    return " || ".join(turns)[-_EARLIER_CHARS:]


def _texts(turns: Sequence[str], number: int) -> Iterator[str]:
    """What is read at a turn: the whole of it, and the conversation up to it."""
    yield turns[number]
    if number:
        yield joined(turns[: number + 1])


def _batches(windows: Sequence[tuple[list[int], str]]) -> Iterator[Sequence[tuple[list[int], str]]]:
    """Windows of like length together: padding short ones to a long one's length costs more than a second run."""
    start = 0
    while start < len(windows):
        end = start + 1
        while end < len(windows) and (end + 1 - start) * len(windows[end][0]) <= _BATCH_TOKENS:
            if len(windows[end][0]) > len(windows[start][0]) * 1.25 + 8:
                break
            end += 1
        yield windows[start:end]
        start = end


def _pathway(level: Level, score: Score) -> Pathway:
    """The kind of help: for a crisis never a merely medical one."""
    choice = [(p, name) for p, name in zip(score.pathways, PATHWAYS, strict=True) if level != "crisis" or name in _CRISIS_PATHWAYS]
    return max(choice)[1]
