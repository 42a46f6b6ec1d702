"""What a change alters for patients: nothing missed, nothing alarming about what reads the same."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.content import gate
from app.content.changes import read
from app.content.impact import StoppedError, Watching, reading
from app.content.stored_questions import StoredQuestion
from app.settings import Settings
from app.wiring import Application
from guardrails.red_flags import RedFlagRules
from knowledge.article import Article, parse
from tests.app.gates import GOUT_BODY, asked, changes_of, clinic, croup, edited, gout, heart_attack
from tests.app.turns import regions
from tests.fakes import HashingEmbedder, article

GOUT_QUESTIONS = asked("What is gout?", "What can I do myself for gout?", "When should I get help for gout?")
OTHERS = asked("barking cough", "When should I get help for croup?", "Which train goes to Leeds?", "swelling in one joint")
EVERY = (*GOUT_QUESTIONS, *OTHERS)
ICE_TO_SNOW = gout("Put ice on the joint", "Put snow on the joint")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, migrated: Path, rule_layer: RedFlagRules) -> Iterator[Application]:
    """A clinic with three articles, which these tests only read: to make one takes seconds."""
    data = tmp_path_factory.mktemp("clinic")
    shutil.copy(migrated, data / "carelight.db")
    made = Application(Settings(data_dir=data, region="US"), make_embedder=lambda _model: HashingEmbedder())
    made.__dict__.update(red_flags=rule_layer, regions=regions())
    yield clinic(made)
    made.close()


@pytest.fixture
def listed(app: Application) -> Iterator[str]:
    """A question on the must-answer list."""
    question = "What can I do myself for gout?"
    entry = app.must_answer.add(question, "gout", "test")
    yield question
    app.must_answer.remove(entry, "test")


def redated(written: Article) -> Article:
    """The same article with other dates and another kind of summary."""
    return parse(written.text.replace("next_review: 2027-11-21", "next_review: 2028-01-01").replace("It is only a test.", "It is a test."))


def test_an_article_that_differs_only_in_its_front_matter_changes_nothing(app: Application) -> None:
    """A new review date is no alarm."""
    found = changes_of(app, edited(app, redated(gout())), EVERY)
    assert (found.articles, found.asked, found.changes, found.cards, found.moved) == (("gout",), len(EVERY), (), (), 0)
    assert (found.blocks, found.to_acknowledge) == (False, 0)


def test_sentences_that_only_moved_are_counted_and_not_shown(app: Application) -> None:
    """Words count, places do not."""
    found = changes_of(app, edited(app, gout("## Overview\n\n", "## Overview\n\n\n")), EVERY)
    assert found.changes == ()
    assert found.moved >= 1


def test_a_changed_sentence_is_shown_with_what_was_cited_before_and_would_be(app: Application) -> None:
    """Side by side."""
    found = changes_of(app, edited(app, ICE_TO_SNOW), EVERY)
    (change,) = [c for c in found.changed if c.question.text == "What can I do myself for gout?"]
    assert [place.quote for place in change.lost] == ["Put ice on the joint during gout."]
    assert [place.quote for place in change.gained] == ["Put snow on the joint during gout."]
    assert (change.before.kind, change.after.kind, change.blocks) == ("answer", "answer", "")
    assert found.lost[change.lost[0]] == found.gained[change.gained[0]] >= 1


@pytest.mark.parametrize(
    "draft",
    [
        ICE_TO_SNOW,
        gout("Rest the joint during gout. ", ""),
        gout("Has a fever.", "Has a fever or chills."),
        gout("swelling", "itch"),
        gout(title="Podagra", synonyms="toe"),
        gout(audience="child"),
        article("## Overview\n\nTrains to Leeds go at nine.\n", title="Leeds train", slug="leeds", synonyms="train"),
        croup("## Overview\n\nNothing much.\n"),
        heart_attack("## Overview\n\nGout hurts, says somebody.\n"),
    ],
)
def test_nothing_is_missed_that_asking_everything_on_both_sides_would_find(draft: Article, app: Application) -> None:
    """The short cut skips the whole reply where the same would be quoted; the long way must find no more."""
    then = edited(app, draft)
    found = changes_of(app, then, EVERY)
    pair = app.candidates.compare(then)
    both = {question.messages: pair.ask(question.messages) for question in EVERY}
    differing = {messages for messages, each in both.items() if reading(each.now) != reading(each.then)}
    assert {change.question.messages for change in found.changes} == differing


def test_a_withdrawn_article_leaves_its_questions_uncovered(app: Application) -> None:
    """The editor sees what patients lose."""
    found = changes_of(app, app.library.snapshot().without("gout"), EVERY)
    assert set(GOUT_QUESTIONS) <= {change.question for change in found.no_longer_covered}
    assert not found.blocks


def test_a_new_article_covers_questions_for_the_first_time(app: Application) -> None:
    """Good news is told too."""
    train = article(
        "## Overview\n\nA fever thermometer measures fever.\n", title="Fever thermometer", slug="thermometer", synonyms="thermometer"
    )
    found = changes_of(app, edited(app, train), asked("What is a fever thermometer?"))
    assert [change.question.text for change in found.newly_covered] == ["What is a fever thermometer?"]


def test_a_must_answer_question_that_would_lose_its_answer_blocks(app: Application) -> None:
    """And stands first, whatever else changes."""
    must = asked("When should I get help for gout?", why="must_answer")
    found = changes_of(app, app.library.snapshot().without("gout"), (*GOUT_QUESTIONS[:2], *must))
    assert found.blocks
    assert [change.blocks for change in found.changes] == ["it would lose its answer", "", ""]


@pytest.mark.parametrize(("article_slug", "blocks"), [("gout", "its answer would no longer cite gout"), ("", ""), ("croup", "")])
def test_a_must_answer_question_has_to_keep_the_article_it_expects(article_slug: str, blocks: str, app: Application) -> None:
    """An answer out of another article is another answer; where any will do, it is only shown."""
    other = article(GOUT_BODY, title="Gouty arthritis", slug="gouty-arthritis", synonyms="podagra, gout")
    then = app.library.snapshot().without("gout").with_revision(edited(app, other).revisions["gouty-arthritis"])
    found = changes_of(app, then, asked("What is gout?", why="must_answer", article=article_slug))
    assert [(change.after.articles, change.blocks) for change in found.changes] == [(frozenset({"gouty-arthritis"}), blocks)]


def test_a_must_answer_question_that_nothing_answers_is_told_and_does_not_block(app: Application) -> None:
    """It was no better before."""
    found = changes_of(app, edited(app, ICE_TO_SNOW), asked("Which train goes to Leeds?", why="must_answer"))
    assert (found.unanswered, found.blocks) == (("Which train goes to Leeds?",), False)


def test_care_cards_that_would_show_other_first_aid_are_listed_by_rule(app: Application) -> None:
    """Where the library has none any more, the built-in line that takes its place is shown."""
    snapshot = app.library.snapshot()
    changed = changes_of(app, edited(app, heart_attack(heart_attack().body.replace("Sit", "Lay"))), ())
    gone = changes_of(app, snapshot.without("heart-attack"), ())
    pins = {rule.id for rule in app.red_flags.rules.rules if rule.first_aid and rule.first_aid.article == "heart-attack"}
    assert {card.rule for card in changed.cards} == {card.rule for card in gone.cards} == pins
    (card,) = [card for card in changed.cards if card.rule == "heart-attack" and card.language == "en"]
    assert (card.before[0], card.after[0]) == ("Sit the person down.", "Lay the person down.")
    (card,) = [card for card in gone.cards if card.rule == "heart-attack" and card.language == "en"]
    assert card.after
    assert card.after != card.before


def test_the_fingerprint_names_exactly_the_changes(app: Application) -> None:
    """Who let one pass has not let another pass; the revision's number and the order of the questions do not matter."""
    found = changes_of(app, edited(app, ICE_TO_SNOW), EVERY)
    then = edited(app, ICE_TO_SNOW)
    later = then.with_revision(replace(then.revisions["gout"], number=9))
    assert changes_of(app, later, EVERY[::-1]).fingerprint == found.fingerprint
    assert changes_of(app, edited(app, gout("Put ice on", "Put snow onto")), EVERY).fingerprint != found.fingerprint
    assert changes_of(app, then, EVERY[:1]).fingerprint != found.fingerprint
    must = tuple(replace(question, why="must_answer") for question in EVERY)
    assert changes_of(app, then, must).fingerprint == found.fingerprint


