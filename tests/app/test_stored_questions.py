"""Which stored questions are asked of a change: the clinic's list always, the others where the change could touch them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.content.stored_questions import Chosen, Sources, choose
from app.wiring import Application
from guardrails.privacy import MaskingError
from knowledge.asked import AskedQuestion
from retrieval import vectors
from retrieval.vectors import RememberingEmbedder
from tests.app.gates import clinic, edited, gout
from tests.fakes import HashingEmbedder

TESTS = (
    AskedQuestion("gout", "what is gout", (), ("what is gout",)),
    AskedQuestion("croup", "barking cough of gout", (), ("barking cough of gout",)),
    AskedQuestion("croup", "zebra", (), ("zebra",)),
)


def sources(
    must: Sequence[tuple[str, str]] = (), citing: Sequence[tuple[str, ...]] = (), not_covered: Sequence[tuple[str, ...]] = ()
) -> Sources:
    """Stored questions of a clinic; a text that holds "secret" cannot be masked."""

    def mask(text: str) -> str:
        if "secret" in text:
            raise MaskingError("send nothing of it")
        return text.replace("Ann", "<name>")

    return Sources(lambda: must, lambda: TESTS, lambda slugs, most: citing[:most], lambda most: not_covered[:most], mask)


@pytest.fixture
def embedder(tmp_path: Path) -> RememberingEmbedder:
    """An embedder whose vectors of the test questions are shipped."""
    vectors.save(HashingEmbedder(), [test.text for test in TESTS], tmp_path / "v.npz")
    return RememberingEmbedder(HashingEmbedder(), vectors.load(tmp_path / "v.npz"))


@pytest.fixture
def app(small: Application) -> Application:
    return clinic(small)


def chosen(app: Application, embedder: RememberingEmbedder, given: Sources, most: int = 500) -> Chosen:
    """What is asked of a change of the article on gout."""
    return choose(given, app.candidates.compare(edited(app, gout("Put ice", "Put snow"))), embedder, most)


def test_the_list_comes_first_then_own_past_and_near_questions_each_once(app: Application, embedder: RememberingEmbedder) -> None:
    """A question that stands on the list counts as such, wherever else it stands."""
    given = sources([("What is  gout", "gout")], [("My toe, I am Ann",), ("what IS gout",)], [("Which pill?",)])
    asked = chosen(app, embedder, given).questions
    assert [(q.why, q.text) for q in asked][:3] == [
        ("must_answer", "What is  gout"),
        ("past", "My toe, I am <name>"),
        ("past", "Which pill?"),
    ]
    assert {q.text for q in asked[3:]} <= {"barking cough of gout", "zebra"}
    assert "barking cough of gout" in {q.text for q in asked[3:]}


def test_a_patients_question_that_cannot_be_masked_is_left_out_and_counted(app: Application, embedder: RememberingEmbedder) -> None:
    """Nobody's name stands on a page of changes: the whole question goes, not the one message."""
    found = chosen(app, embedder, sources(citing=[("my secret", "and gout?"), ("gout?",)]))
    assert [q.messages for q in found.questions if q.why == "past"] == [("gout?",)]
    assert found.unmasked == 1


def test_the_list_is_asked_whole_whatever_the_limit(app: Application, embedder: RememberingEmbedder) -> None:
    """What blocks may not depend on a number."""
    must = [(f"question {number}", "") for number in range(5)]
    found = chosen(app, embedder, sources(must), most=3)
    assert [q.why for q in found.questions] == ["must_answer"] * 5
    assert found.beyond >= 2


def test_test_questions_of_other_articles_need_shipped_vectors(app: Application) -> None:
    """To embed thousands would take minutes."""
    plain = RememberingEmbedder(HashingEmbedder(), None)
    assert {q.why for q in chosen(app, plain, sources()).questions} == {"own"}


def test_nothing_is_asked_where_nothing_changes(app: Application, embedder: RememberingEmbedder) -> None:
    """Not even the list."""
    comparison = app.candidates.compare(app.library.snapshot())
    given = replace(sources([("what is gout", "")]), tests=lambda: TESTS)
    assert choose(given, comparison, embedder) == Chosen((), 0, 0)
