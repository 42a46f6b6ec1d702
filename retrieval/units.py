"""The least that may be quoted alone, and how near each is to a question: a sentence with those that lean on it, or an item.

A passage may be near because of one of its sentences. Vectors of the starter corpus's units are shipped in eight bits; a
unit of an article of one's own is taken to be as near as its passage.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from knowledge.passages import Passage, Span, items, statements
from retrieval.embedder import Embedder, Vectors

SHIPPED = Path(__file__).parent / "starter_units.npz"
_KEY_BYTES = 12
_BATCH = 256
_LEANS = re.compile(
    r"(?:however|but|this|these|that|those|they|it|its|he|she|such|also|instead|otherwise|then|so|even so|still|yet|although|though|both"
    r"|neither|another|others?|the (?:first|second|other|same|latter|former)|in (?:that|this|these|those) cases?"
    r"|for (?:this|these|that) reasons?|as a result|because of (?:this|that)|if (?:so|not|it|they|this|these)"
    r"|when (?:it|they|this|these))\b",
    re.IGNORECASE,
)
_LEANS_AT_ITS_END = re.compile(r"\b(?:later|afterwards|then|too|as well|instead)\.$", re.IGNORECASE)

Key = tuple[str, int]
"""A unit's passage and the code point of the body where it begins."""
Near = Callable[[Sequence[str], Iterable[Passage]], Mapping[Key, float]]
"""The cosine of the nearest of some texts to each unit of some passages; units whose vectors are not known are left out."""


def clusters(passage: Passage) -> list[list[Span]]:
    """Sentences of a paragraph, each with those after it that lean on it: no "however" without what it turns on."""
    found: list[list[Span]] = []
    for span in statements(passage):
        text = words_at(passage, span)
        if found and (_LEANS.match(text) or _LEANS_AT_ITS_END.search(text)):
            found[-1].append(span)
        else:
            found.append([span])
    return found


def words_at(passage: Passage, span: Span) -> str:
    """The words of a span of the body that lies within the passage."""
    return passage.text[span.start - passage.start : span.end - passage.start]


def indexed_units(passage: Passage) -> Iterator[tuple[Key, str]]:
    """What is embedded for each unit: its words with topic and heading, and an item's lead-in, which they may leave unsaid."""
    before = f"{passage.title}. {passage.heading}."
    if passage.is_list:
        lead_in, *rows = items(passage)
        for row in rows:
            yield (passage.id, row.start), f"{before} {words_at(passage, lead_in)} {words_at(passage, row).removeprefix('- ')}"
    else:
        for cluster in clusters(passage):
            yield (passage.id, cluster[0].start), f"{before} {words_at(passage, Span(cluster[0].start, cluster[-1].end))}"


@dataclass(frozen=True)
class UnitVectors:
    """Vectors by text in eight bits, all of one model. Only their direction counts: no cosine moves by a hundredth."""

    fingerprint: str
    rows: Mapping[bytes, int] = field(repr=False)
    vectors: npt.NDArray[np.int8] = field(repr=False)

    def row(self, text: str) -> int | None:
        """Where the vector of `text` is, or None."""
        return self.rows.get(_key(text))

    def unit_vectors(self, rows: Sequence[int]) -> Vectors:
        """The vectors of some rows, of length 1, shape (rows, dimensions)."""
        found = self.vectors[list(rows)].astype(np.float32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def load(path: Path = SHIPPED) -> UnitVectors | None:
    """The shipped vectors, or None where the file is missing or damaged: passages are then all that is known."""
    try:
        with np.load(path, allow_pickle=False) as data:
            keys, vectors, fingerprint = data["keys"].tobytes(), data["vectors"], str(data["fingerprint"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    rows = {keys[place : place + _KEY_BYTES]: place // _KEY_BYTES for place in range(0, len(keys), _KEY_BYTES)}
    return UnitVectors(fingerprint, rows, vectors) if len(rows) == len(vectors) else None


def save(embedder: Embedder, texts: Iterable[str], known: UnitVectors | None, path: Path = SHIPPED) -> int:
    """Write the vectors of `texts` to `path`, embedding those that `known` has not from the same model; how many were written."""
    if known is not None and known.fingerprint != embedder.fingerprint:
        known = None
    once = sorted(set(texts), key=len)
    held = {text: row for text in once if known is not None and (row := known.row(text)) is not None}
    vectors = {text: known.vectors[row] for text, row in held.items()} if known is not None else {}
    new = [text for text in once if text not in held]
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        vectors |= dict(zip(batch, _in_eight_bits(embedder.embed(batch)), strict=True))
    keys = np.frombuffer(b"".join(_key(text) for text in once), dtype=np.uint8)
    np.savez(path, keys=keys, vectors=np.stack([vectors[text] for text in once]), fingerprint=np.array(embedder.fingerprint))
    return len(once)


def nearness(embedder: Embedder, known: UnitVectors | None) -> Near:
    """What a search asks of units; of another embedding model's, and of no file, nothing is known."""

    def near(texts: Sequence[str], passages: Iterable[Passage]) -> dict[Key, float]:
        if known is None or known.fingerprint != embedder.fingerprint:
            return {}
        rows = {key: row for passage in passages for key, text in indexed_units(passage) if (row := known.row(text)) is not None}
        if not rows:
            return {}
        cosines = (known.unit_vectors(list(rows.values())) @ embedder.embed(texts).T).max(axis=1)
        return dict(zip(rows, cosines.tolist(), strict=True))

    return near


def _in_eight_bits(vectors: Vectors) -> npt.NDArray[np.int8]:
    longest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.asarray(np.round(vectors * (127 / longest)), dtype=np.int8)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]
