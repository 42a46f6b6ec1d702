"""Fit the learned layer of the scope: `python -m benchmarks.fit_scope [--held-out] [--misses]`.

Learns from `guardrails/scope_model.jsonl`, the development half of `app/evals/data/scope.jsonl` and the development half of the
ordinary questions in `knowledge/corpus/questions`; writes `guardrails/scope_model.npz` with the fingerprint of the embedding
model. Thresholds come from five-fold predictions, so that few ordinary questions are taken from the library. Prints patterns
alone, the learned layer alone, and both; `--held-out` counts the other halves, which nothing was learned from.
Run it again after a change of the embedding model, of the terms or of the signs. A few minutes on two cores.
"""

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from guardrails import scope, scope_model
from guardrails.scope import Scope
from guardrails.scope_model import LIBRARY, Encoder, Guess, Numbers, Request, Weights
from retrieval.embedder import TUNED, SentenceEmbedder

Row = dict[str, Any]
ROOT = Path(__file__).parent.parent
LABELLED = ROOT / "app" / "evals" / "data" / "scope.jsonl"
ORDINARY = ROOT / "knowledge" / "corpus" / "questions"
_OUTCOMES = {"refer": "referred", "deflect": "refused", "abstain": "not_covered"}
_ENTRIES = {
    "unknowable": "unknowable",
    "change_treatment": "change_medicine",
    "choose_treatment": "choose_treatment",
    "dose_by_weight": "weight_dose",
    "interpret_result": "result",
    "photo": "picture",
    "prescribe_certificate": "document",
    "review_list": "review_list",
    "vet": "animal",
    "legal": "legal",
    "investment": "legal",
    "celebrity": "other_people",
    "others_records": "other_people",
    "instructions": "instructions",
}
"""Kinds of the labelled messages as scope entries; other deflected kinds are not about health."""
_MONEY = re.compile(
    r"\b(?:cost|price|pay|paid|insur\w*|medicaid|medicare|blue cross|how much|fees?|charge[sd]?|bill|free|copay|cover(?:s|ed)?)\b", re.I
)
_FOLDS, _STRENGTH, _RAREST = 5, 10.0, 3
_TAKEN = 1
"""Ordinary questions and look-alikes of the development half that the learned layer may take from the library for each entry."""
_LEAST = 0.7
"""Where an entry is never mistaken, the threshold it gets all the same."""
_MISNAMED = 0.02
"""Share of ordinary questions and absent topics that it may misname once the library has nothing on them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message: the entry that should answer it, or `LIBRARY`; `kind` groups the report."""

    text: str
    earlier: tuple[str, ...]
    entry: str
    kind: str


def main() -> None:
    """Read, cross-validate, choose thresholds, fit, write, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=scope_model.WEIGHTS_FILE)
    parser.add_argument("--model", default=TUNED, help="the embedding model, as in CARELIGHT_EMBEDDING_MODEL")
    parser.add_argument("--held-out", action="store_true", help="count the halves that nothing was learned from")
    parser.add_argument("--misses", action="store_true", help="print development messages that are handled otherwise than expected")
    given = parser.parse_args()
    encoder = SentenceEmbedder(given.model)
    patterns = scope.load()
    judged = [example for example in (*labelled(), *ordinary()) if not held_out(example.text)]
    taught = [*judged, *own()]
    read = Read([patterns.request(e.text, e.earlier) for e in taught], encoder)
    guesses = cross_validated(read, taught, len(judged))
    free = [e.entry == LIBRARY and patterns.by_pattern(e.text) is None for e in judged]
    ours = [guess for guess, mine in zip(guesses, free, strict=True) if mine]
    likely = round(float(np.quantile([guess.probability for guess in ours], 1 - _MISNAMED)), 4)
    weights = fit(range(len(taught)), read, taught, encoder.fingerprint)
    weights = replace(weights, sure=np.array([limit(ours, name) for name in weights.classes], dtype=np.float32), likely=likely)
    scope_model.save(weights, given.out)
    print(f"{len(taught)} messages, {len(weights.words)} words, likely from {weights.likely:.3f}")
    print("sure from " + ", ".join(f"{name} {sure:.2f}" for name, sure in zip(weights.classes, weights.sure, strict=True)))
    report("development, learned part five-fold", patterns, judged, guesses, weights, misses=given.misses)
    if given.held_out:
        rest = [example for example in (*labelled(), *ordinary()) if held_out(example.text)]
        shipped = scope_model.load(given.out)
        requests = Read([patterns.request(e.text, e.earlier) for e in rest], encoder)
        unseen = [shipped.guess(shipped.features(r, v)) for r, v in zip(requests.requests, requests.vectors, strict=True)]
        report("held out", patterns, rest, unseen, shipped, misses=False)


class Read:
    """Messages as the learned layer reads them, with their vectors; words are counted over those that are learned from."""

    def __init__(self, requests: Sequence[Request], encoder: Encoder) -> None:
        self.requests = requests
        texts = list(dict.fromkeys(text for r in requests for text in (r.alone, r.in_context)))
        place = {text: row for row, text in enumerate(texts)}
        vectors = encoder.embed(texts)
        self.vectors = np.array([vectors[[place[r.alone], place[r.in_context]]] for r in requests])

    def vocabulary(self, rows: Sequence[int]) -> tuple[tuple[str, ...], Numbers]:
        """Words that stand in three messages or more, and how rare each is."""
        counts = Counter(word for row in rows for word in set(self.requests[row].words))
        words = tuple(sorted(word for word, count in counts.items() if count >= _RAREST))
        return words, np.array([np.log((1 + len(rows)) / (1 + counts[word])) + 1 for word in words], dtype=np.float32)


def fit(rows: Sequence[int], read: Read, taught: Sequence[Example], fingerprint: str = "") -> Weights:
    """Weights learned from `rows`, with thresholds that nothing reaches."""
    words, rarity = read.vocabulary(rows)
    classes = tuple(sorted({taught[row].entry for row in rows}))
    none = np.ones(len(classes), dtype=np.float32)
    shape = Weights(fingerprint, classes, words, rarity, none, none, none, 1.0)
    features = np.array([shape.features(read.requests[row], read.vectors[row]) for row in rows])
    model = LogisticRegression(C=_STRENGTH, max_iter=150, tol=1e-3).fit(features, [taught[row].entry for row in rows])
    return replace(shape, weights=model.coef_.astype(np.float32), intercept=model.intercept_.astype(np.float32))


def cross_validated(read: Read, taught: Sequence[Example], judged: int) -> list[Guess]:
    """A guess for each of the first `judged` messages by weights that never saw it; the others are always learned from."""
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    guesses: dict[int, Guess] = {}
    for learn, ask in folds.split(np.zeros(judged), [e.entry == LIBRARY for e in taught[:judged]]):
        weights = fit([*learn, *range(judged, len(taught))], read, taught)
        for row in ask:
            guesses[row] = weights.guess(weights.features(read.requests[row], read.vectors[row]))
    return [guesses[row] for row in range(judged)]


def limit(library: Sequence[Guess], entry: str) -> float:
    """The probability from which `entry` takes no more than `_TAKEN` of messages that are the library's; 1 for the library."""
    if entry == LIBRARY:
        return 1.0
    reached = sorted((guess.probability for guess in library if guess.entry == entry), reverse=True)
    return max(_LEAST, reached[_TAKEN] + 0.001) if len(reached) > _TAKEN else _LEAST


