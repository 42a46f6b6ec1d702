"""Groups of questions that got no good answer: of enough patients, stable from day to day, and silent about single people."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content import gaps
from app.content.gaps import Asked, Decision, Followed, Group, Ruling, Why, clusters, grouped, shortened, standing
from retrieval.embedder import Vectors
from tests.fakes import HashingEmbedder

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHIPPLE = ["what is whipple disease", "whipple disease treatment", "is whipple disease catching"]


def asked(number: int, text: str, patient: str = "", why: Why = "not_covered", days: int = 0) -> Asked:
    """A question of a patient of its own."""
    return Asked(f"t{number}", patient or f"p{number}", text, text, frozenset({why}), AT - timedelta(days=days))


def vectors(questions: list[Asked]) -> Vectors:
    """Vectors by hashed words."""
    return HashingEmbedder().embed([each.about for each in questions])


def groups(questions: list[Asked], fewest: int = 3, anchors: frozenset[str] = frozenset()) -> list[Group]:
    """The groups of those questions."""
    return grouped(questions, vectors(questions), fewest, anchors)


def whipple(first: int = 0, days: int = 0) -> list[Asked]:
    """Three patients who ask about the same."""
    return [asked(first + number, text, days=days) for number, text in enumerate(WHIPPLE)]


def test_a_matter_of_three_patients_is_a_group_and_of_two_is_none() -> None:
    """Nobody's question stands alone on the editors' list."""
    made = groups([*whipple(), asked(8, "bone scan cost"), asked(9, "bone scan price cost")])
    assert [(group.patients, group.questions, group.shared) for group in made] == [(3, 3, ("whipple", "disease"))]


def test_one_patient_cannot_make_a_group_however_often_they_ask() -> None:
    """A minimum over questions would be none."""
    assert groups([asked(number, text, patient="p1") for number, text in enumerate(WHIPPLE * 5)]) == []


def test_kinds_are_counted_by_question() -> None:
    """The editor sees whether an article is missing or bad."""
    questions = [*whipple(), asked(7, "whipple disease", patient="p1", why="unhelpful"), asked(8, "whipple disease", why="asked_again")]
    assert dict(groups(questions)[0].whys) == {"not_covered": 3, "unhelpful": 1, "asked_again": 1}


def test_the_question_shown_is_the_most_central_short_one() -> None:
    """A letter tells a person's story; a short question tells the matter."""
    letter = asked(5, "whipple disease " + "whipple disease and my long story " * 9)
    made = groups([letter, *whipple()])[0]
    assert made.text in WHIPPLE
    assert all(len(text) <= 140 for text in made.texts)
    assert made.texts[-1].endswith("…")


def test_only_words_that_most_of_them_used_may_become_a_title() -> None:
    """What one person wrote does not reach an article."""
    made = groups([asked(1, "whipple disease"), asked(2, "whipple disease"), asked(3, "whipple disease in Ohio after prison")])
    assert made[0].shared == ("whipple", "disease")


def test_a_chain_of_neighbours_does_not_become_one_group() -> None:
    """Each resembles the next, the first and the last nothing: the mean keeps them apart."""
    turn = np.linspace(0, np.pi / 2, 10)
    chain = np.stack([np.cos(turn), np.sin(turn)], axis=1).astype(np.float32)
    made = clusters(np.concatenate([chain, -chain]))
    assert sum(map(len, made)) == 20
    assert not any(min(rows) < 10 <= max(rows) for rows in made)
    assert 0 not in next(rows for rows in clusters(chain, near=0.9) if 9 in rows)


@given(st.integers(0, 12), st.integers(2, 5), st.randoms())
def test_every_question_is_in_one_cluster_whatever_their_order(count: int, size: int, chance: object) -> None:
    """Groups are a partition, and do not depend on who was read first."""
    every = np.eye(6, dtype=np.float32)[[row % size for row in range(count)]]
    made = clusters(every)
    assert sorted(row for rows in made for row in rows) == list(range(count))
    assert all(len({row % size for row in rows}) == 1 for rows in made)


