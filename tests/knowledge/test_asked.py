"""Questions that patients ask: every one names lines that still stand in its article."""

from pathlib import Path

import pytest

from app.wiring import starter_corpus
from knowledge import asked

ARTICLES = {article.slug: article for article in starter_corpus()}
QUESTIONS = list(asked.read())


def test_every_answer_still_stands_in_its_article() -> None:
    """An edit that takes the line away must take the question with it, or give it another."""
    gone = [(q.article, q.text) for q in QUESTIONS if not all(line in ARTICLES[q.article].body for line in q.answers)]
    assert gone == []


def test_every_article_is_asked_about_in_many_ways_and_no_two_alike() -> None:
    """A dozen a topic is what the search was tuned with."""
    texts = [question.text.casefold() for question in QUESTIONS]
    assert {slug for slug in ARTICLES if sum(q.article == slug for q in QUESTIONS) < 10} == set()
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("line", ["no json", '{"q": "x"}', '{"q": "x", "h": [], "a": [1]}'])
def test_a_line_that_is_no_question_is_told_with_its_file_and_number(line: str, tmp_path: Path) -> None:
    """Whoever adds questions by hand must find the wrong one, and their words stay out of the message."""
    (tmp_path / "gout.jsonl").write_text('{"q": "beer?", "h": ["gout"], "a": [{"text": "Drink less."}]}\n' + line, encoding="utf-8")
    with pytest.raises(ValueError, match=r"gout\.jsonl, line 2: no question"):
        list(asked.read(tmp_path))
