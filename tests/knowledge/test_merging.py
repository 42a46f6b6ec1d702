"""Three texts put together: nothing is lost, nothing is made up, and what both changed is left to a person."""

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.merging import Agreed, Conflict, conflicts, merge, settled, units

BASE = "## Overview\n\nGout hurts. It comes at night.\n\n## Medicines\n\nTake 2 tablets every 6 hours. Drink water.\n"
texts = st.lists(
    st.sampled_from(["Gout hurts.", " ", "\n\n", "It passes. ", "## Causes\n", "Beer: ", "- wine\n", "a. b! "]), max_size=12
).map("".join)


def _both(theirs: str, mine: str) -> str:
    merged = merge(BASE, theirs, mine)
    assert not conflicts(merged)
    return settled(merged, ())


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_units_put_together_are_the_text(text: str) -> None:
    """Whatever it holds."""
    assert "".join(units(text)) == text


@given(texts, texts)
@settings(max_examples=100, deadline=None)
def test_where_one_person_wrote_their_text_stands(base: str, changed: str) -> None:
    """Also where both wrote the same."""
    for theirs, mine in ((base, changed), (changed, base), (changed, changed)):
        merged = merge(base, theirs, mine)
        assert not conflicts(merged)
        assert settled(merged, ()) == changed


@given(texts, texts, texts)
@settings(max_examples=200, deadline=None)
def test_no_word_of_either_is_lost(base: str, theirs: str, mine: str) -> None:
    """Each sentence that somebody added is in the text, or in the choice."""
    merged = merge(base, theirs, mine)
    kept = "".join(part.text if isinstance(part, Agreed) else part.theirs + part.mine for part in merged)
    for text in (theirs, mine):
        for unit in set(units(text)):
            added = units(text).count(unit) - units(base).count(unit)
            assert added <= 0 or unit.strip() in kept


@given(texts, texts, texts)
@settings(max_examples=100, deadline=None)
def test_choosing_one_side_everywhere_keeps_its_changes_whole(base: str, theirs: str, mine: str) -> None:
    """With every conflict mine, all that I changed is as I changed it; the same turned round."""
    merged, turned = merge(base, theirs, mine), merge(base, mine, theirs)
    mines, theirs_ = ["mine"] * len(conflicts(merged)), ["theirs"] * len(conflicts(turned))
    assert settled(merged, mines) == settled(turned, theirs_)  # type: ignore[arg-type]


def test_changes_in_two_paragraphs_go_together() -> None:
    """What most days bring."""
    theirs = BASE.replace("at night", "in the morning")
    mine = BASE.replace("Drink water", "Drink much water")
    assert _both(theirs, mine) == BASE.replace("at night", "in the morning").replace("Drink water", "Drink much water")


def test_two_changes_in_one_sentence_are_never_joined() -> None:
    """Each for itself is right; together they are a dose that nobody wrote."""
    merged = merge(BASE, BASE.replace("2 tablets", "4 tablets"), BASE.replace("6 hours", "4 hours"))
    assert conflicts(merged) == (
        Conflict("Take 2 tablets every 6 hours. ", "Take 4 tablets every 6 hours. ", "Take 2 tablets every 4 hours. "),
    )


def test_a_sentence_that_one_takes_out_and_the_other_rewords_is_asked_about() -> None:
    """Neither the removal nor the new words win by themselves."""
    merged = merge(BASE, BASE.replace("Drink water.", ""), BASE.replace("Drink water.", "Drink a glass of water."))
    assert len(conflicts(merged)) == 1
    assert "Drink" not in settled(merged, ["theirs"])
    assert "Drink a glass" in settled(merged, ["mine"])


def test_what_both_added_at_one_place_can_both_be_kept() -> None:
    """Two new sections at the end of an article."""
    merged = merge(BASE, BASE + "\n## Causes\n\nBeer.\n", BASE + "\n## Children\n\nRare.\n")
    kept = settled(merged, ["both"])
    assert kept.index("Beer.") < kept.index("## Children")
    assert kept.startswith(BASE)
