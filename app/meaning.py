"""How near two texts are in meaning, by the embedding model of the search: what guardrails know only as a Protocol."""

from functools import lru_cache

from retrieval.embedder import Embedder


class EmbeddedMeaning:
    """Cosines of sentences. One drafted sentence is compared with several of its sources, so vectors are remembered."""

    def __init__(self, embedder: Embedder) -> None:
        self._vector = lru_cache(maxsize=512)(lambda text: embedder.embed([text])[0])

    def forget(self) -> None:
        """Forget the sentences that were compared last."""
        self._vector.cache_clear()

    def nearness(self, sentence: str, source: str) -> float:
        """Cosine similarity of two texts, -1 to 1."""
        return float(self._vector(sentence) @ self._vector(source))
