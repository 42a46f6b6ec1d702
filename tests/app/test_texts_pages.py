"""The pages on which set words, numbers and prompts are written, worked by a simulated editor and reviewer."""

from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from app.content import documents, publishing
from app.content.editorial import Person
from app.content.text_editing import NUMBERS, save_row, save_whole, save_words, working
from app.content.text_preview import card_calling, card_saying, sentence
from app.editor import number_form, texts_view
from app.editor.may import may
from app.errors import NotAllowedError, StaleDraftError
from app.wiring import Application
from guardrails import regions
from guardrails.red_flags import RedFlagRules
from knowledge import words
from knowledge.words.purposes import GROUPS, purpose
from tests.desk import at_the_desk
from tests.desk_of_two import Two

ENGLISH = words.load("en")
SHIPPED = regions.load()
ROW = SHIPPED["US"].numbers[5]


@pytest.fixture
def clinic(small: Application) -> Application:
    """An application that has taken in what ships."""
    small.text_store.bring_in(documents.packaged())
    return small


@pytest.mark.parametrize("key", sorted(ENGLISH.entries))
def test_every_key_says_what_it_is_for(key: str) -> None:
    """An editor must not have to guess where a sentence is read."""
    said = purpose(key)
    assert said.group in GROUPS
    assert said.about.endswith(".")


def test_a_key_that_nobody_described_is_refused() -> None:
    """A new sentence comes with what it is for."""
    with pytest.raises(LookupError, match="purposes"):
        purpose("no_such_words")


@pytest.mark.parametrize(
    "key", [key for key in sorted(ENGLISH.entries) if key.startswith(("card_lead", "card_title", "staffing", "banner"))]
)
def test_words_of_a_card_are_previewed_on_a_card(key: str, rule_layer: RedFlagRules) -> None:
    """Where they are read, filled in as they are there."""
    made = card_saying(key, ENGLISH, SHIPPED, "US", rule_layer.rules.rules)
    assert made is not None
    assert ENGLISH.entries[key].replace("{number}", "911") in f"{made.as_text()} {made.banner}"


def test_words_that_no_card_says_are_previewed_as_a_line(rule_layer: RedFlagRules) -> None:
    """Filled in with something that looks like it."""
    assert card_saying("smalltalk_thanks", ENGLISH, SHIPPED, "US", rule_layer.rules.rules) is None
    assert sentence("Ring {number} or {other}.") == "Ring 911 or (other)."
    assert sentence("Ring {number") == "Ring {number"


def test_a_number_is_previewed_on_the_card_that_shows_it() -> None:
    """None does while it has no second check."""
    assert card_calling("poison", ENGLISH, SHIPPED, "US") is not None
    unchecked = regions.Region("US", {"en": "US"}, (), tuple({**row, "second_check": None} for row in SHIPPED["US"].numbers))
    assert card_calling("poison", ENGLISH, {"US": unchecked}, "US") is None


@pytest.mark.parametrize("place", range(len(SHIPPED["GB"].numbers)))
def test_a_row_comes_back_from_its_form_as_it_was(place: int) -> None:
    """Opening and saving changes nothing."""
    row = SHIPPED["GB"].numbers[place]
    assert number_form.row(row["service"], number_form.values(row)) == row


def test_an_empty_form_makes_an_unchecked_row() -> None:
    """What is wrong with it is said beside it; a day that is none stays as it was typed."""
    made = number_form.row("poison", {**number_form.values(None), "seen": "yesterday"})
    assert (made["call"], made["text"], made["seen"], made["second_check"]) == (None, None, {"date": "yesterday", "how": ""}, None)


def test_a_sentence_is_saved_beside_what_others_changed_meanwhile(clinic: Application) -> None:
    """Two editors at two sentences lose nothing; at the same sentence the second is told."""
    two = Two(clinic.database)
    save_words(clinic, "words.en", "welcome", (ENGLISH.say("welcome"), "Ask us."), two.ed)
    save_words(clinic, "words.en", "smalltalk_thanks", (ENGLISH.say("smalltalk_thanks"), "With pleasure."), two.rita)
    entries = words.read(working(clinic, "words.en").text)
    assert (entries["welcome"], entries["smalltalk_thanks"]) == ("Ask us.", "With pleasure.")
    with pytest.raises(StaleDraftError):
        save_words(clinic, "words.en", "welcome", (ENGLISH.say("welcome"), "Ask me."), two.rita)


def test_a_sentence_that_cannot_be_said_is_not_kept(clinic: Application) -> None:
    """And no working copy is begun for it."""
    two = Two(clinic.database)
    with pytest.raises(NotAllowedError, match="emergency_line is empty"):
        save_words(clinic, "words.en", "emergency_line", (ENGLISH.entries["emergency_line"], " "), two.ed)
    assert working(clinic, "words.en").version == 0


def _rows(app: Application) -> list[dict[str, Any]]:
    return [dict(row) for row in regions.plain(working(app, NUMBERS).text)["regions"]["US"]["numbers"]]


def test_a_row_is_changed_added_and_taken_out(clinic: Application) -> None:
    """Each in the working copy alone; whoever saw another row is told."""
    two, before = Two(clinic.database), _rows(clinic)
    changed = {**ROW, "call": "1-800-000-0000"}
    save_row(clinic, ("US", 5), (ROW, changed), two.ed)
    save_row(clinic, ("US", len(before)), (None, ROW), two.ed)
    assert _rows(clinic) == [*before[:5], changed, *before[6:], ROW]
    save_row(clinic, ("US", 5), (changed, None), two.ed)
    assert _rows(clinic) == [*before[:5], *before[6:], ROW]
    with pytest.raises(StaleDraftError):
        save_row(clinic, ("US", 5), (changed, None), two.ed)
    with pytest.raises(NotAllowedError, match="must be digits"):
        save_row(clinic, ("US", 0), (before[0], {**before[0], "call": "nine"}), two.ed)