def test_a_group_keeps_its_name_while_more_ask_and_its_oldest_question_stays() -> None:
    """The editor finds it under the same link tomorrow."""
    today = whipple(days=3)
    tomorrow = [*today, asked(9, "whipple disease symptoms"), asked(10, "whipple disease diet")]
    assert groups(today)[0].key == groups(tomorrow)[0].key


def decision(group: Group, ruling: Ruling = "not_for_us", days: int = 0) -> Decision:
    """What was decided about a group as it was."""
    return Decision(ruling, "", group.patients, "Eve", AT - timedelta(days=days), group.anchors)


def test_what_was_set_aside_stays_so_until_half_as_many_again_have_asked() -> None:
    """Four of two more would be noise; six of four are news."""
    four = [*whipple(), asked(4, "whipple disease")]
    aside = decision(groups(four)[0])
    five, six = [*four, asked(5, "whipple disease")], [*four, asked(5, "whipple disease"), asked(6, "whipple disease")]
    assert [bool(standing(groups(now), [aside])) for now in (four, five, six)] == [True, True, False]


def test_a_decision_holds_its_group_after_its_own_questions_left_the_period() -> None:
    """Old messages take part in the grouping as anchors, without being counted or shown."""
    old = whipple(days=120)
    aside = decision(groups(old)[0])
    new = [asked(20 + number, f"whipple disease {word}") for number, word in enumerate(["diet", "pain", "cure"])]
    made = groups([*old, *new], anchors=frozenset(each.turn for each in old))
    assert (made[0].patients, made[0].questions) == (3, 3)
    assert not set(made[0].texts) & set(WHIPPLE)
    assert standing(made, [aside])[made[0].key] == aside


def test_a_decision_never_reaches_another_group() -> None:
    """Setting one aside must not hide a second."""
    others = [asked(30 + number, f"bone scan cost {word}") for number, word in enumerate(["today", "insurance", "cash"])]
    made = groups([*whipple(), *others])
    assert len(made) == 2
    held = standing(made, [decision(made[0])])
    assert list(held) == [made[0].key]


def test_the_newest_decision_counts_and_opening_again_ends_it() -> None:
    """Who set it aside by mistake takes it back."""
    made = groups(whipple())
    aside, again = decision(made[0], days=2), decision(made[0], "open", days=1)
    assert standing(made, [again, aside]) == {}
    assert standing(made, [again, aside, decision(made[0], "answered_elsewhere")])[made[0].key].ruling == "answered_elsewhere"


def test_a_draft_that_was_begun_stays_noted_however_many_ask() -> None:
    """It is being written; growth is no reason to begin a second."""
    begun = decision(groups(whipple())[0], "draft_begun")
    many = [*whipple(), *(asked(40 + number, "whipple disease") for number in range(9))]
    assert standing(groups(many), [begun])


@pytest.mark.parametrize(
    ("text", "later", "minutes", "may"),
    [
        ("what helps a cold", "but what helps with a cold", 5, True),
        ("what helps a cold", "but what helps with a cold", 50, False),
        ("what helps a cold", "tell me more", 1, False),
        ("what is gout", "what causes gout", 1, False),
        ("what causes gout", "why do people get gout", 1, True),
    ],
)
def test_the_same_is_asked_again_soon_and_for_the_same_section(text: str, later: str, minutes: int, may: bool) -> None:
    """A second question about one topic is interest, not a bad answer."""
    assert gaps.may_be_again(Followed("t1", text, later, timedelta(minutes=minutes))) is may


def test_of_pairs_that_may_be_only_near_ones_were_asked_again() -> None:
    """By vectors."""
    pairs = [Followed("t1", "", "", timedelta()), Followed("t2", "", "", timedelta())]
    one, other = np.eye(2, dtype=np.float32)
    assert gaps.asked_again(pairs, np.stack([one, one]), np.stack([one, other])) == {"t1"}


def test_a_question_is_cut_at_a_word() -> None:
    """And a short one is left alone, in one line."""
    assert shortened("a\n b") == "a b"
    assert shortened("word " * 60).endswith("word…")
    assert len(shortened("word " * 60)) <= 140


def test_the_words_of_a_question_stand_in_no_log() -> None:
    """What is printed of a value holds ids and counts."""
    assert "whipple" not in repr(whipple()[0])
    assert "disease" not in repr(groups(whipple())[0])
