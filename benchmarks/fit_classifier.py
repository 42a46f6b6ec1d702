"""Make the learned classifier again from its messages: `python -m benchmarks.fit_classifier [--out FOLDER]`.

Fine-tunes the packaged MiniLM end to end on `guardrails/messages`, whole topics held out, and writes what
`guardrails/classifier.py` reads: an int8 ONNX file, the tokenizer, and `card.json` with thresholds, seed and the hash of
the data. Needs the `train` extra (`pip install -e '.[train]'`); nothing at run time needs it. About an hour on two cores.
"""

import argparse
import hashlib
import json
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import AutoModel

from guardrails.classifier import LEVELS, LONGEST, PATHWAYS, LearnedClassifier, OnnxEncoder, Thresholds, chunks, joined
from guardrails.level import SERIOUS
from guardrails.messages import MESSAGES_DIR, Message, read_messages
from retrieval.embedder import PACKAGED, file_sha256, model_folder

SEED = 20261121
_EPOCHS = 4
_BATCH_TOKENS = 800
_RATE = 5e-5
_SMOOTHING = 0.04
_HELD_OUT_OF_TEN = 1
_FALSE_SERIOUS, _FALSE_ANY = 0.016, 0.012
"""Shares of harmless held-out messages that may raise a serious level, and any level.

Held-out look-alikes are harder than ordinary traffic; together with the rules' own false alarms this stays under the targets.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """One text with its level and pathway as numbers; pathway -1 where there is none."""

    text: str
    level: int
    pathway: int
    weight: float = 1.0


class Classifier(nn.Module):
    """MiniLM with mean pooling and two heads: how fast, and which kind of help."""

    def __init__(self, folder: Path, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(folder, attn_implementation=attention)
        width = self.encoder.config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.level, self.pathway = nn.Linear(width, len(LEVELS)), nn.Linear(width, len(PATHWAYS))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        encoded = (states * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        pooled = self.drop(encoded)
        return self.level(pooled), self.pathway(pooled), encoded


def main() -> None:
    """Train, calibrate, export, and say how well the held-out topics are told apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("guardrails/model"))
    parser.add_argument("--epochs", type=int, default=_EPOCHS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--messages", type=Path, default=MESSAGES_DIR)
    parser.add_argument("--thresholds-only", action="store_true", help="set the thresholds of the model in --out again")
    given = parser.parse_args()
    messages = read_messages(given.messages)
    if given.thresholds_only:
        finish(given.out, json.loads((given.out / "card.json").read_text(encoding="utf-8")), messages)
        return
    random.seed(given.seed)
    torch.manual_seed(given.seed)
    torch.set_num_threads(2)
    kept = [m for m in messages if not held_out(m.topic)]
    print(f"{len(messages)} messages, {len(messages) - len(kept)} of held-out topics", flush=True)
    folder = model_folder(PACKAGED)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    model = Classifier(folder)
    train(model, tokenizer, kept, given.epochs, [m for m in messages if held_out(m.topic)])
    given.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "tokenizer.json", given.out / "tokenizer.json")
    traced = Classifier(folder, "eager")
    traced.load_state_dict(model.state_dict())
    export(traced, given.out)
    card = {
        "base": "sentence-transformers/all-MiniLM-L6-v2",
        "base_sha256": file_sha256(folder / "model.safetensors"),
        "messages": len(messages),
        "trained_on": len(kept),
        "data_sha256": data_sha256(messages),
        "seed": given.seed,
        "epochs": given.epochs,
        "sha256": file_sha256(given.out / "model.onnx"),
    }
    finish(given.out, card, messages)


def finish(folder: Path, card: dict[str, Any], messages: Sequence[Message]) -> None:
    """Thresholds from the held-out topics, read as the product reads them, and the examples that explanations quote."""
    encoder = OnnxEncoder(folder, card["sha256"])
    learned = LearnedClassifier(encoder, Thresholds(2.0, 2.0))
    dev = [m for m in messages if held_out(m.topic)]
    card["thresholds"], card["held_out"] = calibrate(learned, dev)
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    chosen = [m for m in messages if m.level != "routine"]
    vectors = [encoder.run(encoder.windows(m.text)[:1])[2][0] for m in chosen]
    scaled = [np.round(v / np.abs(v).max() * 127).astype(np.int8) for v in vectors]
    np.savez_compressed(folder / "examples.npz", ids=np.array([m.id for m in chosen]), vectors=np.array(scaled))
    print(json.dumps(card, indent=1))


