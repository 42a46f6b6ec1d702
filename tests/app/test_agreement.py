"""Articles and red-flag rules tell a patient the same: the starter corpus is held to it item by item."""

import pytest

from app.content import agreement
from app.content.agreement import disagreements, read_kept
from guardrails.red_flags import RedFlagRules, load
from knowledge.article import Article
from tests.app.pages.corpus import starter
from tests.fakes import article


@pytest.fixture(scope="module")
def layer() -> RedFlagRules:
    """The rules that ship."""
    return load()


def _help(lead: str, item: str) -> Article:
    return article(f"## Overview\n\nGout.\n\n## When to get help\n\n{lead}:\n- {item}\n")


@pytest.mark.parametrize("found", starter(), ids=lambda a: a.slug)
def test_a_starter_article_is_never_calmer_than_the_rules(found: Article, layer: RedFlagRules) -> None:
    """A patient told "make an appointment" by an article must not be told to call now by the chat for the same words."""
    assert [str(problem) for problem in disagreements(found, layer, read_kept())] == []


@pytest.mark.parametrize(
    ("lead", "item", "count"),
    [
        ("Make an appointment if", "has crushing chest pain and is sweating", 1),
        ("Get medical help today if someone", "has crushing chest pain and is sweating", 1),
        ("Call the emergency number now if", "has crushing chest pain and is sweating", 0),
        ("Make an appointment if", "has a sore toe", 0),
        ("Get medical help today if someone", "wants to end their life", 1),
        ("Get medical help today if someone", "wants to end their life; call or text a crisis line now", 0),
        ("See somebody if", "has a sore toe", 1),
    ],
)
def test_an_item_calmer_than_its_rule_is_named(lead: str, item: str, count: int, layer: RedFlagRules) -> None:
    """And a list whose step cannot be told; the crisis line in the item itself says "now"."""
    assert len(list(disagreements(_help(lead, item), layer, {}))) == count


def test_an_item_read_and_kept_is_not_named_again(layer: RedFlagRules) -> None:
    """Where a rule misreads a history, a person has said so, with the reason."""
    found = _help("Make an appointment if", "has crushing chest pain and is sweating")
    assert list(disagreements(found, layer, {"gout": {"has crushing chest pain and is sweating": "test"}})) == []


def test_every_item_kept_stands_in_its_article_and_would_be_named(layer: RedFlagRules) -> None:
    """The list of exceptions must not outlive what it excepts."""
    by_slug = {found.slug: found for found in starter()}
    for slug, items in read_kept().items():
        named = " ".join(problem.message for problem in disagreements(by_slug[slug], layer, {}))
        assert [item for item in items if repr(item) not in named] == [], slug
        assert all(items.values()), f"{slug}: an exception without a reason in {agreement.KEPT.name}"
