"""Fit the weights of `retrieval.coverage` on labelled questions: `python -m benchmarks.fit_coverage DATA/questions.jsonl`.

Each question is asked twice: of the whole library, where it counts as covered if its own article is among the first
three found (a sibling may answer as well), and of the library without its article and those nearest to it, where it
counts as not covered. So do
questions about illnesses and tests that stand in no article, or nowhere at all, and those that nothing may answer. Prints
cross-validated trade-offs and the weights to write into the code.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from app import evals, settings
from app.evals.questions import Question, read, rows
from app.wiring import Application
from guardrails import person
from guardrails.level import Profile
from knowledge.library import Snapshot
from knowledge.related import related
from retrieval.search import Search

_FOLDS = 10
_SIBLINGS = 3
_SMOOTHING = 0.001
Matrix = np.ndarray[Any, np.dtype[Any]]
SCOPE_FILE = Path(evals.__file__).parent / "data" / "scope.jsonl"


def main() -> None:
    """Collect signals, cross-validate, fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder)))
        app.initialise()
        app.sync_index()
        snapshot = app.library.snapshot()
        questions = [q for q in read(parser.parse_args().questions, snapshot) if not app.parts.scope.verdict(q.text)]
        found = list(_asked(app.search, questions, snapshot))
        absent = [(row["q"], tuple(row["h"])) for _, row in rows(SCOPE_FILE) if row["kind"] in ("absent", "invented")]
        beside = [signals for text, history in absent for signals in _signals(app.search, Question("", text, history), snapshot, "")]
        found += beside
        app.close()
    _report(np.array([signals for signals, _ in found]), np.array([covered for _, covered in found]), len(beside))


def _asked(search: Search, questions: Sequence[Question], whole: Snapshot) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Signals and whether covered: of the whole library, then of ten libraries each without a tenth of the topics."""
    for question in questions:
        yield from _signals(search, question, whole, question.article)
    near = related(whole, _SIBLINGS)
    for fold in range(_FOLDS):
        mine = questions[fold::_FOLDS]
        out = {name for q in mine if q.article for name in (q.article, *near[q.article])}
        part = Snapshot(whole.version, {slug: revision for slug, revision in whole.revisions.items() if slug not in out})
        for question in mine:
            if question.article:
                yield from _signals(search, question, part, "")


def _signals(search: Search, question: Question, snapshot: Snapshot, want: str) -> Iterator[tuple[tuple[float, ...], bool]]:
    found = search.search(question.text, question.history, snapshot, person.audience(question.text, Profile()), 24)
    if found.signals is not None:
        first = list(dict.fromkeys(scored.passage.article for scored in found.passages))[:3]
        yield astuple(found.signals), want in first


def _report(signals: Matrix, labels: Matrix, absent: int) -> None:
    order = np.random.default_rng(0).permutation(len(labels))
    chance = np.zeros(len(labels))
    for fold in range(_FOLDS):
        held = order[fold::_FOLDS]
        others = np.setdiff1d(order, held)
        chance[held] = _chance(signals[held], _fit(signals[others], labels[others]))
    print(f"{len(labels)} questions, {labels.sum()} covered; cross-validated AUC {roc_auc_score(labels, chance):.3f}")
    for threshold in np.arange(0.06, 0.62, 0.04):
        rejected, accepted = (chance[labels] < threshold).mean(), (chance[~labels] >= threshold).mean()
        invented = (chance[-absent:] >= threshold).mean()
        print(f"  threshold {threshold:.2f}: not covered {rejected:5.1%}, wrongly answered {accepted:5.1%}, absent topics {invented:5.1%}")
    *weights, intercept = _fit(signals, labels).round(2).tolist()
    print("Weights:", tuple(weights), "intercept:", intercept)


def _chance(signals: Matrix, weights: Matrix) -> Matrix:
    return np.asarray(1.0 / (1.0 + np.exp(-(signals @ weights[:-1] + weights[-1]))))


def _fit(signals: Matrix, labels: Matrix) -> Matrix:
    """Logistic weights and intercept; more evidence may never count against an answer, nor an unknown word for it."""

    def loss(weights: Matrix) -> float:
        scores = signals @ weights[:-1] + weights[-1]
        return float(np.mean(np.logaddexp(0.0, scores) - labels * scores) + _SMOOTHING * np.mean(weights[:-1] ** 2))

    size = signals.shape[1]
    bounds = [(0.0, None)] * (size - 1) + [(None, 0.0), (None, None)]
    return np.asarray(minimize(loss, np.zeros(size + 1), bounds=bounds, method="L-BFGS-B").x)


if __name__ == "__main__":
    main()
