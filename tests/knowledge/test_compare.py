"""Revisions side by side: nothing is lost, words are changed whole, and what stayed is not shown as new."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.article import parse
from knowledge.compare import Fold, Piece, Row, fields, folded, rows, words
from tests.fakes import article, article_text

_BODIES = st.text(st.sampled_from(["a", "B", "é", "7", ".", ",", "-", "#", " ", "\n", "<", "\u2028", "😀"]), max_size=60)


@given(_BODIES, _BODIES)
def test_both_sides_rebuild_exactly_their_text(before: str, after: str) -> None:
    """Whoever signs has seen every byte of both, each at its place."""
    every = rows(before, after)
    for text, parts in ((before, [row.before for row in every]), (after, [row.after for row in every])):
        told = [part for part in parts if part is not None]
        assert "".join(part.text for part in told) == text
        assert all(text[part.start :].startswith(part.text) for part in told)


@given(_BODIES, _BODIES)
def test_what_is_marked_as_the_same_is_the_same(before: str, after: str) -> None:
    """Without what was taken out and put in, both sides of a pair read alike; nothing is inserted before or deleted after."""
    for row in rows(before, after):
        left, right = (row.before.pieces if row.before else ()), (row.after.pieces if row.after else ())
        assert {piece.mark for piece in left} <= {"same", "deleted"}
        assert {piece.mark for piece in right} <= {"same", "inserted"}
        assert _same(left) == _same(right)


@given(_BODIES)
def test_a_text_beside_itself_is_unchanged(body: str) -> None:
    """And folds to nothing that asks for attention."""
    every = rows(body, body)
    assert all(row.same for row in every)
    assert not [row for item in folded(every) if isinstance(item, Fold) for row in item.rows if not row.same]


@given(_BODIES, _BODIES)
def test_folding_loses_no_row(before: str, after: str) -> None:
    """What is folded can be opened."""
    every = rows(before, after)
    unfolded = [row for item in folded(every) for row in (item.rows if isinstance(item, Fold) else (item,))]
    assert unfolded == list(every)


def test_a_dose_is_changed_as_a_whole() -> None:
    """A reviewer must not have to put a number together from letters."""
    before, after = words("Not above 1,200 mg in 24 hours.", "Not above 1,000 mg in 24 hours.")
    assert before == (Piece("same", "Not above "), Piece("deleted", "1,200"), Piece("same", " mg in 24 hours."))
    assert after == (Piece("same", "Not above "), Piece("inserted", "1,000"), Piece("same", " mg in 24 hours."))


def test_a_scrap_between_two_changes_is_changed_with_them() -> None:
    """Two sentences that share an "of" alone are two sentences."""
    _, after = words("Signs of flu", "Causes of colds")
    assert after == (Piece("inserted", "Causes of colds"),)


def test_a_new_paragraph_between_others_stands_alone() -> None:
    """Those around it are unchanged, not rewritten one after the other."""
    every = rows(
        "## Overview\n\nGout hurts.\n\nIt passes.\n", "## Overview\n\nGout hurts.\n\nDrink water, unless told not to.\n\nIt passes.\n"
    )
    assert [(row.same, row.before is None) for row in every] == [(True, False), (True, False), (False, True), (True, False)]


def test_items_of_a_list_are_compared_one_by_one() -> None:
    """The third item of ten was changed: the other nine are not in question."""
    every = rows("Signs:\n- fever\n- a hot joint\n- pain\n", "Signs:\n- fever\n- a hot, red joint\n- pain\n")
    assert [row.same for row in every] == [True, True, False, True]


def test_a_reworded_paragraph_stands_beside_what_it_was() -> None:
    """Also where another was taken out before it."""
    every = rows("Rest in bed for a week and see nobody.\n\nCall a doctor if it lasts.\n", "Call a doctor if it lasts for three days.\n")
    assert [_texts(row) for row in every] == [
        ("Rest in bed for a week and see nobody.", None),
        ("Call a doctor if it lasts.", "Call a doctor if it lasts for three days."),
    ]


def test_long_unchanged_stretches_fold_and_a_neighbour_stays() -> None:
    """A reader needs to know where they are."""
    body = "".join(f"Paragraph number {place}.\n\n" for place in range(9))
    items = folded(rows(body, body.replace("number 4", "number four")))
    assert [len(item.rows) if isinstance(item, Fold) else 1 for item in items] == [3, 1, 1, 1, 3]


def test_a_row_with_a_comment_is_not_folded() -> None:
    """What somebody said of an unchanged paragraph would be out of sight."""
    body = "".join(f"Paragraph number {place}.\n\n" for place in range(5))
    items = folded(rows(body, body), keep=lambda row: row.after is not None and row.after.start == 0)
    assert [isinstance(item, Row) for item in items] == [True, True, False]


def test_the_front_matter_is_compared_by_field() -> None:
    """Synonyms decide which questions find an article, so they are read too."""
    before = article("## Overview\n\nGout hurts.\n")
    after = parse(article_text("## Overview\n\nGout hurts.\n", synonyms="podagra, gouty arthritis").replace("2027-11-21", "2026-12-01"))
    changed = {field.name: "".join(piece.text for piece in field.after if piece.mark == "inserted") for field in fields(before, after)}
    assert changed == {"synonyms": ", gouty arthritis", "next review": "2026-12-01"}
    assert {field.name for field in fields(None, after)} >= {"title", "summary", "sources"}


@pytest.mark.parametrize("body", ["a b c " * 8000, "- x\n" * 4000, "\n" * 20_000], ids=["words", "items", "blank"])
def test_no_text_takes_long(body: str) -> None:
    """Article text is untrusted: a page must not hang on one that was made to be slow."""
    begun = time.monotonic()
    rows(body, body.replace("b", "d", 50) + "- y\n" * 300)
    assert time.monotonic() - begun < 5


def _same(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.mark == "same")


def _texts(row: Row) -> tuple[str | None, str | None]:
    return (row.before.text.strip() if row.before else None), (row.after.text.strip() if row.after else None)
