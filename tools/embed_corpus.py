"""Embed the starter corpus anew: `python -m tools.embed_corpus`, after articles have changed. Minutes on two cores."""

from app.wiring import starter_corpus
from knowledge import asked
from knowledge.passages import passages
from retrieval import vectors
from retrieval.embedder import SentenceEmbedder
from retrieval.index import indexed_text


def main() -> None:
    """Write `retrieval/starter_vectors.npz`."""
    known = vectors.load()
    embedder = vectors.RememberingEmbedder(SentenceEmbedder(), known)
    texts = [indexed_text(passage) for article in starter_corpus() for passage in passages(article, 1)]
    texts += [question.text for question in asked.read()]
    print(f"{vectors.save(embedder, texts)} passages and questions written")  # noqa: T201


if __name__ == "__main__":
    main()
