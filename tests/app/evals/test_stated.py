"""The reader of facts: words and numbers that must be shared, in the part of an answer that states a fact best."""

import pytest

from app.evals.stated import STATED, FactReader, parts_of
from tests.fakes import HashingEmbedder, article, snapshot

READER = FactReader(
    HashingEmbedder(),
    snapshot(
        article("## Overview\n\nGout is a painful swelling of one joint.\n"),
        article("## Overview\n\nAcetaminophen eases pain.\n", title="Acetaminophen", slug="acetaminophen", synonyms="paracetamol, Tylenol"),
    ),
)


def score(fact: str, *statements: str, topic: str = "") -> float:
    """How far `statements` state `fact`."""
    return READER.scores([fact], statements, topic)[0]


@pytest.mark.parametrize(
    ("fact", "statement"),
    [
        ("Rest and drink fluids", "Rest and drink plenty of fluids."),
        ("Wait two weeks", "Wait 2 weeks."),
        ("Cold packs ease pain", "Try:\n- warm baths\n- cold packs, which relieve pain"),
        ("Paracetamol eases pain", "Tylenol soothes pain."),
        ("See a doctor", "See a clinician."),
    ],
)
def test_a_fact_in_other_words_is_stated(fact: str, statement: str) -> None:
    """Answers paraphrase: plurals, figures, list items, brand names, words that say the same."""
    assert score(fact, statement) >= STATED


@pytest.mark.parametrize(
    ("fact", "statement"),
    [
        ("Return after 24 hours without fever", "Return after 48 hours without fever."),
        ("Ages 55 to 69 decide for themselves", "Ages 50 to 74 decide for themselves."),
        ("Cold packs ease pain", "Call the emergency number now if someone has chest pressure."),
        ("Wash bedding in hot water", "Lice rarely cause more than itching."),
    ],
)
def test_another_number_or_another_matter_is_not_the_fact(fact: str, statement: str) -> None:
    """A wrong number is worse than none."""
    assert score(fact, statement) < STATED


def test_the_best_part_counts_wherever_it_stands() -> None:
    """A fact is not lost among other statements, and no order changes it."""
    others = ["Gout is common.", "It often starts at night."]
    alone = score("Wash bedding in hot water", "Wash bedding in hot water.")
    assert score("Wash bedding in hot water", *others, "Wash bedding in hot water.") == pytest.approx(alone)
    assert score("Wash bedding in hot water", "Wash bedding in hot water.", *others) == pytest.approx(alone)


def test_the_topic_alone_states_little() -> None:
    """In an answer about gout the word gout says nothing about the fact."""
    assert score("Gout tablets taken daily", "Gout hurts.", topic="Gout") < score("Gout tablets taken daily", "Gout hurts.")


def test_nothing_to_read_states_nothing() -> None:
    """A question that was not answered; and no facts need no verdicts."""
    assert READER.stated(["Rest"], []) == [False]
    assert READER.stated([], ["Rest."]) == []


def test_a_list_is_read_whole_by_item_and_with_its_lead_in() -> None:
    """A fact may lie in an item, in two neighbours, or need the words that open the list."""
    parts = parts_of(["Avoid:\n- milk\n- nuts"])
    assert {"Avoid:; milk; nuts", "milk", "Avoid: milk", "milk; nuts"} <= set(parts)


def test_neighbouring_sentences_are_read_together() -> None:
    """Quoted answers cut paragraphs into sentences, which a fact may span."""
    assert "Rest. Drink." in parts_of(["Rest.", "Drink."])
