"""An article begun from a template can be read, says what it wants, and cannot pass until it got it."""

import datetime as dt
from typing import get_args

import pytest

from knowledge.article import parse
from knowledge.front_matter import ArticleKind
from knowledge.lint import lint, needed
from knowledge.skeleton import headings, skeleton, slug_of

TODAY = dt.date(2026, 11, 21)
KINDS = get_args(ArticleKind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_article_of_each_kind_can_be_read_and_has_the_sections_its_kind_needs(kind: ArticleKind) -> None:
    """What cannot be read cannot be edited with a form either."""
    made = parse(skeleton("Leg cramps at night", kind, TODAY))
    assert (made.title, made.slug, made.kind) == ("Leg cramps at night", "leg-cramps-at-night", kind)
    assert set(needed(kind)) <= {section.heading for section in made.sections}
    assert [section.heading for section in made.sections] == list(headings(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_prompt_is_an_error_and_nothing_else_is(kind: ArticleKind) -> None:
    """So the editor's list of problems is the list of what to write."""
    text = skeleton("Leg cramps", kind, TODAY)
    made = parse(text)
    errors = [problem for problem in lint(made, TODAY) if problem.severity == "error"]
    assert {problem.message for problem in errors} == {"a prompt of the template still stands here; write what it asks for, or take it out"}
    prompted = {number for number, line in enumerate(text.splitlines(), 1) if "rite here" in line or "write-here" in line}
    assert {problem.line for problem in errors} == prompted
    assert all("Write here: " in made.body[section.start : section.end] for section in made.sections)


def test_one_prompt_that_was_left_keeps_an_article_from_passing() -> None:
    """Nine of ten sections are not an article."""
    text = skeleton("Leg cramps", "condition", TODAY).replace("Write here: ", "").replace("//write-here.invalid", "//www.nhs.uk")
    left = text.replace("how it shows, the usual signs first.", "Write here: how it shows.")
    assert not [problem for problem in lint(parse(text), TODAY) if problem.severity == "error"]
    assert [problem.line for problem in lint(parse(left), TODAY) if problem.severity == "error"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Ménière's disease: what now?", "meniere-s-disease-what-now"),
        ('He said "no"\n\n## Overview', "he-said-no-overview"),
        ("¿?", "new-article"),
        ("", "new-article"),
        ("x" * 300, "x" * 80),
    ],
)
def test_any_title_makes_a_file_that_can_be_read(title: str, slug: str) -> None:
    """Whatever is typed or found, it stays a title."""
    made = parse(skeleton(title, "condition", TODAY))
    assert made.slug == slug == slug_of(made.title) or made.title == "New article"
    assert "\n" not in made.title
