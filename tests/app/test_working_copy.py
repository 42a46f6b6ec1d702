"""Two people on one article: whatever the order of their saves, no word of either is lost and none is overwritten."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.editor.working_copy import WorkingCopy
from app.errors import NotAllowedError
from app.wiring import Application
from knowledge.merging import conflicts, settled

PASSWORD = "correct horse battery"
WORDS = "Gout hurts. It comes at night.\n\nBeer is one cause. Wine is one too.\n\nDrink water. Rest the joint.\n"


class Two:
    """Ed and Rita with the same article open."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.who = [self._member(login) for login in ("ed", "rita")]
        self.text = app.drafts.begin("gout", self.who[0]).text.split("## Overview")[0] + "## Overview\n\n" + WORDS
        draft = app.drafts.save("gout", self.text, 1, self.who[0])
        self.pages = [WorkingCopy(app.drafts, draft, who) for who in self.who]

    def _member(self, login: str) -> str:
        if self.app.staff.sign_in(login, PASSWORD) is None:
            self.app.staff.add(login, login.capitalize(), "editor", PASSWORD)
        member = self.app.staff.member(self.app.staff.sign_in(login, PASSWORD) or "")
        assert member is not None
        return member.id

    @property
    def stored(self) -> str:
        """What the records hold."""
        found = self.app.drafts.now("gout")
        assert found is not None
        return found.text


@pytest.fixture
def two(small: Application) -> Two:
    """Both have just opened it."""
    return Two(small)


def test_changes_of_two_people_in_two_places_are_both_kept(two: Two) -> None:
    """Without asking anybody, and without changing what stands on the other's page while they type."""
    ed, rita = two.pages
    ed.write(two.text.replace("at night", "in the morning"))
    rita.write(two.text.replace("Rest the joint", "Cool the joint"))
    assert ed.save() is None
    assert rita.save() is None
    assert "in the morning" in two.stored
    assert "Cool the joint" in two.stored
    assert "in the morning" not in rita.text
    assert rita.more
    assert not ed.more
    assert ed.look()
    ed.show_all()
    assert ed.text == two.stored


def test_typing_on_after_a_merge_keeps_the_others_words(two: Two) -> None:
    """The page that does not show them must not take them out with its next save."""
    ed, rita = two.pages
    ed.write(two.text.replace("at night", "in the morning"))
    ed.save()
    for rest in ("Cool the joint", "Cool the joint well", "Keep the joint cool"):
        rita.write(two.text.replace("Rest the joint", rest))
        assert rita.save() is None
    assert "in the morning" in two.stored
    assert "Keep the joint cool" in two.stored


def test_the_same_sentence_changed_twice_is_saved_by_neither_until_somebody_chose(two: Two) -> None:
    """Then nothing of either is gone."""
    ed, rita = two.pages
    ed.write(two.text.replace("Drink water", "Drink much water"))
    rita.write(two.text.replace("Drink water", "Drink two litres of water"))
    ed.save()
    clash = rita.save()
    assert clash is not None
    (conflict,) = conflicts(clash.merged)
    assert ("much" in conflict.theirs, "litres" in conflict.mine) == (True, True)
    assert "litres" not in two.stored
    assert "litres" in rita.text
    rita.settle(clash, settled(clash.merged, ["mine"]))
    assert rita.save() is None
    assert "Drink two litres of water" in two.stored


def test_a_third_save_while_somebody_chooses_is_a_clash_again(two: Two) -> None:
    """What was chosen was chosen of two texts, not of three."""
    ed, rita = two.pages
    ed.write(two.text.replace("Drink water", "Drink much water"))
    rita.write(two.text.replace("Drink water", "Drink tea"))
    ed.save()
    clash = rita.save()
    assert clash is not None
    ed.write(ed.text.replace("much water", "a lot of water"))
    ed.save()
    rita.settle(clash, settled(clash.merged, ["mine"]))
    assert rita.save() is not None
    assert "a lot of water" in two.stored


def test_an_article_handed_in_meanwhile_keeps_the_words_on_the_page(two: Two) -> None:
    """They are told, and can be put into a new working copy."""
    ed, rita = two.pages
    rita.write(two.text.replace("Rest", "Cool"))
    two.app.drafts.discard("gout", ed.known.version, two.who[0])
    with pytest.raises(NotAllowedError, match="no working copy"):
        _ = rita.save() or rita.save()
    assert "Cool" in rita.text
    rita.begin_again()
    assert rita.save() is not None or "Cool the joint" in two.stored


edits = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["type", "save", "look", "show"]), st.integers(0, 5)),
    max_size=14,
)


@given(steps=edits)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_typing_and_saving_loses_a_word(small: Application, steps: list[tuple[int, str, int]]) -> None:
    """Each word that somebody typed is in the records, on their page, or in the choice that is put to them."""
    two = Two(small)
    typed: list[tuple[int, str]] = []
    for number, (person, step, place) in enumerate(steps):
        page = two.pages[person]
        if step == "type":
            word = f"word{number}by{person}"
            head, body = page.text.split("## Overview", 1)
            sentences = body.split(". ")
            sentences.insert(min(place, len(sentences)), word)
            page.write(head + "## Overview" + ". ".join(sentences))
            typed.append((person, word))
        elif step == "save":
            page.save()
        elif step == "look":
            page.look()
        else:
            page.show_all()
    for page in two.pages:
        clash = page.save()
        if clash is not None:
            page.settle(clash, settled(clash.merged, ["both"] * len(conflicts(clash.merged))))
            assert page.save() is None
    for _, word in typed:
        assert word in two.stored
    two.app.drafts.discard("gout", two.app.drafts.now("gout").version, two.who[0])  # type: ignore[union-attr]