def report(title: str, patterns: Scope, rows: Sequence[Example], guesses: Sequence[Guess], weights: Weights, *, misses: bool) -> None:
    """Share handled as expected by patterns, by the learned layer and by both; and what both take from the library."""
    outcomes = {entry.id: entry.outcome for entry in patterns.entries}
    print(f"\n{title}")
    ways: dict[str, list[str | None]] = {"patterns": [], "learned": [], "both": [], "leaning": []}
    for row, guess in zip(rows, guesses, strict=True):
        found = patterns.by_pattern(row.text)
        sure = guess.entry if weights.is_sure(guess) else None
        likely = guess.entry if guess.probability >= weights.likely else None
        for way, entry in zip(
            ways, (found.id if found else None, sure, found.id if found else sure, found.id if found else likely), strict=True
        ):
            ways[way].append(outcomes[entry] if entry else None)
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(_group(row, outcomes), []).append(place)
    for group, places in sorted(groups.items()):
        want = outcomes.get(rows[places[0]].entry)
        shares = [f"{way} {np.mean([ways[way][p] == want for p in places]):6.1%}" for way in ways]
        print(f"  {group:42s} {len(places):5d}  {'  '.join(shares)}")
        if misses:
            for place in places:
                if ways["both"][place] != want:
                    print(f"      {guesses[place].entry} {guesses[place].probability:.2f}: {rows[place].text[-200:]}")


def _group(row: Example, outcomes: dict[str, scope.Outcome]) -> str:
    return f"to the library: {row.kind}" if row.entry == LIBRARY else f"{outcomes[row.entry]}: {row.entry}"


def labelled() -> Iterator[Example]:
    """The labelled messages; topics that the library lacks are the library's to tell."""
    for row in _lines(LABELLED):
        kind = row["kind"]
        if row["expected"] == "answer":
            yield Example(row["q"], tuple(row["h"]), LIBRARY, "look-alikes")
        elif kind in ("absent", "invented"):
            yield Example(row["q"], tuple(row["h"]), LIBRARY, "absent or invented")
        elif kind == "local":
            yield Example(row["q"], tuple(row["h"]), "money" if _MONEY.search(row["q"]) else "office", kind)
        else:
            yield Example(row["q"], tuple(row["h"]), _ENTRIES.get(kind, "not_health"), kind)


def ordinary() -> Iterator[Example]:
    """Questions that the starter articles answer."""
    for path in sorted(ORDINARY.glob("*.jsonl")):
        for row in _lines(path):
            yield Example(row["q"], tuple(row["h"]), LIBRARY, "ordinary")


def own() -> Iterator[Example]:
    """Messages written for learning alone; no entry means the library."""
    for row in _lines(scope_model.EXAMPLES_FILE):
        yield Example(row["q"], tuple(row["h"]), row["entry"] or LIBRARY, "own")


def held_out(text: str) -> bool:
    """Half of the messages, chosen by hash."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 1


def _lines(path: Path) -> Iterator[Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


if __name__ == "__main__":
    main()
