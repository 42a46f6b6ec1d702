"""Follow-ups: what goes on from the message before, and what is a matter of its own."""

import pytest

from retrieval.follow_up import Signs, Weights


@pytest.mark.parametrize(
    ("signs", "follow_up"),
    [
        (Signs(ahead=0.02, gain=0.2, points_back=True, goes_on=False, names_other=False, words=5), True),
        (Signs(ahead=0.0, gain=0.2, points_back=False, goes_on=False, names_other=False, words=6), True),
        (Signs(ahead=0.45, gain=-0.1, points_back=False, goes_on=False, names_other=False, words=6), False),
        (Signs(ahead=0.5, gain=-0.1, points_back=False, goes_on=False, names_other=False, words=14), False),
    ],
)
def test_a_message_far_nearer_to_something_else_is_a_matter_of_its_own(signs: Signs, *, follow_up: bool) -> None:
    """ "My heel hurts in the morning" after a question about statins is about the heel."""
    assert Weights().is_follow_up(signs) is follow_up
