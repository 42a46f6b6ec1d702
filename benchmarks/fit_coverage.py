"""Fit the weights of `retrieval.coverage` on labelled questions: `python -m benchmarks.fit_coverage DATA/questions.jsonl`.

A question counts as covered where search puts its own article first; questions without an article, and those that must
not be answered, count as not covered. Prints cross-validated trade-offs and the weights to write into the code.
"""

import argparse
import json
import tempfile
from dataclasses import astuple
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from app import settings
from app.wiring import Application
from benchmarks.quality import plain_title
from guardrails import person
from guardrails.level import Profile


def main() -> None:
    """Collect signals, cross-validate, fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    rows = [json.loads(line) for line in parser.parse_args().questions.read_text(encoding="utf-8").splitlines()]
    signals, labels = [], []
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder)))
        app.initialise()
        app.sync_index()
        snapshot = app.library.snapshot()
        slugs = {plain_title(revision.article.title): slug for slug, revision in snapshot.revisions.items()}
        for row in rows:
            if app.parts.scope.verdict(row["question"]):
                continue
            found = app.search.search(row["question"], row["history"], snapshot, person.audience(row["question"], Profile()), 24)
            if found.signals is not None:
                want = slugs.get(plain_title(row["condition"])) if row["condition"] else None
                signals.append(astuple(found.signals))
                labels.append(found.passages[0].passage.article == want)
        app.close()
    _report(np.array(signals), np.array(labels))


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
