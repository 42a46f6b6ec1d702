"""The vector index: Chroma through langchain-chroma, its only user. It finds; the served set decides what may be shown.

`sync` makes the index hold exactly the passages of a snapshot by comparing digests, so a start after one changed article
embeds that article alone, and a lost index is made again from the database.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings

from knowledge.library import Snapshot
from knowledge.passages import Passage
from retrieval.embedder import Embedder, Vectors

_COLLECTION = "passages"
_BATCH = 256
Progress = Callable[[int, int], None]


class IndexUnusableError(RuntimeError):
    """The index cannot answer: made by another embedding model, damaged, or gone. The message says what to do."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in passages."""

    added: int
    removed: int
    kept: int


class _LangChainEmbeddings(Embeddings):
    """Our embedder in LangChain's form."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class PassageIndex:
    """Passages by meaning. `folder` is the embedded index's own; only one process may sync it at a time."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        try:
            self._client = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
            self._store = self._open()
        except IndexUnusableError:
            raise
        except Exception as error:  # Chroma raises its own, Rust's and SQLite's errors alike
            raise IndexUnusableError(
                f"the index in {folder} cannot be opened ({type(error).__name__}); run 'carelight index rebuild'"
            ) from None

    def _open(self) -> Chroma:
        store = Chroma(
            collection_name=_COLLECTION,
            client=self._client,
            embedding_function=_LangChainEmbeddings(self._embedder),
            collection_metadata={"hnsw:space": "cosine", "embedder": self._embedder.fingerprint},
        )
        made_by = (self._client.get_collection(_COLLECTION, embedding_function=None).metadata or {}).get("embedder")
        if made_by != self._embedder.fingerprint:
            raise IndexUnusableError(
                f"the index was made with the embedding model {made_by}, not {self._embedder.fingerprint}; "
                "run 'carelight index rebuild', or set CARELIGHT_EMBEDDING_MODEL back"
            )
        return store

    def sync(self, snapshot: Snapshot, progress: Progress = lambda done, total: None) -> SyncReport:
        """Make the index hold exactly the snapshot's passages; `progress(done, total)` counts passages embedded.

        The shortest come first: a batch is as slow as its longest text.
        """
        held = self._digests()
        wanted = snapshot.passages
        stale = [key for key, digest in held.items() if key not in wanted or wanted[key].digest != digest]
        new = sorted((passage for key, passage in wanted.items() if held.get(key) != passage.digest), key=lambda p: len(p.text))
        if stale:
            self._store.delete(ids=stale)
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            self._store.add_texts(
                [indexed_text(p) for p in batch], [{"digest": p.digest, "article": p.article} for p in batch], [p.id for p in batch]
            )
            progress(min(start + _BATCH, len(new)), len(new))
        return SyncReport(len(new), len(stale), len(wanted) - len(new))

    def _digests(self) -> dict[str, str]:
        rows = self._store.get(include=["metadatas"])
        return {key: str(meta.get("digest", "")) for key, meta in zip(rows["ids"], rows["metadatas"], strict=True)}

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Passage ids with cosine similarity (-1 to 1), best first, at most `count`."""
        try:
            found = self._store.similarity_search_by_vector_with_relevance_scores(self._embedder.embed([question])[0].tolist(), k=count)
        except Exception as error:  # a damaged index must become one clear error for the caller
            raise IndexUnusableError(f"the index did not answer ({type(error).__name__}); run 'carelight index rebuild'") from None
        return [(str(document.id), 1.0 - distance) for document, distance in found]

    def vectors(self, passages: Sequence[Passage]) -> Mapping[str, Vectors]:
        """The vectors held of `passages`, by id; what is not held, or of other words, is left out."""
        wanted = {passage.id: passage.digest for passage in passages}
        found: dict[str, Vectors] = {}
        try:
            for start in range(0, len(passages), _BATCH):
                rows = self._store.get(ids=list(wanted)[start : start + _BATCH], include=["embeddings", "metadatas"])
                held = zip(rows["ids"], rows["metadatas"], rows["embeddings"], strict=True)
                found |= {key: np.asarray(vector, np.float32) for key, meta, vector in held if meta.get("digest") == wanted[key]}
        except Exception as error:  # as in `search`
            raise IndexUnusableError(f"the index did not answer ({type(error).__name__}); run 'carelight index rebuild'") from None
        return found

    @staticmethod
    def remove(folder: Path) -> None:
        """Throw away an index that cannot be used, damaged or made by another model; it is made again by `sync`."""
        SharedSystemClient.clear_system_cache()
        shutil.rmtree(folder, ignore_errors=True)

    @property
    def size(self) -> int:
        """How many passages the index holds."""
        return self._client.get_collection(_COLLECTION, embedding_function=None).count()


def indexed_text(passage: Passage) -> str:
    """What is embedded: the passage with its topic and heading, which its sentences may leave unsaid."""
    return f"{passage.title}. {passage.heading}. {passage.text}"
