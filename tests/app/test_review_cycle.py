"""The review cycle: what is due is listed; what is overdue is marked, then goes after others, then is withdrawn, as the clinic set it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import Result

from app import render
from app.content import documents, review_cycle
from app.content.review_policy import Overdue, days_overdue
from app.records.models import Served, now
from app.settings import Settings
from app.upkeep import Upkeep
from app.wiring import Application
from knowledge.front_matter import Provenance
from knowledge.library import Revision
from knowledge.words import checks, load, packaged
from tests.app.turns import GOUT
from tests.desk_of_two import Two
from tests.fakes import article

TODAY = dt.date(2027, 11, 30)
"""Nine days after gout's review was due."""
PINNED = article("## Overview\n\nSit down.\n", slug="heart-attack", title="Heart attack")
IMPORTED = replace(GOUT, provenance=Provenance("medlineplus", "1", "1"))


@pytest.mark.parametrize(
    ("revision", "days"),
    [
        (Revision(1, GOUT), 9),
        (Revision(1, GOUT, due=TODAY), 0),
        (Revision(1, GOUT, due=TODAY - dt.timedelta(days=1)), 1),
        (Revision(1, IMPORTED), 0),
        (Revision(1, IMPORTED, due=TODAY - dt.timedelta(days=3)), 3),
    ],
)
def test_a_review_is_overdue_by_its_own_date(revision: Revision, days: int) -> None:
    """As it was set at the last signature, else as the text says; an importer's guess is no promise of this clinic."""
    assert days_overdue(revision, TODAY) == days


@pytest.mark.parametrize(
    ("policy", "made"),
    [
        (Overdue(), (True, False, False)),
        (Overdue(mark=9), (False, False, False)),
        (Overdue(mark=8, lower=8), (True, True, False)),
        (Overdue(lower=9, withdraw=8), (True, False, True)),
    ],
)
def test_the_clinic_chooses_when_each_step_comes(policy: Overdue, made: tuple[bool, bool, bool]) -> None:
    """Nothing is ranked lower or withdrawn where that is 0."""
    revision = Revision(1, GOUT)
    assert (policy.marked(revision, TODAY), policy.lowered(revision, TODAY), policy.withdrawn(revision, TODAY)) == made
    in_date = replace(revision, due=TODAY)
    assert not any((policy.marked(in_date, TODAY), policy.lowered(in_date, TODAY), policy.withdrawn(in_date, TODAY)))


@pytest.mark.parametrize("language", ["en", "es"])
def test_patients_are_told_that_a_review_is_overdue(language: str) -> None:
    """In their language, with the date, beside how far it was reviewed."""
    words = load(language)
    assert render.status(Revision(1, GOUT), words, overdue=True).endswith(words.say("source_overdue", date="2027-11-21"))
    assert "2027" not in render.status(Revision(1, GOUT), words, overdue=False)


def _overdue_by(app: Application, days: int, slug: str = "gout") -> None:
    """The review of a served article was due so many days ago."""
    with app.database.transaction() as session:
        row = session.get(Served, slug)
        assert row is not None
        row.due = now().date() - dt.timedelta(days=days)
    app.library._snapshot = None


def test_an_overdue_article_is_marked_on_its_page_and_under_its_answers(small: Application, site: FastAPI) -> None:
    """The library page and the chat say the same."""
    said = small.words.say("source_overdue", date=(now().date() - dt.timedelta(days=2)).isoformat())
    page = TestClient(site)
    before = page.get("/library/gout").text
    _overdue_by(small, 2)
    answers = [event.reply for event in small.conversation.reply("p1", "c1", "What is gout?") if hasattr(event, "reply")]
    assert (said in before, said in page.get("/library/gout").text) == (False, True)
    assert [source["status"].endswith(said) for reply in answers for source in reply.body.get("sources", [])] == [True]


def _policy(app: Application, **values: int) -> None:
    app.__dict__["overdue_policy"] = Overdue(**values)


def test_what_is_long_overdue_is_withdrawn_by_the_running_server(small: Application) -> None:
    """With the reason in its history; a question asked next does not find it."""
    _policy(small, withdraw=30)
    upkeep = Upkeep(small)
    _overdue_by(small, 30)
    upkeep.once()
    before = list(small.library.snapshot().revisions)
    _overdue_by(small, 31)
    Upkeep(small).once()
    assert (before, list(small.library.snapshot().revisions)) == (["gout"], [])
    file = small.article_files.open("gout")
    assert file is not None
    assert "longer than the clinic allows" in file.withdrawn
    assert [event.by for event in file.history] == ["system"]


def test_what_a_red_flag_rule_shows_is_never_withdrawn_by_itself(small: Application) -> None:
    """It is listed instead: a card must not lose its first aid because nobody had time."""
    small.add_articles([PINNED], "test")
    _policy(small, withdraw=30)
    _overdue_by(small, 400, "heart-attack")
    assert review_cycle.withdraw_overdue(small, now().date()) == ()
    [listed] = review_cycle.due(small, 0, now().date())
    assert (listed.slug, listed.standing, "heart-attack" in listed.rules) == ("heart-attack", "kept for a rule", True)


def test_nothing_is_withdrawn_unless_the_clinic_set_it(small: Application) -> None:
    """The default."""
    _overdue_by(small, 4000)
    assert review_cycle.withdraw_overdue(small, now().date()) == ()
    assert [item.standing for item in review_cycle.due(small, 0, now().date())] == ["ranked lower"]


@pytest.mark.parametrize(
    ("days", "standing"), [(-5, "due soon"), (0, "due soon"), (3, "overdue"), (8, "marked"), (15, "ranked lower"), (40, "to be withdrawn")]
)
def test_a_list_says_what_patients_see_of_it(days: int, standing: str, small: Application) -> None:
    """Each step of the clinic's policy, as it stands today."""
    _policy(small, mark=5, lower=10, withdraw=30)
    _overdue_by(small, days)
    assert [item.standing for item in review_cycle.due(small, 10, now().date())] == [standing]


def test_texts_that_were_signed_are_due_again_too(small: Application) -> None:
    """Numbers and set words grow old as articles do."""
    small.text_store.bring_in(documents.packaged())
    before = review_cycle.due(small, 10000, now().date())
    Two(small.database).publish("words.en", checks.with_entry(packaged("en"), "welcome", "Ask us."))
    listed = [item for item in review_cycle.due(small, 365, now().date()) if item.slug == "words.en"]
    assert [item.slug for item in before] == ["gout"]
    assert [(item.title, item.kind, item.due) for item in listed] == [
        ("Set words, English", "words", now().date() + dt.timedelta(days=365))
    ]


def test_the_command_lists_what_is_due(run: Callable[..., Result]) -> None:
    """For a reminder in a clinic's own calendar."""
    assert run("corpus", "due").output.splitlines()[-1] == "0 overdue, 0 due within 30 days"
    listed = run("corpus", "due", "--days", "3650").output.splitlines()
    assert listed[-2].split("\t") == ["2027-11-21", "gout", "due soon", "Gout"]


def test_the_settings_decide(small: Application) -> None:
    """By default patients are told at once, and after three months other articles go first."""
    small.__dict__.pop("overdue_policy", None)
    assert small.overdue_policy == Overdue(0, 90, 0)
    small.__dict__.pop("overdue_policy")
    small.settings = Settings(data_dir=small.settings.data_dir, overdue_mark_days=1, overdue_lower_days=2, overdue_withdraw_days=3)
    assert small.overdue_policy == Overdue(1, 2, 3)
