"""Embed the starter corpus anew: `python -m tools.embed_corpus`, after articles have changed. Minutes on two cores."""

from app.wiring import starter_corpus
from knowledge import asked
from knowledge.passages import passages
from retrieval import units, vectors
from retrieval.embedder import SentenceEmbedder
from retrieval.index import indexed_text


def main() -> None:
    """Write `retrieval/starter_vectors.npz` and `retrieval/starter_units.npz`."""
    embedder = vectors.RememberingEmbedder(SentenceEmbedder(), vectors.load())
    cut = [passage for article in starter_corpus() for passage in passages(article, 1)]
    texts = [*map(indexed_text, cut), *(question.text for question in asked.read())]
    print(f"{vectors.save(embedder, texts)} passages and questions written")  # noqa: T201
    parts = [text for passage in cut for _, text in units.indexed_units(passage)]
    print(f"{units.save(embedder, parts, units.load())} sentences and items written")  # noqa: T201


if __name__ == "__main__":
    main()
