"""Fit the weights of `retrieval.coverage` on labelled questions: `python -m benchmarks.fit_coverage DATA/questions.jsonl`.

Each question is asked twice: of the whole library, where it counts as covered if its own article is among the first
three found (a sibling may answer as well), and of the library without its article and those nearest to it, where it
counts as not covered. Questions that nothing may answer are not covered either. Prints cross-validated trade-offs and
the weights to write into the code.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from app import settings
from app.wiring import Application
from benchmarks.quality import Row, plain_title
from guardrails import person
from guardrails.level import Profile
from knowledge.library import Snapshot
from knowledge.related import related

_FOLDS = 10
_SIBLINGS = 3


def main() -> None:
    """Collect signals, cross-validate, fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    rows = [json.loads(line) for line in parser.parse_args().questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder)))
        app.initialise()
        app.sync_index()
        rows = [row for row in rows if not app.parts.scope.verdict(row["question"])]
        found = list(_asked(app, rows))
        app.close()
    _report(np.array([signals for signals, _ in found]), np.array([covered for _, covered in found]))


def _asked(app: Application, rows: Sequence[Row]) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Signals and whether covered: of the whole library, then of ten libraries each without a tenth of the topics."""
    whole = app.library.snapshot()
    slugs = {plain_title(revision.article.title): slug for slug, revision in whole.revisions.items()}
    want = [slugs.get(plain_title(row["condition"])) if row["condition"] else None for row in rows]
    for row, slug in zip(rows, want, strict=True):
        yield from _signals(app, row, whole, slug)
    near = related(whole, _SIBLINGS)
    for fold in range(_FOLDS):
        out = {name for slug in want[fold::_FOLDS] if slug for name in (slug, *near[slug])}
        part = Snapshot(whole.version, {slug: revision for slug, revision in whole.revisions.items() if slug not in out})
        for row, slug in zip(rows[fold::_FOLDS], want[fold::_FOLDS], strict=True):
            if slug:
                yield from _signals(app, row, part, None)


def _signals(app: Application, row: Row, snapshot: Snapshot, want: str | None) -> Iterator[tuple[tuple[float, ...], bool]]:
    found = app.search.search(row["question"], row["history"], snapshot, person.audience(row["question"], Profile()), 24)
    if found.signals is not None:
        first = list(dict.fromkeys(scored.passage.article for scored in found.passages))[:3]
        yield astuple(found.signals), want in first


def _report(signals: np.ndarray, labels: np.ndarray) -> None:
    model = LogisticRegression(C=10.0)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    chance = cross_val_predict(model, signals, labels, cv=folds, method="predict_proba")[:, 1]
    print(f"{len(labels)} questions, {labels.sum()} covered; cross-validated AUC {roc_auc_score(labels, chance):.3f}")
    for threshold in np.arange(0.1, 0.65, 0.05):
        rejected, accepted = (chance[labels] < threshold).mean(), (chance[~labels] >= threshold).mean()
        print(f"  threshold {threshold:.2f}: wrongly not covered {rejected:5.1%}, wrongly answered {accepted:5.1%}")
    model.fit(signals, labels)
    print("Weights:", tuple(round(float(w), 2) for w in model.coef_[0]), "intercept:", round(float(model.intercept_[0]), 2))


if __name__ == "__main__":
    main()
