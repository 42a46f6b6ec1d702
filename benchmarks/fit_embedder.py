"""Tune the embedding model on the library's own questions: `python -m benchmarks.fit_embedder OUT [--held 0.2] [--pairs FILE …]`.

A low-rank adapter (LoRA) on every linear layer learns to bring a question near the passage that answers it and away from
the other passages of its batch: those of sixteen neighbouring articles, two questions each, so that what is learnt is to
tell siblings and sections apart. `--pairs` adds texts that belong together from elsewhere (JSON lines with "a" and "b").
`--held` keeps a share of the topics out, to be measured on. About twenty minutes on two cores that do nothing else.
"""

import argparse
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from torch import nn
from torch.nn.utils import parametrize

from app.evals.questions import Question, own
from app.wiring import starter_corpus
from knowledge.library import Revision, Snapshot
from knowledge.passages import Passage
from retrieval.embedder import PACKAGED, SentenceEmbedder, model_folder
from retrieval.index import indexed_text
from retrieval.spelling import Spelling

_RANK = 16
_SCALE = 2.0
_RATE = 8e-4
_EPOCHS = 2
_BATCH = 32
_ARTICLES = 16
_ROUNDS = 6
_TEMPERATURE = 20.0
_CORRECTED = 0.6
"""Share of questions that are learnt as the spelling corrects them; the rest as they were typed."""
_QUESTION_TOKENS, _PASSAGE_TOKENS, _PAIR_TOKENS = 64, 72, 128
_PAIRS_EACH_EPOCH = 800
Pair = tuple[str, str]


class _LowRank(nn.Module):
    """A weight with a product of two thin matrices added."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        rows, columns = weight.shape
        self.A = nn.Parameter(torch.randn(_RANK, columns) / math.sqrt(columns))
        self.B = nn.Parameter(torch.zeros(rows, _RANK))

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + self.B @ self.A * _SCALE


@dataclass(frozen=True, slots=True)
class _Example:
    """A question as it is searched, and the passages that answer it, the best first."""

    article: str
    texts: tuple[str, str]
    answers: tuple[Passage, ...]


def main() -> None:
    """Train, and write the adapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--held", type=float, default=0.0)
    parser.add_argument("--pairs", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    snapshot = Snapshot(1, {article.slug: Revision(1, article) for article in starter_corpus()})
    examples = _examples(snapshot, given.held)
    pairs = [(row["a"], row["b"]) for file in given.pairs for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())]
    model = SentenceTransformer(str(model_folder(PACKAGED)), device="cpu", local_files_only=True)
    layers = _adapted(model)
    _train(model, examples, pairs, _neighbours(snapshot))
    tensors = {f"{name}.{part}": _half(layer, part) for name, layer in layers.items() for part in "AB"}
    save_file(tensors, str(given.out))


def _examples(snapshot: Snapshot, held: float) -> list[_Example]:
    spelling = Spelling(
        [r.article.body for r in snapshot.revisions.values()], [n for r in snapshot.revisions.values() for n in r.article.names]
    )
    slugs = sorted(snapshot.revisions)
    random.Random(5).shuffle(slugs)
    out = set(slugs[: int(held * len(slugs))])
    by_article: dict[str, list[Passage]] = defaultdict(list)
    for passage in snapshot.passages.values():
        by_article[passage.article].append(passage)
    return [
        _Example(question.article, _texts(question, spelling), answers)
        for question in own(snapshot)
        if question.article not in out
        if (answers := _answers(question, by_article[question.article]))
    ]


def _texts(question: Question, spelling: Spelling) -> tuple[str, str]:
    before = f"{question.history[-1]} " if question.history else ""
    return before + question.text, before + spelling.correct(question.text)


