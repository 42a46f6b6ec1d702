"""Answers in a large library: `python -m benchmarks.scale DATA/medquad_flat.jsonl.gz`, ours alone and with all of MedQuAD beside.

Times run from the question to the whole quoted answer within one process (screen, search, answer, check; no socket, nothing
recorded), the two libraries one after the other with the same questions. Vectors of imported passages are random: embedding
them takes an hour here, and how long a search takes does not depend on what its vectors say. So no answer is judged.
"""

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app import settings
from app.content.importing import bring_in
from app.wiring import CORPUS, Application
from guardrails.level import Profile
from guardrails.screen import Screener, TimedLayer
from retrieval.embedder import SentenceEmbedder, Vectors

_FEW = 3
_SCREEN_S = 20.0


class RandomBeyondQuestions(SentenceEmbedder):
    """The real model for a question's own few texts, and random unit vectors for the many of an index."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(texts) <= _FEW:
            return super().embed(texts)
        drawn = np.random.default_rng(len(texts)).standard_normal((len(texts), 384), dtype=np.float32)
        unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit


def main() -> None:
    """Measure both libraries in one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("medquad", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    given = parser.parse_args()
    asked = _questions(given.questions)
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder), region="US", libraries="own,medquad"), RandomBeyondQuestions)
        app.initialise()
        app.__dict__["screener"] = Screener([TimedLayer(app.red_flags, _SCREEN_S)], app.red_flags)
        own = _measured(app, "own library", asked)
        bring_in(app.library, "medquad", given.medquad)
        large = _measured(app, "with MedQuAD", asked)
        print(f"ratio of medians {large / own:.2f}; resident memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
        app.close()


def _measured(app: Application, label: str, asked: Sequence[str]) -> float:
    """Print times over one library; the median in milliseconds."""
    app.sync_index()
    app.warm()
    snapshot = app.library.snapshot()
    for question in asked[:5]:
        _ask(app, question)
    times = [_ask(app, question) for question in asked]
    median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    size = f"{len(snapshot.revisions)} articles, {len(snapshot.passages)} passages"
    print(f"{label}: {size}; median {median:.0f} ms, p95 {p95:.0f} ms, {len(times)} questions")
    return median


def _ask(app: Application, question: str) -> float:
    began = time.perf_counter()
    for _event in app.rehearsal((), Profile()).reply("", "benchmark", question):
        pass
    return (time.perf_counter() - began) * 1000


def _questions(count: int) -> list[str]:
    rows = [
        json.loads(line) for file in sorted((CORPUS / "questions").glob("*.jsonl")) for line in file.read_text("utf-8").splitlines() if line
    ]
    return random.Random(2).sample([row["q"] for row in rows if not row.get("h")], count)


if __name__ == "__main__":
    main()
