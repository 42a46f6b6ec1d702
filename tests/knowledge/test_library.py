"""Snapshots: the served set as one immutable value, and citations that hold or do not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.article import Article, parse
from knowledge.library import Revision, Snapshot, served_together
from knowledge.passages import Span
from tests.fakes import article, article_text, snapshot

GOUT = article("## Overview\n\nGout hurts. Rest helps.\n\n## Causes\n\nCrystals.\n\nAlcohol.\n")
ASTHMA = article("## Overview\n\nAsthma.\n", title="Asthma", slug="asthma")
SERVED = snapshot(GOUT, ASTHMA)


def test_a_snapshot_holds_the_passages_of_its_revisions_by_id() -> None:
    """Search drops every hit that is not among these."""
    assert {p.article for p in SERVED.passages.values()} == {"gout", "asthma"}
    assert all(key == passage.id for key, passage in SERVED.passages.items())


@pytest.mark.parametrize(
    ("slug", "heading", "texts"),
    [("gout", "Causes", ["Crystals.", "Alcohol."]), ("gout", "Recovery", []), ("measles", "Causes", [])],
)
def test_a_sections_passages_come_in_reading_order_or_not_at_all(slug: str, heading: str, texts: list[str]) -> None:
    """Pinned first aid is read out in the order it was written."""
    assert [p.text for p in SERVED.section_passages(slug, heading)] == texts


def test_an_article_that_is_not_served_cannot_be_had() -> None:
    """Withdrawn means gone, not empty."""
    assert SERVED.article("gout") == GOUT
    with pytest.raises(KeyError):
        SERVED.article("measles")


def test_a_citation_carries_the_words_at_its_span_and_opens_there() -> None:
    """Promise 2: every statement opens where it stands."""
    passage = SERVED.section_passages("gout", "Overview")[0]
    cited = SERVED.cite(passage, Span(passage.start, passage.start + 11))
    assert cited.quote == "Gout hurts."
    assert cited.href == f"/library/gout?revision=1&mark={cited.start}-{cited.end}#mark"


@pytest.mark.parametrize(
    ("served", "change", "holds"),
    [
        (SERVED, {}, True),
        (SERVED, {"quote": "Gout cures."}, False),
        (SERVED, {"start": 15}, False),
        (SERVED, {"revision": 2}, False),
        (snapshot(ASTHMA), {}, False),
        (Snapshot(2, {"gout": Revision(2, GOUT)}), {}, False),
    ],
    ids=["as cited", "other words", "moved", "revision never served", "withdrawn", "replaced"],
)
def test_a_citation_holds_only_in_the_revision_that_says_it(served: Snapshot, change: dict[str, object], *, holds: bool) -> None:
    """An answer drawn before a change must not be shown as if the new text said so."""
    passage = SERVED.section_passages("gout", "Overview")[0]
    cited = replace(SERVED.cite(passage, Span(passage.start, passage.start + 11)), **change)  # type: ignore[arg-type]
    assert served.holds(cited) is holds


OTHERS = "provenance: {{library: {library}, item: {slug}, revision: '1'}}\n---\n\n##"


def of_library(library: str, slug: str, title: str) -> Article:
    """An article of a library, the clinic's where that is "own"."""
    text = article_text("## Overview\n\nWords.\n", slug=slug, title=title, synonyms=f"name of {slug}")
    return parse(text if library == "own" else text.replace("---\n\n##", OTHERS.format(library=library, slug=slug)))


@given(
    st.lists(
        st.tuples(st.sampled_from(["own", "medquad", "unserved"]), st.sampled_from("abcde"), st.sampled_from(["Gout", "Flu", "Croup"])),
        max_size=8,
    )
)
def test_the_library_as_it_would_be_is_what_publishing_and_withdrawing_lead_to(steps: list[tuple[str, str, str]]) -> None:
    """Whatever stands behind an article of a library that is trusted more comes forward again when that is taken out."""
    libraries = ("own", "medquad")
    stored: dict[str, Revision] = {}
    served = Snapshot.of(1, (), libraries)
    for number, (library, slug, title) in enumerate(steps, 1):
        stored[slug] = Revision(number, of_library(library, slug, title))
        served = served.with_revision(stored[slug])
        assert served.revisions == served_together(stored.values(), libraries)
    for slug in list(stored):
        del stored[slug]
        served = served.without(slug)
        assert served.revisions == served_together(stored.values(), libraries)


def test_a_candidate_names_what_it_changes_and_leaves_the_served_set_alone() -> None:
    """A withdrawn article, a new revision and one more on the same topic of another library."""
    served = Snapshot.of(1, [Revision(1, GOUT), Revision(1, ASTHMA)], ("own", "medquad"))
    behind = Revision(1, of_library("medquad", "m-gout", "Gout"))
    assert served.changed(served.with_revision(behind)) == frozenset()
    assert served.with_revision(behind).without("gout").revisions.keys() == {"asthma", "m-gout"}
    assert served.changed(served.with_revision(Revision(2, GOUT))) == {"gout"}
    assert served.changed(served.without("asthma")) == {"asthma"}
    assert served.revisions["gout"].number == 1
