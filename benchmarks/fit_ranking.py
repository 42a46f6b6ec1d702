"""Fit the weights of `retrieval.ranking` and `retrieval.follow_up`: `python -m benchmarks.fit_ranking DATA/questions.jsonl`.

Articles: a softmax over the articles found, on the given questions alone (the embedder was tuned on our own), with ten-fold
cross-validation. Passages: logistic, on our own labelled questions. Follow-ups: our own follow-up questions, and questions
that stand alone set after a question about something else. Prints what was measured; `--write` writes `ranking.json`.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from app import settings
from app.evals.questions import Question, own, read
from app.wiring import Application
from knowledge.passages import Passage
from retrieval.context import understand
from retrieval.depth import requested
from retrieval.follow_up import Signs
from retrieval.intent import wanted_sections
from retrieval.ranking import WEIGHTS_FILE, ArticleSigns, PassageSigns
from retrieval.search import Built, Search, article_signs, passage_signs, signs

_FOLDS = 10
_SMOOTHING = 0.01
Matrix = np.ndarray[Any, np.dtype[np.float64]]


def main() -> None:
    """Collect signs, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--sample", type=int, default=1200, help="own questions used for passages and follow-ups")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder)))
        app.initialise()
        app.sync_index()
        snapshot = app.library.snapshot()
        search = app.search
        built = search.prepare(snapshot)
        mine = list(own(snapshot))
        random.Random(0).shuffle(mine)
        articles = _fit_articles(search, built, list(read(given.questions, snapshot)))
        passage = _fit_passages(search, built, mine[: given.sample])
        _fit_follow_up(search, built, mine[: 2 * given.sample])
        app.close()
    if given.write:
        WEIGHTS_FILE.write_text(json.dumps({**articles, "passage": passage}, indent=2) + "\n", encoding="utf-8")


def _fit_articles(search: Search, built: Built, questions: Sequence[Question]) -> dict[str, dict[str, float]]:
    """Weights by sign and by kind; prints how often the right article comes first and within three, cross-validated."""
    kinds = sorted({revision.article.kind for revision in built.snapshot.revisions.values()})
    rows = [row for question in questions if question.article for row in _candidates(search, built, question, kinds)]
    names = [*(field.name for field in fields(ArticleSigns)), *kinds]
    first, third = [], []
    order = np.random.default_rng(0).permutation(len(rows))
    for fold in range(_FOLDS):
        held = set(order[fold::_FOLDS].tolist())
        weights = _softmax([row for place, row in enumerate(rows) if place not in held], len(names))
        for place in held:
            table, right = rows[place]
            best = np.argsort(-(table @ weights))
            first.append(right == best[0])
            third.append(right in best[:3])
    print(f"articles: {len(rows)} questions; right first {np.mean(first):.1%}, within three {np.mean(third):.1%} (ten-fold)")
    found = dict(zip(names, np.round(_softmax(rows, len(names)), 3).tolist(), strict=True))
    print("  ", found)
    return {"article": {name: found[name] for name in names if name not in kinds}, "kind": {kind: found[kind] for kind in kinds}}


def _candidates(search: Search, built: Built, question: Question, kinds: Sequence[str]) -> Iterable[tuple[Matrix, int]]:
    """The signs of every article found, one row each, and which row is right (-1 where it was not found at all)."""
    evidence = search.evidence(understand(requested(question.text, question.history), built.names, built.spelling), built)
    found = article_signs(evidence, built.snapshot)
    slugs = list(found)
    table = np.array([[*astuple(found[slug]), *(float(built.kind(slug) == kind) for kind in kinds)] for slug in slugs])
    if slugs:
        yield table, slugs.index(question.article) if question.article in slugs else -1


def _softmax(rows: Sequence[tuple[Matrix, int]], size: int) -> Matrix:
    """Weights under which the right article is likeliest; signs are scaled to one deviation for the smoothing alone."""
    every = np.concatenate([table for table, _ in rows])
    scale = every.std(axis=0) + 1e-6
    known = [(table / scale, right) for table, right in rows if right >= 0]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = _SMOOTHING * float(weights @ weights), 2 * _SMOOTHING * weights
        for table, right in known:
            scores = table @ weights
            chance = np.exp(scores - scores.max())
            chance /= chance.sum()
            total -= float(np.log(chance[right] + 1e-12)) / len(known)
            slope = slope + (chance @ table - table[right]) / len(known)
        return total, slope

    return np.asarray(minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B").x / scale)


def _fit_passages(search: Search, built: Built, questions: Sequence[Question]) -> dict[str, float]:
    """Weights by sign, on the passages of the right article alone; prints how often a right passage comes first."""
    groups = [group for question in questions if (group := _passages(search, built, question))]
    table = np.array([astuple(found) for group in groups for found, _ in group])
    right = np.array([holds for group in groups for _, holds in group])
    model = LogisticRegression(C=10.0)
    chance = cross_val_predict(model, table, right, cv=_FOLDS, method="predict_proba")[:, 1]
    first, start = [], 0
    for group in groups:
        first.append(right[start + int(np.argmax(chance[start : start + len(group)]))])
        start += len(group)
    model.fit(table, right)
    weights = dict(zip((field.name for field in fields(PassageSigns)), np.round(model.coef_[0], 3).tolist(), strict=True))
    print(f"passages: {len(groups)} questions; a right passage first within its article {np.mean(first):.1%} (ten-fold)\n   {weights}")
    return weights


def _passages(search: Search, built: Built, question: Question) -> list[tuple[PassageSigns, bool]]:
    evidence = search.evidence(understand(requested(question.text, question.history), built.names, built.spelling), built, _typed(question))
    wanted = wanted_sections(question.text)
    found = [passage for passage in evidence.passages(built.snapshot) if passage.article == question.article]
    return [(passage_signs(passage, evidence, wanted, built), _answers(passage, question)) for passage in found]


def _typed(question: Question) -> str:
    """The question as it stands among those that patients ask: it must not find itself."""
    return " ".join((*question.history[-1:], question.text))


def _answers(passage: Passage, question: Question) -> bool:
    return any(fact in passage.text for fact in question.facts)


def _fit_follow_up(search: Search, built: Built, questions: Sequence[Question]) -> None:
    """Prints the weights for `retrieval.follow_up.Weights`, and how often the curve is right, cross-validated."""
    follow = [question for question in questions if question.history]
    alone = [question for question in questions if not question.history and len(question.text.split()) < 40]
    pairs = [(q.text, q.history, True) for q in follow]
    pairs += [(q.text, (other.text,), False) for q, other in zip(alone, reversed(alone), strict=True) if q.article != other.article][
        : len(follow)
    ]
    table, goes_on = [], []
    for text, history, truth in pairs:
        query = understand(requested(text, history), built.names, built.spelling)
        if query.topic:
            sides = (search.similar(query.alone, built.snapshot), search.similar(query.joined, built.snapshot))
            table.append(astuple(signs(query, *sides, built.snapshot)))
            goes_on.append(truth)
    told, model = np.array(goes_on), LogisticRegression(C=10.0)
    said = cross_val_predict(model, np.array(table, dtype=float), told, cv=_FOLDS)
    print(
        f"follow-ups: {len(told)} messages; taken for one {said[told].mean():.1%}, a new matter taken for new {1 - said[~told].mean():.1%}"
    )
    model.fit(np.array(table, dtype=float), told)
    weights = dict(zip((field.name for field in fields(Signs)), model.coef_[0].round(2).tolist(), strict=True))
    print("   ", weights, "intercept", model.intercept_.round(2))


if __name__ == "__main__":
    main()