def test_a_result_comes_back_from_json_as_it_was(app: Application) -> None:
    """It is kept with the revision and drawn later."""
    found = changes_of(app, app.library.snapshot().without("heart-attack").without("gout"), EVERY)
    assert found.changes
    assert found.cards
    kept = json.loads(json.dumps(found.as_json()))
    assert read(kept) == found
    assert (kept["fingerprint"], kept["blocks"]) == (found.fingerprint, found.blocks)


def test_progress_only_rises_and_ends_at_the_whole(app: Application) -> None:
    """A bar that jumps back tells nothing."""
    told: list[tuple[int, int]] = []
    changes_of(app, edited(app, ICE_TO_SNOW), EVERY, Watching(lambda done, total: told.append((done, total))))
    assert told == sorted(told)
    assert told[-1] == (2 * len(EVERY), 2 * len(EVERY))


@pytest.mark.parametrize("after", [0, 1, 4, 7])
def test_it_ends_where_nobody_waits_any_more(after: int, app: Application) -> None:
    """An editor who closes the page does not keep two cores busy."""
    asked_for: Iterator[bool] = iter([False] * after)
    with pytest.raises(StoppedError):
        changes_of(app, edited(app, ICE_TO_SNOW), EVERY, Watching(cancelled=lambda: next(asked_for, True)))


@pytest.mark.usefixtures("listed")
def test_a_served_file_has_no_impact_and_nothing_is_asked(app: Application) -> None:
    """A merge check over a file that nobody touched costs nothing."""
    found = gate.changes(app, edited(app, gout()))
    assert (found.articles, found.asked, found.to_acknowledge) == ((), 0, 0)


def test_the_gate_asks_the_clinics_own_questions(listed: str, app: Application) -> None:
    """The must-answer list comes from the records."""
    found = gate.changes(app, app.library.snapshot().without("gout"))
    assert found.blocks
    assert [change.question for change in found.changes if change.blocks] == [StoredQuestion((listed,), "must_answer", "gout")]
