"""Vectors of the starter corpus, worked out once and shipped: a first start must not embed ten thousand passages.

They are only a store of what the packaged model gives: a text that is not in it, or another model, is embedded as ever.
Made by `python -m tools.embed_corpus`; a test holds a sample to the model.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from retrieval.embedder import Embedder, Vectors

SHIPPED = Path(__file__).parent / "starter_vectors.npz"
_KEY_BYTES = 12
_FEW = 3
_TOGETHER = 32
"""Texts embedded together; between two batches a patient's question has its turn."""
_REMEMBERED = 128
"""Texts of one question, which more than one part of a search asks for: the newest are kept for a while, in memory alone."""


@dataclass(frozen=True)
class KnownVectors:
    """Unit vectors by text, all of one model; float16 on disk, which moves no similarity by a thousandth."""

    fingerprint: str
    rows: dict[bytes, int] = field(repr=False)
    vectors: Vectors = field(repr=False)

    def row(self, text: str) -> int | None:
        """Where the vector of `text` is, or None."""
        return self.rows.get(_key(text))


def load(path: Path = SHIPPED) -> KnownVectors | None:
    """The shipped vectors, or None where the file is missing or damaged: everything is then embedded."""
    try:
        with np.load(path, allow_pickle=False) as data:
            keys, vectors = data["keys"].tobytes(), data["vectors"].astype(np.float32)
            fingerprint = str(data["fingerprint"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    rows = {keys[place : place + _KEY_BYTES]: place // _KEY_BYTES for place in range(0, len(keys), _KEY_BYTES)}
    return KnownVectors(fingerprint, rows, vectors) if len(rows) == len(vectors) else None


def save(embedder: Embedder, texts: Iterable[str], path: Path = SHIPPED) -> int:
    """Embed `texts` and write them to `path`; how many were written."""
    once = sorted(set(texts), key=len)
    vectors = np.concatenate([embedder.embed(once[start : start + 256]) for start in range(0, len(once), 256)])
    keys = np.frombuffer(b"".join(_key(text) for text in once), dtype=np.uint8)
    np.savez(path, keys=keys, vectors=vectors.astype(np.float16), fingerprint=np.array(embedder.fingerprint))
    return len(once)


class RememberingEmbedder:
    """An embedder that looks up what is known of its own model and embeds the rest."""

    def __init__(self, embedder: Embedder, known: KnownVectors | None) -> None:
        self._embedder = embedder
        self._known = known if known and known.fingerprint == embedder.fingerprint else None
        self.fingerprint = embedder.fingerprint
        self._newest = lru_cache(maxsize=_REMEMBERED)(lambda text: self._embedder.embed([text])[0])
        self._same = str.lower if getattr(embedder, "uncased", False) else str

    @property
    def knows_its_model(self) -> bool:
        """Whether vectors of this very model are shipped."""
        return self._known is not None

    def knows(self, text: str) -> bool:
        """Whether the vector of `text` is shipped."""
        return self._known is not None and self._known.row(text) is not None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions), float32, in the order of `texts`."""
        if len(texts) <= _FEW:
            return np.stack([self._one(text) for text in texts]) if texts else self._embedder.embed(texts)
        if self._known is None:
            return self._embedder.embed(texts)
        rows = [self._known.row(text) for text in texts]
        unknown = [place for place, row in enumerate(rows) if row is None]
        vectors = self._known.vectors[[row or 0 for row in rows]]
        if unknown:
            vectors[unknown] = self._embedder.embed([texts[place] for place in unknown])
        return vectors

    def forget(self) -> None:
        """Forget the texts that were embedded last."""
        self._newest.cache_clear()

    def _one(self, text: str) -> Vectors:
        row = self._known.row(text) if self._known else None
        found: Vectors = self._newest(self._same(text)) if row is None or self._known is None else self._known.vectors[row]
        return found


class PreparedEmbedder:
    """An embedder that is told beforehand what it will be asked: many texts are embedded together in a fraction of the time."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.fingerprint = embedder.fingerprint
        self._ready: dict[str, Vectors] = {}

    def prepare(self, texts: Iterable[str], progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Embed what is not ready yet, the shortest first: a batch is as slow as its longest text. `progress` counts texts."""
        new = sorted({text for text in texts if text not in self._ready}, key=len)
        for start in range(0, len(new), _TOGETHER):
            batch = new[start : start + _TOGETHER]
            self._ready |= dict(zip(batch, self._embedder.embed(batch), strict=True))
            progress(min(start + _TOGETHER, len(new)), len(new))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions), float32, in the order of `texts`."""
        if all(text in self._ready for text in texts) and texts:
            return np.stack([self._ready[text] for text in texts])
        return self._embedder.embed(texts)

    def forget(self) -> None:
        """Let go of everything prepared: a patient's words need not stay."""
        self._ready.clear()


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]
