"""The agreement of the reader of facts with a person: the verdicts that ship, kappa, and the threshold that fitting chooses."""

import hashlib
import json
from pathlib import Path

import pytest

from app.evals import facts
from app.evals.facts import Judged
from app.evals.questions import Question
from app.evals.stated import STATED
from app.wiring import Application, starter_corpus
from tests.app.turns import GOUT
from tests.fakes import snapshot

SPAN = [13, 53]


def verdict(stated: str = "1", sha256: str = "") -> str:
    """One line on an answer that quotes the gout article."""
    text = GOUT.body[SPAN[0] : SPAN[1]]
    return json.dumps(
        {"id": "G", "stated": stated, "sha256": sha256 or hashlib.sha256(text.encode()).hexdigest()[:16], "answer": [["gout", *SPAN]]}
    )


def judged(identity: str, scores: tuple[float, ...], stated: tuple[bool, ...]) -> Judged:
    """A question with the reader's scores and the person's verdicts."""
    return Judged(Question(identity, "x", article="gout", facts=("f",) * len(scores)), scores, scores, stated)


def test_an_answer_is_put_together_again_from_its_places(tmp_path: Path) -> None:
    """The file holds places, no words: they stand in the articles."""
    (tmp_path / "v.jsonl").write_text(verdict("10"), encoding="utf-8")
    found = facts.verdicts(snapshot(GOUT), tmp_path / "v.jsonl")
    assert (found["G"].stated, found["G"].answer) == ((True, False), (GOUT.body[SPAN[0] : SPAN[1]],))


def test_a_verdict_on_words_that_have_changed_is_left_out(tmp_path: Path) -> None:
    """It was about another answer."""
    (tmp_path / "v.jsonl").write_text(verdict(sha256="0" * 16), encoding="utf-8")
    assert facts.verdicts(snapshot(GOUT), tmp_path / "v.jsonl") == {}
    assert facts.verdicts(snapshot(), tmp_path / "v.jsonl") == {}


def test_the_verdicts_that_ship_are_enough_and_stand_on_the_starter_corpus() -> None:
    """A fit on a handful, or on answers that no longer are, would prove nothing; where articles were edited, some fall away."""
    found = facts.verdicts(snapshot(*starter_corpus()))
    flags = [flag for verdict in found.values() for flag in verdict.stated]
    assert len(flags) >= 250
    assert 0.3 < sum(flags) / len(flags) < 0.8
    assert 0.3 < sum(facts.first_half(identity) for identity in found) / len(found) < 0.7


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(True, True), (False, False)], 1.0),
        ([(True, True), (True, False), (False, True), (False, False)], 0.0),
        ([(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15, 0.4),
        ([], 0.0),
    ],
)
def test_kappa_is_cohens(pairs: list[tuple[bool, bool]], expected: float) -> None:
    """Known values; the third is the textbook's."""
    assert facts.kappa(pairs) == pytest.approx(expected)


def test_the_threshold_calls_as_many_facts_stated_as_the_person_did() -> None:
    """A share that is measured with it is then neither too high nor too low."""
    rows = [judged("a", (0.9, 0.2), (True, False)), judged("b", (0.6, 0.5), (True, False))]
    assert facts.fit(rows) == pytest.approx(0.55)
    assert facts.fit([]) == STATED


def test_a_report_tells_agreement_and_what_articles_lack() -> None:
    """Each half with the threshold of the other; the facts that were not found are listed for reading."""
    rows = [judged(f"q{n}", (0.9, 0.1), (True, False)) for n in range(8)]
    report = facts.report(rows, 1)
    figures = {(table.title, figure.label): figure.value for table in report.tables for figure in table.figures}
    assert figures["all answers that a person judged, threshold in use", "kappa"] == 1.0
    assert figures["each half with the threshold fitted on the other", "same verdict"] == 1.0
    assert figures["facts", "held by the labelled article"] == 0.5
    assert "not found in gout (0.10): f" in report.cases[0].told


def test_facts_are_looked_for_in_the_labelled_article(small: Application) -> None:
    """One that it states is held, one that it does not is not."""
    question = Question(
        "1", "what is gout?", article="gout", section="overview", facts=("Often starts in the big toe", "Wash bedding in hot water")
    )
    [item] = facts.judge(small, [question])
    assert item.held[0] >= STATED > item.held[1]