def calibrate(learned: LearnedClassifier, dev: Sequence[Message]) -> tuple[dict[str, float], dict[str, Any]]:
    """Thresholds that keep false alarms of held-out topics at the chosen shares, and what is recognised with them."""
    rows = [readings(learned, m.turns) for m in dev]
    quiet = np.array([row for row, m in zip(rows, dev, strict=True) if m.level == "routine"])
    limits = Thresholds(*(round(float(np.quantile(quiet[:, n], 1 - share)), 3) for n, share in enumerate((_FALSE_SERIOUS, _FALSE_ANY))))
    told: dict[str, Any] = {"messages": len(dev)}
    for level in LEVELS:
        raised = [_raised(limits, row) for row, m in zip(rows, dev, strict=True) if m.level == level]
        told[level] = {name: raised.count(name) for name in ("routine", "urgent", "serious")}
    return asdict(limits), told


def readings(learned: LearnedClassifier, turns: Sequence[str]) -> tuple[float, float]:
    """(serious, alarm) at their highest over the turns and the conversation as it grew."""
    read = [learned.score(turn) for turn in turns] + [learned.score(joined(turns[: n + 1])) for n in range(1, len(turns))]
    return max(score.serious for score in read), max(score.alarm for score in read)


def _raised(limits: Thresholds, row: tuple[float, float]) -> str:
    if row[0] >= limits.serious:
        return "serious"
    return "urgent" if row[1] >= limits.alarm else "routine"


def data_sha256(messages: Sequence[Message]) -> str:
    """What was learned from, whatever is noted beside it: ids, levels, pathways, topics and turns in the order of the ids."""
    rows = sorted([m.id, m.level, m.pathway or "", m.topic, *m.turns] for m in messages)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def held_out(topic: str) -> bool:
    """A tenth of the topics, chosen by hash, so that every spelling of a topic falls on one side."""
    words = " ".join(sorted(topic.lower().split()))
    return int(hashlib.sha256(words.encode()).hexdigest(), 16) % 10 < _HELD_OUT_OF_TEN


def examples(message: Message) -> Iterator[Example]:
    """What one message teaches: the whole, and where nothing is wrong also each part of it."""
    level = LEVELS.index(message.level)
    pathway = PATHWAYS.index(message.pathway) if message.pathway else -1
    yield Example(joined(message.turns), level, pathway)
    if level == 0:
        parts = {part.text for turn in message.turns for part in chunks(turn)} | set(message.turns)
        for part in sorted(parts - {joined(message.turns)})[:4]:
            yield Example(part, level, pathway, 0.5)


def train(model: Classifier, tokenizer: Tokenizer, messages: Sequence[Message], epochs: int, dev: Sequence[Message]) -> None:
    """AdamW with warm-up and linear decay over batches of like length; the mean of the last epoch's weights is kept."""
    data = [example for message in messages for example in examples(message)]
    print(f"{len(data)} examples", flush=True)
    decay: list[nn.Parameter] = []
    plain: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        (plain if "bias" in name or "LayerNorm" in name else decay).append(parameter)
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=_RATE, fused=True)
    steps = epochs * len(list(batches(data, tokenizer)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / (0.06 * steps), max(0.0, 1 - step / steps)))
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.99))  # type: ignore[no-untyped-call]
    counts = np.bincount([e.level for e in data], minlength=len(LEVELS))
    weights = torch.tensor((counts.sum() / (len(LEVELS) * counts)) ** 0.5, dtype=torch.float32)
    level_loss = nn.CrossEntropyLoss(weight=weights, label_smoothing=_SMOOTHING, reduction="none")
    pathway_loss = nn.CrossEntropyLoss(ignore_index=-1)
    started = time.monotonic()
    for epoch in range(epochs):
        model.train()
        losses = []
        for batch in batches([augmented(e) for e in data], tokenizer):
            ids, mask, levels, pathways, weight = batch
            found_level, found_pathway, _ = model(ids, mask)
            loss = (level_loss(found_level, levels) * weight).mean()
            if (pathways >= 0).any():
                loss = loss + 0.3 * pathway_loss(found_pathway, pathways)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            averaged.update_parameters(model)
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, {time.monotonic() - started:.0f} s", flush=True)
        report(averaged.module, tokenizer, dev)
    model.load_state_dict(averaged.module.state_dict())
    model.eval()


