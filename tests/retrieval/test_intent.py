"""Which kind of section a question asks for, by cues that stand as data."""

from typing import get_args

import pytest

from knowledge.headings import SectionKind
from retrieval.intent import _cues, wanted_sections


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What are the symptoms of gout?", "symptoms"),
        ("when should I go to the ER", "when_to_see_a_doctor"),
        ("What causes gout?", "causes"),
        ("does gout run in the family", "risk_factors"),
        ("What happens if gout is untreated?", "complications"),
        ("How can I prevent another attack?", "prevention"),
        ("How is gout diagnosed?", "diagnosis"),
        ("Is there a blood test for gout?", "tests"),
        ("how is gout treated", "treatment"),
        ("which tablets help", "medicines"),
        ("What can I do at home?", "self_care"),
        ("Can I travel with gout?", "living_with"),
        ("I am PREGNANT", "pregnancy"),
        ("my toddler has a cough", "children"),
        ("Tell me about gout", "overview"),
    ],
)
def test_people_ask_for_a_section_in_their_own_words(question: str, kind: SectionKind) -> None:
    """One plain way of asking for each kind; the cues themselves may grow."""
    assert wanted_sections(question)[kind] > 0


@pytest.mark.parametrize("question", ["gout", "big toe", ""])
def test_a_bare_topic_asks_for_no_section(question: str) -> None:
    """A guess would push the wrong section to the front."""
    assert wanted_sections(question) == {}


def test_what_is_counts_less_beside_a_narrower_question() -> None:
    """Whoever says "What is the treatment" asks for the treatment, not for the overview."""
    alone, beside = wanted_sections("What is gout?"), wanted_sections("What is the cure for gout?")
    assert alone["overview"] == 1.0
    assert beside["overview"] < beside["treatment"]


def test_every_kind_of_section_can_be_asked_for_and_no_other() -> None:
    """A misspelt kind in the data would never match a passage."""
    assert set(_cues()) == set(get_args(SectionKind))
