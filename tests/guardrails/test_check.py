"""The front door for answers: a statement stands where it says, for the right person, or is withheld."""

import dataclasses

import pytest

from guardrails.check import check
from guardrails.level import Finding
from knowledge.citation import Citation, Statement
from knowledge.front_matter import Audience
from knowledge.library import Revision, Snapshot
from tests.fakes import article, finding, snapshot

BODY = """## Overview

Gout is a painful arthritis. Rest helps the joint.

## Medicines

Adults can take 2 tablets of 200 mg every 6 hours. Take eight capsules and it is toxic.

## Pregnancy

Ask a midwife first.

## Children

Ask a pharmacist about a child.
"""
SERVED = snapshot(article(BODY))
CRISIS = finding("suicidal", "crisis", "suicide_self_harm")


def cite(quote: str, served: Snapshot = SERVED) -> Citation:
    """The citation of `quote`, which stands in the served gout article."""
    [passage] = [p for p in served.passages.values() if quote in p.text]
    start = passage.start + passage.text.index(quote)
    return Citation("gout", "Gout", passage.section, passage.heading, 1, start, start + len(quote), quote)


def quoted(*quotes: str) -> Statement:
    """A statement made of `quotes`."""
    return Statement("\n".join(quotes), tuple(cite(quote) for quote in quotes))


def withheld(statement: Statement, audience: Audience = "adult", found: tuple[Finding, ...] = (), *, drafted: bool = False) -> str | None:
    """Why `statement` is not shown; None where it is."""
    checked = check([statement], SERVED, audience, found, drafted=drafted)
    assert len(checked.statements) + len(checked.withheld) == 1
    return checked.withheld[0] if checked.withheld else None


def test_a_statement_that_stands_where_it_says_is_shown() -> None:
    """Otherwise the checks below would pass by withholding everything."""
    assert withheld(quoted("Gout is a painful arthritis.")) is None
    assert withheld(quoted("Gout is a painful arthritis.", "Rest helps the joint.")) is None


def test_a_statement_without_a_citation_is_withheld() -> None:
    """Every statement shown is supported by a passage that opens where it stands."""
    assert withheld(Statement("Gout is a painful arthritis.", ())) == "cites nothing"


@pytest.mark.parametrize(
    "change", [{"start": 0, "end": 10}, {"revision": 2}, {"article": "no-such-article"}, {"quote": "Gout is a painless arthritis."}]
)
def test_a_citation_that_is_not_in_the_served_revision_is_withheld(change: dict[str, int | str]) -> None:
    """A withdrawn article or a moved span would open on something else, or on nothing."""
    wrong = dataclasses.replace(cite("Gout is a painful arthritis."), **change)  # type: ignore[arg-type]
    assert withheld(Statement(wrong.quote, (wrong,))) == "a citation does not stand in the served revision"


def test_one_bad_citation_among_good_ones_withholds_the_statement() -> None:
    """A statement is only as well supported as its worst citation."""
    good = cite("Gout is a painful arthritis.")
    bad = dataclasses.replace(good, revision=7)
    assert withheld(Statement(good.quote, (good, bad))) == "a citation does not stand in the served revision"


@pytest.mark.parametrize(
    ("quote", "audience", "shown"),
    [
        ("Rest helps the joint.", "adult", True),
        ("Rest helps the joint.", "child", False),
        ("Rest helps the joint.", "everyone", True),
        ("Rest helps the joint.", "pregnancy", True),
        ("Ask a pharmacist about a child.", "child", True),
        ("Ask a pharmacist about a child.", "adult", False),
        ("Ask a pharmacist about a child.", "pregnancy", False),
        ("Ask a midwife first.", "pregnancy", True),
        ("Ask a midwife first.", "adult", False),
        ("Ask a midwife first.", "child", False),
    ],
)
def test_a_passage_is_shown_only_to_those_it_is_meant_for(quote: str, audience: Audience, shown: bool) -> None:
    """An adult's advice quoted for a child is right in its place and wrong on the screen."""
    assert (withheld(quoted(quote), audience) is None) == shown


