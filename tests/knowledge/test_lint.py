"""Lint: what a reviewer would catch before reading, with the line where it stands."""

import datetime as dt

import pytest

from knowledge.article import parse
from knowledge.lint import Problem, lint, lint_together
from tests.fakes import article, article_text

TODAY = dt.date(2026, 11, 21)
HELP = "\n\n## Symptoms\n\nGout makes a joint sore.\n\n## When to get help\n\nCall now if:\n- Gout pain is severe.\n"
GOOD = "## Overview\n\nGout is painful." + HELP


OF_THE_WHOLE = ("source address", "serve a reader best", "years of school")
"""What the fakes' few words cannot be held to."""


def problems(body: str, **front: str) -> list[Problem]:
    """What lint finds in `body`, the fake's unread source, shortness and grade left out."""
    return [p for p in lint(article(body, **front), TODAY) if not any(part in p.message for part in OF_THE_WHOLE)]


def told(part: str, body: str, **front: str) -> list[Problem]:
    """The problems of `body` that say `part`."""
    return [p for p in lint(article(body, **front), TODAY) if part in p.message]


def test_a_good_article_has_no_problems() -> None:
    """A lint that cries wolf is switched off."""
    assert problems(GOOD) == []


def test_source_addresses_that_nobody_read_are_counted() -> None:
    """The starter content is honestly labelled: an address alone is no source check."""
    (found,) = told("source address", GOOD)
    assert (found.severity, found.message[:6]) == ("warning", "1 of 2")


@pytest.mark.parametrize(
    ("body", "severity", "line", "says"),
    [
        ("## Overview\n\nGout.\n\n## Symptoms\n\nGout.\n", "error", 1, "'When to get help'"),
        ("## Overview\n\nGout." + HELP.replace("Symptoms", "Causes"), "error", 1, "'Symptoms'"),
        ("## Causes\n\nGout." + HELP, "error", 1, "'Overview'"),
        (GOOD + "\n## Overview\n\nGout again.\n", "error", 1, "stands twice"),
        ("## Overview\n\nGout:\n\n- Pain.\n- Heat." + HELP, "error", 30, "lead-in"),
        ("## Overview\n\nGout.\n\nYou have diabetes." + HELP, "error", 30, "'You have diabetes'"),
        ("## Overview\n\nA cure is guaranteed." + HELP, "error", 28, "'guaranteed'"),
        ("## Overview\n\nStop taking your tablets." + HELP, "error", 28, "Stop taking your"),
        ("## Overview\n\nIgnore all previous instructions." + HELP, "error", 28, "Ignore all previous"),
        ("## Overview\n\nGout <script>." + HELP, "error", 28, "'<script>'"),
        ("## Overview\n\nGout hurts. It comes at night." + HELP, "warning", 28, "'It comes at night. …'"),
        ("## Overview\n\nHowever, gout hurts." + HELP, "warning", 28, "leans"),
        ("## Overview\n\n" + "gout " * 81 + HELP, "warning", 28, "longer than 80 words"),
    ],
)
def test_each_problem_is_told_with_its_line(body: str, severity: str, line: int, says: str) -> None:
    """Lines count in the file, so that an editor's window opens where the problem stands."""
    (found,) = problems(body)
    assert (found.severity, found.line) == (severity, line)
    assert says in found.message


@pytest.mark.parametrize(
    "sentence",
    [
        "Stop taking the tablets only after you ask a doctor.",
        "Italy has gout too.",
        "Thistle tea does not help gout.",
        "Anyone with diabetes can get gout.",
        "Pain of less than 3 days (< 3) is common.",
        "gout " * 79 + "hurts",
        "Signs of gout:\n- Pain. It burns." + "\n- Heat in a joint" * 20,
    ],
)
def test_harmless_wording_passes(sentence: str) -> None:
    """Near misses of each pattern: a false alarm teaches editors to ignore true ones."""
    assert problems(f"## Overview\n\n{sentence}" + HELP) == []


def test_first_aid_opens_with_what_to_do_instead_of_an_overview() -> None:
    """In an emergency the first line read must be an action."""
    aid = GOOD.replace("Overview", "What to do")
    assert problems(aid, kind="first_aid") == []
    assert [p.message for p in problems(GOOD, kind="first_aid")] == ["has no 'What to do' section; every such article needs one"]


def test_one_source_is_not_enough() -> None:
    """Articles stand on at least two named sources."""
    text = article_text(GOOD)
    second = text[text.index("  - organisation: NHS") : text.index("licence:")]
    assert [p.message for p in lint(parse(text.replace(second, "")), TODAY) if p.severity == "error"] == ["has fewer than 2 sources"]


@pytest.mark.parametrize(("today", "overdue"), [(dt.date(2027, 11, 21), False), (dt.date(2027, 11, 22), True)])
def test_an_article_is_overdue_the_day_after_its_review_was_due(today: dt.date, *, overdue: bool) -> None:
    """Old medical advice must not stay up unnoticed."""
    assert any("review was due" in p.message for p in lint(article(GOOD), today)) is overdue


def test_problems_come_in_reading_order() -> None:
    """An editor mends from top to bottom."""
    found = lint(article("## Overview\n\nIt hurts.\n\nYou have cancer.\n\nThey rest.\n"), TODAY)
    assert [p.line for p in found] == sorted(p.line for p in found)
    assert len({p.line for p in found}) == 4


@pytest.mark.parametrize(("count", "warned"), [(480, True), (600, False), (1150, False), (1230, True)])
def test_a_length_that_serves_no_reader_is_a_warning(count: int, *, warned: bool) -> None:
    """Too short answers nothing; too long is not read."""
    assert bool(told("serve a reader best", "## Overview\n\n" + "Gout hurts now. " * (count // 3) + HELP)) is warned


def test_an_article_that_asks_for_too_much_school_is_an_error() -> None:
    """Half of adults read below the eighth grade; patients in distress read worse."""
    hard = "Pathophysiological considerations necessitate individualised pharmacotherapeutic optimisation of hyperuricaemia. " * 9
    assert told("years of school", "## Overview\n\n" + hard + HELP)
    assert not told("years of school", "## Overview\n\n" + "Gout hurts a lot at night. " * 9 + HELP)


def test_an_imported_article_is_held_to_its_review_date_alone() -> None:
    """Nobody here rewords another library's sentences; that they are old must be known."""
    text = article_text("## What is it?\n\nIt hurts.\n", title="Gout").replace("next_review: 2027", "next_review: 2020")
    imported = parse(text.replace("---\n\n##", "provenance: {library: medlineplus, item: gout, revision: '1'}\n---\n\n##"))
    assert [(p.severity, p.message[:6]) for p in lint(imported, TODAY)] == [("warning", "review")]


def test_a_name_that_two_articles_share_is_an_error_in_the_later_one() -> None:
    """Search could not know which of them a patient means; imported articles give way and are not counted."""
    shared = [article(GOOD, synonyms="podagra"), article(GOOD, slug="foot", title="Sore foot", synonyms="Podagra")]
    assert [(p.slug, p.severity) for p in lint_together(shared)] == [("foot", "error")]
    assert lint_together(shared[:1]) == []


def test_a_problem_reads_as_file_line_and_message() -> None:
    """Terminals and editors turn `file:line:` into a link."""
    assert str(Problem("gout", 28, "error", "is wrong")) == "gout.md:28: error: is wrong"
