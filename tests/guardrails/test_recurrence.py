"""What was settled and has come back."""

import pytest

from guardrails.level import Evidence, Finding
from guardrails.recurrence import recurred

SETTLED = Finding("heart-attack", 1, "emergency", "medical", "Chest pressure.", "rule", (Evidence(0, 0, 10, "chest pain"),))


@pytest.mark.parametrize("text", ["the pain is back", "It's come back and it's worse", "bleeding again", "The tightness has returned"])
def test_what_comes_back_raises_the_settled_finding_again(text: str) -> None:
    """A closed case must not make the second attack invisible."""
    (finding,) = recurred([SETTLED], ["chest pain", "thanks", text], settled_through=1)
    assert finding.last_turn == 2
    assert text[finding.evidence[-1].start : finding.evidence[-1].end] == finding.evidence[-1].text


@pytest.mark.parametrize(
    "text", ["thanks again", "he is back home", "I'm back, what is gout?", "Is it back to normal diet now? it is back at work"]
)
def test_thanks_and_a_return_home_raise_nothing(text: str) -> None:
    """Rule of care 3: close, then "thanks", stays routine."""
    assert recurred([SETTLED], ["chest pain", text], settled_through=0) == ()


def test_nothing_settled_is_left_to_the_rules() -> None:
    """An open finding sets the level by itself."""
    assert recurred([SETTLED], ["chest pain", "the pain is back"], settled_through=-1) == ()