@pytest.mark.parametrize("who", ["child", "adult", "pregnancy", "everyone"])
def test_an_article_for_everyone_is_shown_to_everyone(who: Audience) -> None:
    """First aid has one text for all."""
    served = Snapshot(1, {"gout": Revision(1, article(BODY, audience="everyone"))})
    statement = Statement("Rest helps the joint.", (cite("Rest helps the joint.", served),))
    assert check([statement], served, who, ()).statements == (statement,)


DOSE, TOXIC = "Adults can take 2 tablets of 200 mg every 6 hours.", "Take eight capsules and it is toxic."


@pytest.mark.parametrize("quote", [DOSE, TOXIC])
@pytest.mark.parametrize(
    "found",
    [
        CRISIS,
        finding("attempt", "emergency", "suicide_self_harm"),
        finding("x", "urgent", "harm_to_others"),
        finding("x", "crisis", "violence_abuse"),
    ],
)
def test_an_open_crisis_hides_amounts(quote: str, found: Finding) -> None:
    """While a crisis is open no passage with doses or toxic amounts is shown, whatever was asked."""
    assert withheld(quoted(quote), found=(found,)) == "amounts are not shown beside an open crisis"


@pytest.mark.parametrize(
    "amount",
    [
        "500mg",
        "500 micrograms",
        "1,5 g",
        "two tablets",
        "one capsule",
        "half tablet",
        "10 ml",
        "3 teaspoons",
        "20 drops",
        "50-µg",
        "A lethal amount",
        "An OVERDOSE",
    ],
)
def test_amounts_are_recognised_in_figures_words_and_units(amount: str) -> None:
    """ "Twenty tablets" tells a person in despair as much as "20 tablets"."""
    text = f"{amount} is one thing to say."
    served = snapshot(article(f"## Overview\n\n{text}\n"))
    checked = check([Statement(text, (cite(text, served),))], served, "adult", (CRISIS,))
    assert checked.withheld == ("amounts are not shown beside an open crisis",)


@pytest.mark.parametrize("found", [(), (finding(),), (finding("uti", "urgent"),)])
def test_amounts_are_shown_where_no_crisis_is_open(found: tuple[Finding, ...]) -> None:
    """Label limits protect everybody else."""
    assert withheld(quoted(DOSE), found=found) is None


def test_an_open_crisis_leaves_the_rest_of_the_answer() -> None:
    """Someone in despair still gets an answer about gout."""
    checked = check([quoted("Rest helps the joint."), quoted(DOSE)], SERVED, "adult", (CRISIS,))
    assert [statement.text for statement in checked.statements] == ["Rest helps the joint."]


@pytest.mark.parametrize(
    "text", ["Gout is a painful arthritis", "gout is a painful arthritis.", "Gout is a painful arthritis. Rest helps the joint."]
)
def test_a_quoted_statement_is_its_source_to_the_letter(text: str) -> None:
    """What is shown as a quotation and is none breaks the second promise."""
    assert withheld(Statement(text, (cite("Gout is a painful arthritis."),))) == "a quoted statement differs from its source"


def test_a_drafted_statement_may_reword_but_not_invent() -> None:
    """The lexical checks, not the letter, decide on drafts."""
    source = (cite("Gout is a painful arthritis."),)
    assert withheld(Statement("Gout, a painful arthritis.", source), drafted=True) is None
    assert withheld(Statement("Gout is a harmless arthritis of rich people.", source), drafted=True) == "words are not in its source"


def test_the_reasons_name_no_words() -> None:
    """Reasons go to the log; what a patient was nearly shown does not."""
    checked = check([Statement("Secret words", ()), quoted(DOSE)], SERVED, "child", ())
    assert not any("Secret" in reason or "tablets" in reason for reason in checked.withheld)
    assert len(checked.withheld) == 2