def _answers(question: Question, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(dict.fromkeys(p for fact in question.facts for p in passages if fact in p.text))


def _neighbours(snapshot: Snapshot) -> dict[str, list[str]]:
    """Articles by how near they are as wholes, for batches that are hard to tell apart."""
    embedder, slugs = SentenceEmbedder(PACKAGED), sorted(snapshot.revisions)
    articles = [snapshot.article(slug) for slug in slugs]
    means = embedder.embed([f"{article.title}. {article.summary}" for article in articles])
    nearest = np.argsort(-(means @ means.T), axis=1)
    return {slug: [slugs[place] for place in row] for slug, row in zip(slugs, nearest, strict=True)}


def _adapted(model: SentenceTransformer) -> dict[str, nn.Linear]:
    """Freeze everything and put an adapter on each linear layer of the encoder."""
    for parameter in model.parameters():
        parameter.requires_grad = False
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Linear) and "encoder.layer" in name}
    for layer in layers.values():
        parametrize.register_parametrization(layer, "weight", _LowRank(layer.weight))
    return layers


def _half(layer: nn.Linear, part: str) -> torch.Tensor:
    found: Any = layer.parametrizations
    tensor: torch.Tensor = getattr(found.weight[0], part).detach() * (_SCALE if part == "B" else 1.0)
    return tensor.half().contiguous()


def _train(model: SentenceTransformer, examples: list[_Example], pairs: list[Pair], near: dict[str, list[str]]) -> None:
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=_RATE, weight_decay=0.01)
    steps = _EPOCHS * sum(1 for _ in _batches(examples, pairs, near))
    step = 0
    for _ in range(_EPOCHS):
        for batch in _batches(examples, pairs, near):
            for group in optimiser.param_groups:
                group["lr"] = _RATE * min(1.0, step / (0.1 * steps + 1)) * (1 - step / steps)
            loss = _loss_of_pairs(model, batch) if isinstance(batch[0], tuple) else _loss(model, batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learnt, 1.0)
            optimiser.step()
            step += 1
            if step % 20 == 0:
                print(f"step {step} of {steps}: loss {loss.item():.3f}", flush=True)


def _batches(examples: Sequence[_Example], pairs: list[Pair], near: dict[str, list[str]]) -> Iterator[Any]:
    """Each question once: two of each of sixteen neighbouring articles a batch; and some of the pairs, all in random order."""
    by_article: dict[str, list[_Example]] = defaultdict(list)
    for example in random.sample(examples, len(examples)):
        by_article[example.article].append(example)
    flat: list[_Example] = []
    for begin in range(0, 2 * _ROUNDS, 2):
        left = {slug for slug, found in by_article.items() if len(found) > begin}
        while left:
            chosen = [slug for slug in near[random.choice(sorted(left))] if slug in left][:_ARTICLES]
            flat += [example for slug in chosen for example in by_article[slug][begin : begin + 2]]
            left.difference_update(chosen)
    other = random.sample(pairs, min(len(pairs), _PAIRS_EACH_EPOCH))
    every: list[Any] = [flat[start : start + _BATCH] for start in range(0, len(flat) - _BATCH + 1, _BATCH)]
    every += [other[start : start + _BATCH] for start in range(0, len(other) - _BATCH + 1, _BATCH)]
    random.shuffle(every)
    yield from every


def _loss(model: SentenceTransformer, batch: Sequence[_Example]) -> torch.Tensor:
    """Each question must be nearest to its own passage; another that answers it too counts neither way."""
    questions = _embed(model, [example.texts[random.random() < _CORRECTED] for example in batch], _QUESTION_TOKENS)
    passages = _embed(model, [indexed_text(example.answers[0]) for example in batch], _PASSAGE_TOKENS)
    scores = questions @ passages.T * _TEMPERATURE
    for row, example in enumerate(batch):
        for column, other in enumerate(batch):
            if row != column and other.answers[0] in example.answers:
                scores[row, column] = -1e4
    return nn.functional.cross_entropy(scores, torch.arange(len(batch)))


def _loss_of_pairs(model: SentenceTransformer, batch: Sequence[Pair]) -> torch.Tensor:
    one, other = (_embed(model, [pair[side] for pair in batch], _PAIR_TOKENS) for side in (0, 1))
    return nn.functional.cross_entropy(one @ other.T * _TEMPERATURE, torch.arange(len(batch)))


def _embed(model: SentenceTransformer, texts: list[str], tokens: int) -> torch.Tensor:
    model.max_seq_length = tokens
    return nn.functional.normalize(model(model.tokenize(texts))["sentence_embedding"], dim=1)


if __name__ == "__main__":
    main()
