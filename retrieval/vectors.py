"""Vectors of the starter corpus, worked out once and shipped: a first start must not embed ten thousand passages.

They are only a store of what the packaged model gives: a text that is not in it, or another model, is embedded as ever.
Made by `python -m tools.embed_corpus`; a test holds a sample to the model.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from retrieval.embedder import Embedder, Vectors

SHIPPED = Path(__file__).parent / "starter_vectors.npz"
_KEY_BYTES = 12


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

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions), float32, in the order of `texts`."""
        if self._known is None:
            return self._embedder.embed(texts)
        rows = [self._known.row(text) for text in texts]
        unknown = [place for place, row in enumerate(rows) if row is None]
        vectors = self._known.vectors[[row or 0 for row in rows]]
        if unknown:
            vectors[unknown] = self._embedder.embed([texts[place] for place in unknown])
        return vectors


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]