def test_a_whole_text_is_saved_over_the_one_that_was_seen(clinic: Application) -> None:
    """The prompt is written as one."""
    two, shipped = Two(clinic.database), working(clinic, "prompt.answer").text
    save_whole(clinic, "prompt.answer", (shipped, shipped + "\nBe kind.\n"), two.ed)
    assert working(clinic, "prompt.answer").text.endswith("Be kind.\n")
    with pytest.raises(StaleDraftError):
        save_whole(clinic, "prompt.answer", (shipped, "Other."), two.ed)


def test_the_list_names_every_text_and_how_it_stands(clinic: Application) -> None:
    """Starter content is labelled so."""

    async def work(user: User) -> None:
        await user.open("/editor/texts")
        for form in documents.TEXT_FORMS.values():
            await user.should_see(form.title)
        await user.should_see("starter content that two people have not signed")

    at_the_desk(clinic, "rita", "reviewer", work)


def test_an_editor_changes_a_sentence_and_hands_it_in(clinic: Application) -> None:
    """The card is shown as it would be; nothing reaches patients yet."""

    async def work(user: User) -> None:
        await user.open("/editor/texts/words.en")
        await user.should_see("card_no_wait", retries=40)
        user.find("Find a sentence or a key").type("card_no_wait")
        await user.should_not_see("smalltalk_thanks")
        _click(user, "change", "card_no_wait")
        await user.should_see("The last line of every card.", retries=40)
        user.find(kind=ui.textarea, content="English").clear().type("Do not sit here waiting.")
        await user.should_see("<b>Do not sit here waiting.</b>", retries=40)
        user.find("Save in the working copy").click()
        await user.should_see("Saved in the working copy.", retries=40)
        await user.should_see("Hand in for review", retries=40)

    at_the_desk(clinic, "ed", "editor", work)
    assert words.read(working(clinic, "words.en").text)["card_no_wait"] == "Do not sit here waiting."
    assert clinic.words.say("card_no_wait") == ENGLISH.say("card_no_wait")


def _click(user: User, do: str, of: str) -> None:
    """A button inside drawn HTML, as the page's script tells it."""
    [container] = [element for element in user.find(kind=ui.element).elements if "ed-entries" in element.classes]
    for listener in container._event_listeners.values():
        if listener.type == "click":
            container._handle_event({"listener_id": listener.id, "args": [do, of, "", ""]})


def test_an_editor_changes_a_number(clinic: Application) -> None:
    """With the card that shows it, and the reason why none does."""

    async def work(user: User) -> None:
        await user.open("/editor/texts/numbers.regions")
        await user.should_see("1-800-222-1222", retries=40)
        _click(user, "change", "5")
        await user.should_see("change a number", retries=40)
        user.find("Number to call").clear().type("1-800-222-0000")
        await user.should_see("Call 1-800-222-0000", retries=40)
        user.find("Save in the working copy").click()
        await user.should_see("Saved in the working copy.", retries=40)

    at_the_desk(clinic, "ed", "editor", work)
    assert _rows(clinic)[5]["call"] == "1-800-222-0000"


def test_the_prompt_is_written_as_a_whole(clinic: Application) -> None:
    """What it lacks is said while it is typed."""

    async def work(user: User) -> None:
        await user.open("/editor/texts/prompt.answer")
        user.find("The whole text").clear().type("Be kind.")
        await user.should_see("must say NOT COVERED", retries=40)

    at_the_desk(clinic, "ed", "editor", work)


def test_a_text_in_review_shows_its_cards_side_by_side(clinic: Application) -> None:
    """The same review page as for articles, with what publishing would change."""
    two = Two(clinic.database)
    save_words(clinic, "words.en", "card_no_wait", (ENGLISH.say("card_no_wait"), "Do not sit here waiting."), two.ed)
    number = publishing.submit(clinic, "words.en", working(clinic, "words.en").version, two.ed, "shorter")
    publishing.check(clinic, "words.en", number)

    async def work(user: User) -> None:
        await user.open("/editor/review/words.en")
        await user.should_see("Set words, English")
        await user.should_see("1 sentence changes, care cards change in 1 way.", retries=40)
        await user.should_see("Last line")

    at_the_desk(clinic, "rita", "reviewer", work)
    file, member = clinic.article_files.open("words.en"), Person(two.rita, "reviewer", lead=True)
    assert file is not None
    assert may(file, member, None, 0, pinned=False).withdraw is None


def test_numbers_are_compared_row_by_row(clinic: Application) -> None:
    """A file of two thousand lines is not one paragraph."""
    two = Two(clinic.database)
    save_row(clinic, ("US", 5), (ROW, {**ROW, "call": "1-800-000-0000"}), two.ed)
    publishing.submit(clinic, NUMBERS, working(clinic, NUMBERS).version, two.ed)

    async def work(user: User) -> None:
        await user.open(f"/editor/review/{NUMBERS}")
        await user.should_see("1 paragraph changed.", retries=40)

    at_the_desk(clinic, "rita", "reviewer", work)


def test_what_records_hold_is_shown_as_text() -> None:
    """Neither a sentence nor a number brings HTML to the desk."""
    attack = "<img src=x onerror=alert(1)>"
    row = {**ROW, "label": {"en": attack, "es": attack}, "source": "javascript:alert(1)", "call": attack}
    number, entry = texts_view.number(row, 0, changed=True, may_write=True), texts_view.entry("k", {"en": attack}, (), may_write=True)
    drawn = number + entry + texts_view.spoken(attack)
    assert "<img" not in drawn
    assert 'href="javascript' not in drawn
