"""How far the fact reader can be believed: `carelight eval facts FILE`.

A person read real answers and wrote down for each fact whether it is stated; those verdicts ship, as the ids of questions
and the places of the answers' words in the articles, without a question's words. Agreement is Cohen's kappa; each half is also
measured with the threshold that the other half would choose. Beside it: how many facts the labelled articles hold at all,
for no answer can state what its article leaves out.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.evals.questions import Question, answerable, rows
from app.evals.report import Amount, Case, Figure, LabelledError, Report, Table, share, table
from app.evals.stated import STATED, FactReader
from app.wiring import Application
from knowledge.library import Snapshot
from knowledge.passages import passages
from retrieval.embedder import PACKAGED

VERDICTS = Path(__file__).parent / "data" / "fact_verdicts.jsonl"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's verdicts on one answer: for each fact of the question whether it is stated."""

    question: str
    stated: tuple[bool, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's facts as the reader scored them: in the labelled article, and in the answer that a person judged, if any."""

    question: Question
    held: tuple[float, ...]
    scores: tuple[float, ...] = ()
    stated: tuple[bool, ...] = ()


def first_half(identity: str) -> bool:
    """Whether a question belongs to the first half, by hash."""
    return int(hashlib.sha256(identity.encode()).hexdigest(), 16) % 2 == 0


def verdicts(snapshot: Snapshot, file: Path = VERDICTS) -> dict[str, Verdict]:
    """Verdicts by question, with the answers put together again; those whose articles have changed since are left out."""
    found = (_verdict(number, row, snapshot) for number, row in rows(file))
    return {verdict.question: verdict for verdict in found if verdict is not None}


def _verdict(number: int, row: Mapping[str, Any], snapshot: Snapshot) -> Verdict | None:
    try:
        if any(slug not in snapshot.revisions for slug, _, _ in row["answer"]):
            return None
        answer = tuple(snapshot.article(slug).body[start:end] for slug, start, end in row["answer"])
        if hashlib.sha256("\n".join(answer).encode()).hexdigest()[:16] != row["sha256"]:
            return None
        return Verdict(row["id"], tuple(mark == "1" for mark in row["stated"]), answer)
    except (LookupError, TypeError, ValueError) as error:
        raise LabelledError(f"line {number}: no verdict ({type(error).__name__}: id, stated, sha256, answer)") from None


def judge(app: Application, questions: Iterable[Question]) -> Iterator[Judged]:
    """Read the facts of every question in its article, and in the answer that a person judged."""
    snapshot = app.library.snapshot()
    reader, judged = FactReader(app.make_embedder(PACKAGED), snapshot), verdicts(snapshot)
    for question in answerable(list(questions)):
        revision = snapshot.revisions[question.article]
        whole = [passage.text for passage in passages(revision.article, revision.number)]
        held = tuple(reader.scores(question.facts, whole, revision.article.title))
        verdict = judged.get(question.id)
        if verdict is None or len(verdict.stated) != len(question.facts):
            yield Judged(question, held)
        else:
            scores = reader.scores(question.facts, verdict.answer, revision.article.title)
            yield Judged(question, held, tuple(scores), verdict.stated)


def fit(judged: Sequence[Judged]) -> float:
    """The threshold at which the reader calls as many facts stated as the person did: its shares are then not too high or too low."""
    scores = sorted((score for item in judged for score in item.scores), reverse=True)
    wanted = sum(flag for item in judged for flag in item.stated)
    return (scores[wanted - 1] + scores[wanted]) / 2 if 0 < wanted < len(scores) else STATED


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa of two readers' verdicts: 1 where they always agree, 0 where no more than luck; 0 for none."""
    if not pairs:
        return 0.0
    first, second = (sum(pair[place] for pair in pairs) / len(pairs) for place in (0, 1))
    agreed, luck = sum(a == b for a, b in pairs) / len(pairs), first * second + (1 - first) * (1 - second)
    return (agreed - luck) / (1 - luck) if luck < 1 else 1.0


def report(judged: Sequence[Judged], articles: int) -> Report:
    """Agreement with the threshold in use, agreement of each half with the other half's threshold, and the facts that articles hold."""
    read = [item for item in judged if item.stated]
    halves = [item for item in read if first_half(item.question.id)], [item for item in read if not first_half(item.question.id)]
    pairs = [_pairs(halves[0], fit(halves[1])), _pairs(halves[1], fit(halves[0]))]
    tables = [
        _agreement("all answers that a person judged, threshold in use", _pairs(read, STATED), [("threshold fitted on all", fit(read))]),
        _agreement("each half with the threshold fitted on the other", [*pairs[0], *pairs[1]]),
        _agreement("the first half so", pairs[0], [("threshold of the second", fit(halves[1]))]),
        _agreement("the second half so", pairs[1], [("threshold of the first", fit(halves[0]))]),
        table("facts", [share("held by the labelled article", (score >= STATED for item in judged for score in item.held))]),
    ]
    about = {"questions": len(judged), "articles served": articles}
    return Report("facts", tuple(tables), tuple(map(_case, judged)), about)


def _pairs(judged: Sequence[Judged], threshold: float) -> list[tuple[bool, bool]]:
    """The reader's verdict and the person's on every fact."""
    return [(score >= threshold, flag) for item in judged for score, flag in zip(item.scores, item.stated, strict=True)]


def _agreement(title: str, pairs: Sequence[tuple[bool, bool]], thresholds: Sequence[tuple[str, float]] = ()) -> Table:
    figures: list[Figure] = [
        share("same verdict", (ours == theirs for ours, theirs in pairs)),
        share("stated, says the person", (theirs for _, theirs in pairs), "neither"),
        share("stated, says the reader", (ours for ours, _ in pairs), "neither"),
    ]
    if pairs:
        figures.append(Amount("kappa", kappa(pairs), "more"))
        figures += [Amount(label, threshold) for label, threshold in thresholds]
    return table(title, figures)


def _case(item: Judged) -> Case:
    question = item.question
    missing = [(fact, score) for fact, score in zip(question.facts, item.held, strict=True) if score < STATED]
    lines = [f"not found in {question.article} ({score:.2f}): {fact}" for fact, score in missing]
    pairs = zip(question.facts, item.scores, item.stated, strict=True) if item.stated else ()
    lines += [
        f"the person says {'' if flag else 'not '}stated, the reader {score:.2f}: {fact}"
        for fact, score, flag in pairs
        if flag != (score >= STATED)
    ]
    held = {"held by article": 1 - len(missing) / len(item.held)} if item.held else {}
    agreed = [flag == (score >= STATED) for score, flag in zip(item.scores, item.stated, strict=True)]
    return Case(question.id, held | ({"agreed": sum(agreed) / len(agreed)} if agreed else {}), "\n".join([question.text, *lines]))
