"""The starter corpus: every file can be read, lints clean, was read a second time, and ends in a call for help."""

import datetime as dt
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from statistics import median
from typing import cast

import pytest
import yaml

import knowledge
from benchmarks.quality import plain_title
from knowledge.article import Article, parse
from knowledge.lint import lint, lint_together
from knowledge.passages import passages
from knowledge.reading_grade import grade

CORPUS = Path(knowledge.__file__).parent / "corpus"
SLUGS = sorted(path.stem for path in CORPUS.glob("*.md") if path.name != "README.md")
_WRITTEN = dt.date(2026, 11, 21)

each_article = pytest.mark.parametrize("slug", SLUGS)


@cache
def read(slug: str) -> Article:
    """The article in `slug`.md."""
    return parse((CORPUS / f"{slug}.md").read_text(encoding="utf-8"), f"{slug}.md")


@cache
def names() -> frozenset[str]:
    """Every title and synonym, set aside in reading grades."""
    return frozenset(name for slug in SLUGS for name in read(slug).names)


@cache
def claims(slug: str) -> list[dict[str, str]]:
    """The claims of the second reading of `slug`."""
    record = yaml.safe_load((CORPUS / "checks" / f"{slug}.yaml").read_text(encoding="utf-8"))
    assert record["article"] == slug
    return cast("list[dict[str, str]]", record["claims"])


def test_there_is_a_library_to_start_with() -> None:
    """What patients ask about most: also, the tests below are one a file and without files would all pass."""
    kinds = Counter(read(slug).kind for slug in SLUGS)
    assert len(SLUGS) >= 240
    assert (kinds["medicine"] >= 60, kinds["test"] >= 25, kinds["vaccine"] >= 15) == (True, True, True)


def test_the_list_of_articles_is_the_folder() -> None:
    """The README says why each is here."""
    rows = re.findall(r"^\| \[(.+?)\]\(([a-z0-9-]+)\.md\) \| (.+?) \|$", (CORPUS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(slug for _, slug, _ in rows) == SLUGS
    assert [slug for title, slug, _ in rows if read(slug).title != title] == []


def test_every_condition_that_the_shared_questions_ask_about_has_an_article(shared_data: Path) -> None:
    """Coverage of the labelled questions: all of it."""
    file = shared_data / "questions.jsonl"
    asked = {json.loads(line)["condition"] for line in file.read_text(encoding="utf-8").splitlines()} - {None}
    known = {plain_title(read(slug).title) for slug in SLUGS}
    assert {condition for condition in asked if plain_title(condition) not in known} == set()


def test_the_library_reads_easily() -> None:
    """Median grade 7 or less, none above 9 (the lint's error)."""
    assert median(grade(read(slug), names()) for slug in SLUGS) <= 7


def test_no_two_articles_share_a_name() -> None:
    """Search could not know which one a patient means."""
    assert [str(problem) for problem in lint_together([read(slug) for slug in SLUGS])] == []


@each_article
def test_a_starter_article_is_called_as_its_file_and_lints_without_errors(slug: str) -> None:
    """What ships must pass what editors must pass; the day is fixed, so that only the text can fail this."""
    article = read(slug)
    assert article.slug == slug
    assert [str(p) for p in lint(article, _WRITTEN, names()) if p.severity == "error"] == []


@each_article
def test_a_starter_article_claims_no_clinicians_review(slug: str) -> None:
    """No invented reviewers, ever: starter content is source-checked and says so."""
    assert read(slug).clinical_review is None


@each_article
def test_a_starter_article_was_read_a_second_time(slug: str) -> None:
    """Its checks file lists claims with a verdict of the closed set."""
    verdicts = {claim["verdict"] for claim in claims(slug)}
    assert verdicts
    assert verdicts <= {"confirmed", "corrected", "removed"}


@each_article
def test_what_the_second_reading_passed_stands_and_what_it_removed_does_not(slug: str) -> None:
    """An article edited after its check must be checked again."""
    text = read(slug).text
    wrong = [c["text"] for c in claims(slug) if (c["text"] in text) is (c["verdict"] == "removed")]
    assert wrong == []


@each_article
def test_the_first_call_for_help_list_says_when_to_call_the_emergency_number(slug: str) -> None:
    """Quoted answers end with that list: another would hide the emergency behind an appointment."""
    lists = [p.text for p in passages(read(slug), 1) if p.heading == "When to get help" and p.is_list]
    assert lists[0].startswith("Call the emergency number now if")


def test_no_checks_file_is_left_without_its_article() -> None:
    """A renamed article must take its second reading along."""
    assert sorted(path.stem for path in (CORPUS / "checks").glob("*.yaml")) == SLUGS