def batches(data: Sequence[Example], tokenizer: Tokenizer) -> Iterator[tuple[torch.Tensor, ...]]:
    """Batches of like length in random order: (ids, mask, levels, pathways, weights)."""
    encoded = [tokenizer.encode(e.text).ids for e in data]
    order = sorted(range(len(data)), key=lambda i: len(encoded[i]) + random.random() * 6)
    groups: list[list[int]] = [[]]
    for i in order:
        if (len(groups[-1]) + 1) * len(encoded[i]) > _BATCH_TOKENS or len(groups[-1]) >= 24:
            groups.append([])
        groups[-1].append(i)
    random.shuffle(groups)
    for group in groups:
        ids, mask = padded([encoded[i] for i in group])
        levels, pathways = torch.tensor([data[i].level for i in group]), torch.tensor([data[i].pathway for i in group])
        yield ids, mask, levels, pathways, torch.tensor([data[i].weight for i in group])


def padded(texts: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids filled up to the longest of `texts`, and the mask of what is no filling."""
    width = max(map(len, texts))
    ids = torch.tensor([text + [0] * (width - len(text)) for text in texts])
    return ids, torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in texts])


_NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqretyuioposdfghjkkxcvbnmn", strict=True))


def augmented(example: Example) -> Example:
    """The same message typed worse: thumbs slip, punctuation and apostrophes go missing, two sentences run together."""
    text = example.text
    draw = random.random()
    if draw < 0.55:
        return example
    if draw < 0.75:
        text = "".join(c for c in text if c not in ",.;!?'¿¡\"") if random.random() < 0.6 else text.replace("'", "")
    if draw > 0.65:
        chars = list(text)
        for _ in range(max(1, int(len(chars) * random.uniform(0.01, 0.05)))):
            place = random.randrange(max(1, len(chars) - 1))
            if place + 1 >= len(chars) or not chars[place].isalpha():
                continue
            kind = random.random()
            if kind < 0.35:
                chars[place] = ""
            elif kind < 0.6:
                chars[place], chars[place + 1] = chars[place + 1], chars[place]
            elif kind < 0.8:
                chars[place] *= 2
            else:
                chars[place] = _NEIGHBOURS.get(chars[place].lower(), chars[place])
        text = "".join(chars)
    return Example(text, example.level, example.pathway, example.weight)


@torch.no_grad()
def probabilities(model: nn.Module, tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray[Any, Any]:
    """Level probabilities, shape (len(texts), 4)."""
    model.eval()
    out = np.zeros((len(texts), len(LEVELS)))
    encoded = [tokenizer.encode(text).ids for text in texts]
    order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
    for start in range(0, len(order), 32):
        group = order[start : start + 32]
        ids, mask = padded([encoded[i] for i in group])
        out[group] = model(ids, mask)[0].softmax(-1).numpy()
    return out


def report(model: nn.Module, tokenizer: Tokenizer, dev: Sequence[Message]) -> None:
    """Recall of the serious levels at fixed shares of false alarms, on held-out topics."""
    if not dev:
        return
    found = probabilities(model, tokenizer, [joined(m.turns) for m in dev])
    serious = found[:, LEVELS.index("crisis")] + found[:, LEVELS.index("emergency")]
    alarm = 1 - found[:, 0]
    quiet = np.array([m.level == "routine" for m in dev])
    grave = np.array([m.level in SERIOUS for m in dev])
    urgent = np.array([m.level == "urgent" for m in dev])
    for share in (0.01, 0.02, 0.04):
        at, any_at = np.quantile(serious[quiet], 1 - share), np.quantile(alarm[quiet], 1 - share)
        print(
            f"  false {share:.0%}: serious {np.mean(serious[grave] > at):.3f} (p>{at:.2f}), urgent {np.mean(alarm[urgent] > any_at):.3f}"
            f" (p>{any_at:.2f}) of {grave.sum()}, {urgent.sum()}; {quiet.sum()} quiet",
            flush=True,
        )


def export(model: Classifier, folder: Path) -> None:
    """ONNX with both heads as probabilities, then int8 weights; the full-precision file is removed."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class Probabilities(nn.Module):
        def __init__(self, inner: Classifier) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            level, pathway, encoded = self.inner(input_ids, attention_mask)
            return level.softmax(-1), pathway.softmax(-1), encoded

    full = folder / "full.onnx"
    example = (torch.ones((2, 9), dtype=torch.long), torch.ones((2, 9), dtype=torch.long))
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Probabilities(model).eval(),
        example,
        str(full),
        input_names=["input_ids", "attention_mask"],
        output_names=["level", "pathway", "encoded"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "level": {0: "batch"}, "pathway": {0: "batch"}, "encoded": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(str(full), str(folder / "model.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()


if __name__ == "__main__":
    main()
