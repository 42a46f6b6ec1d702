"""Labelled questions in both forms, and replies as values."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.evals import questions
from app.evals.questions import Question, Reply
from app.evals.report import LabelledError
from app.wiring import Application
from tests.app.turns import GOUT
from tests.fakes import article, snapshot

GIVEN: dict[str, Any] = {
    "id": 7,
    "question": "what is it?",
    "history": ["I have gout"],
    "condition": "Gout (podagra)",
    "section": "overview",
    "must_contain": ["Gout is a painful swelling"],
    "register": "lay",
}
OWN = {"q": "what is gout", "h": [], "reg": "terse", "section": "overview", "a": [{"heading": "Overview", "text": "Gout is painful."}]}


def written(file: Path, *lines: object) -> Path:
    """A JSON-lines file."""
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def test_a_given_question_finds_its_article_by_title(tmp_path: Path) -> None:
    """Labels name conditions as people do; the bracketed name is left out."""
    [question] = questions.read(written(tmp_path / "q.jsonl", GIVEN), snapshot(GOUT))
    assert question == Question(
        "7", "what is it?", ("I have gout",), "gout", "overview", ("Gout is a painful swelling",), "lay", kind="Gout (podagra)"
    )


def test_questions_without_an_article_or_not_to_be_answered_are_told_apart(tmp_path: Path) -> None:
    """Neither counts where an article should answer."""
    other, none = {**GIVEN, "condition": "Mumps"}, {"id": 8, "question": "x", "condition": None, "expected": "refer"}
    read = questions.read(written(tmp_path / "q.jsonl", GIVEN, other, none), snapshot(GOUT))
    assert [(q.article, q.expected) for q in read] == [("gout", "answer"), ("", "answer"), ("", "refer")]
    assert [q.id for q in questions.answerable(read)] == ["7"]


def test_questions_that_ship_are_those_about_articles_served(tmp_path: Path) -> None:
    """A clinic that serves none of ours is measured on its own file."""
    written(tmp_path / "gout.jsonl", OWN, OWN)
    written(tmp_path / "asthma.jsonl", OWN)
    read = questions.own(snapshot(GOUT), tmp_path)
    assert [(q.id, q.article, q.facts) for q in read] == [(f"gout-{n}", "gout", ("Gout is painful.",)) for n in (1, 2)]


def test_every_question_that_ships_can_be_read() -> None:
    """And names an article of the starter corpus."""
    slugs = [file.stem for file in questions.OWN_QUESTIONS.glob("*.jsonl")]
    served = snapshot(*(article("## Overview\n\nWords.\n", title=slug, slug=slug, synonyms="") for slug in slugs))
    read = questions.own(served)
    assert len({q.id for q in read}) == len(read) >= len(slugs) > 0
    assert all(q.text and q.section and q.facts for q in read)


def test_a_limit_takes_the_same_questions_each_time(tmp_path: Path) -> None:
    """Else two runs could not be compared; and in the order of the file."""
    file = written(tmp_path / "q.jsonl", *({**GIVEN, "id": n} for n in range(50)))
    some = [q.id for q in questions.load(file, snapshot(GOUT), 10)]
    assert some == [q.id for q in questions.load(file, snapshot(GOUT), 10)]
    assert some == sorted(some, key=int)
    assert set(some) <= {q.id for q in questions.load(file, snapshot(GOUT), 20)}


@pytest.mark.parametrize(
    ("line", "says"), [("{", "line 1: not JSON"), ("[]", "line 1: no JSON object"), ('{"id": 1}', "line 1: no labelled question")]
)
def test_a_line_that_is_no_question_is_named(line: str, says: str, tmp_path: Path) -> None:
    """A figure over half a file is no figure."""
    (tmp_path / "q.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(LabelledError, match=says):
        questions.read(tmp_path / "q.jsonl", snapshot(GOUT))


def test_a_reply_tells_its_kind_words_and_citations(small: Application) -> None:
    """The front door is the batch verb, the way of the chat."""
    reply = questions.ask(small, Question("1", "what is gout?"))
    assert reply.kind == "answer"
    assert reply.words == sum(len(statement.text.split()) for statement in reply.statements) > 0
    assert {citation.article for citation in reply.cited} == {"gout"}


def test_a_screen_that_ran_out_of_time_is_asked_again(small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is not what is measured; and one that never finishes must not pass for "not covered"."""
    came = [Reply("not_covered", (), f"{small.words.say('screen_incomplete')} 911", 1.0), Reply("answer", (), "Gout hurts.", 1.0)]
    monkeypatch.setattr(questions, "_asked", lambda _app, _question: came.pop(0) if len(came) > 1 else came[0])
    assert questions.ask(small, Question("1", "what is gout?")).text == "Gout hurts."
    came[:] = [Reply("not_covered", (), small.words.say("screen_incomplete"), 1.0)]
    assert questions.ask(small, Question("1", "what is gout?")).kind == "unchecked"
