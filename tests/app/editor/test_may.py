"""Which buttons the review page offers: what the domain would let through, and its own words where it would not."""

from collections.abc import Mapping

import pytest

from app.content.editorial import Person
from app.editor.may import May, may
from app.records.article_files import ArticleFile
from tests.app.editor.files import file, gate, review, stored

ED, EVE, RITA, ADA = Person("ed", "editor"), Person("eve", "editor"), Person("rita", "reviewer"), Person("ada", "administrator")
LEAD = Person("lena", "reviewer", lead=True)
NEW, OLD = stored(2, "## Overview\n\nNew.\n"), stored(1, "## Overview\n\nOld.\n")


def _in_review(**values: object) -> ArticleFile:
    return file([NEW, OLD], review=review(NEW), served=1, **values)


def _approved() -> ArticleFile:
    return file([NEW, OLD], review=review(NEW, signers=["rita"]), served=1)


def _may(of: ArticleFile, by: Person, found: Mapping[str, object] | None = None, *, pinned: bool = False) -> May:
    return may(of, by, gate(2, **(found or {})), 7, pinned=pinned)


def test_who_wrote_it_is_told_that_somebody_else_reviews_it() -> None:
    """In plain words, where the button would stand."""
    writer = Person("ed", "reviewer")
    assert "somebody else must review it" in (_may(_in_review(), writer).sign or "")
    assert _may(_in_review(), RITA).sign == ""
    assert _may(_in_review(), ED).take_back == ""
    assert _may(_in_review(), EVE).take_back != ""


def test_an_administrator_only_looks() -> None:
    """No step is offered."""
    offered = _may(_in_review(), ADA)
    assert "" not in (offered.sign, offered.ask_changes, offered.take_back, offered.withdraw, offered.serve_again)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"served_version": 6}, "check it again"),
        ({"blocks": True, "changes": 1}, "must be answered"),
        ({"changes": 2}, "somebody must look"),
        ({"changes": 2, "acknowledged_by": "Ed"}, None),
        ({}, None),
    ],
)
def test_publishing_is_offered_once_its_changes_were_seen(found: dict[str, object], why: str | None) -> None:
    """Against what patients get now."""
    told = _may(_approved(), ED, found).publish
    assert (told == "") if why is None else (why in (told or ""))


def test_what_is_not_in_review_can_be_handed_in_as_it_stands() -> None:
    """Starter content, waiting imports, and what is due again."""
    assert _may(file([OLD], served=1), ED).hand_in == ""
    assert _may(_in_review(), ED).hand_in is None
    assert _may(file([OLD], served=1), ED).publish is None


def test_only_the_lead_withdraws_what_a_rule_shows() -> None:
    """And nobody withdraws what patients do not get."""
    assert _may(_in_review(), ED).withdraw == ""
    assert "clinical lead" in (_may(_in_review(), RITA, pinned=True).withdraw or "")
    assert _may(_in_review(), LEAD, pinned=True).withdraw == ""
    assert _may(file([OLD]), LEAD).withdraw is None
