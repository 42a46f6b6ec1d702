"""The shelf: every article has its place, and a title is found in spite of slips of the hand."""

import pytest

from app.pages.shelf import Shelf
from knowledge.body_parts import BODY_PARTS, body_part
from tests.app.pages.corpus import starter
from tests.fakes import article, snapshot

SHELF = Shelf(
    snapshot(
        article("## Overview\n\nWith gout, ibuprofen helps.\n"),
        article("## Overview\n\nx\n", title="Ibuprofen", slug="ibuprofen", kind="medicine", synonyms="Advil, ibuprofeno"),
        article("## Overview\n\nx\n", title="Ménière's disease", slug="menieres", synonyms="vertigo attacks"),
        article("## Overview\n\nx\n", title="Kidney stones", slug="stones", synonyms="renal colic"),
        article("## Overview\n\nx\n", title="Chronic kidney disease", slug="kidney", synonyms="CKD, kidney failure"),
    )
)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("gou", "gout"),
        ("Gout", "gout"),
        ("gotu", "gout"),
        ("advil", "ibuprofen"),
        ("ibuprofin", "ibuprofen"),
        ("meniere", "menieres"),
        ("kidney d", "kidney"),
        ("kidny disease", "kidney"),
        ("chronic kid", "kidney"),
        ("kidny st", "stones"),
    ],
)
def test_a_title_is_found_as_it_is_typed(typed: str, slug: str) -> None:
    """Beginnings, words within, brand names, accents left out, one slip."""
    assert [found.slug for found in SHELF.named(typed)][:1] == [slug]


@pytest.mark.parametrize("typed", ["", "g", "zzzz", "the weather today", "?"])
def test_what_names_nothing_finds_nothing(typed: str) -> None:
    """A list of wrong titles is worse than none."""
    assert SHELF.named(typed) == []


def test_articles_stand_in_the_order_a_reader_expects() -> None:
    """Accents do not count."""
    assert [a.title for a in SHELF.articles] == ["Chronic kidney disease", "Gout", "Ibuprofen", "Kidney stones", "Ménière's disease"]


@pytest.mark.parametrize("by", ["letter", "kind"])
def test_every_article_stands_on_the_shelf_once(by: str) -> None:
    """None is lost, none is doubled."""
    slugs = [a.slug for group in SHELF.groups(by) for a in group.articles]
    assert sorted(slugs) == sorted(a.slug for a in SHELF.articles)


def test_articles_that_name_each_other_are_related() -> None:
    """Either way round, and never to themselves."""
    assert [a.slug for a in SHELF.related["gout"]] == ["ibuprofen"]
    assert [a.slug for a in SHELF.related["ibuprofen"]] == ["gout"]
    assert SHELF.related["kidney"] == ()


def test_every_condition_of_the_starter_corpus_has_a_part_of_the_body() -> None:
    """A condition without a code would be missing from that view."""
    assert [a.slug for a in starter() if a.kind in ("condition", "symptom") and body_part(a) is None] == []


@pytest.mark.parametrize(
    ("slug", "part"),
    [
        ("asthma", "Lungs and breathing"),
        ("gout", "Bones, joints and muscles"),
        ("stroke", "Brain and nerves"),
        ("depression", "Mind and mood"),
        ("kidney-stones", "Kidneys, bladder and men's health"),
        ("preeclampsia", "Pregnancy and birth"),
    ],
)
def test_an_article_stands_where_a_reader_looks(slug: str, part: str) -> None:
    """Spot checks over the chapters."""
    (found,) = [a for a in starter() if a.slug == slug]
    assert body_part(found) == part


def test_no_part_is_empty_or_named_twice() -> None:
    """The page would show a label with nothing under it."""
    names = [name for name, _ in BODY_PARTS]
    assert len(set(names)) == len(names)
