"""What is said follows what is served: the next card has the new words, a turn keeps its own, and an unfit text is never said."""

import logging
from pathlib import Path

import pytest

from app import production
from app.content import documents
from app.content.texts import LiveTexts, LiveWords
from app.conversation import Shown
from app.records.database import Database
from app.records.models import RevisionRow
from app.records.text_store import TextStore
from app.settings import Settings
from app.upkeep import Following
from app.wiring import Application
from guardrails import region_rows, regions
from knowledge import words
from knowledge.words import checks
from tests.desk_of_two import Two
from tests.fakes import finding

ENGLISH, NUMBERS = words.packaged("en"), regions.FILE.read_text(encoding="utf-8")


@pytest.fixture
def store(database: Database) -> TextStore:
    """What ships, taken in."""
    made = TextStore(database)
    made.bring_in(documents.packaged())
    return made


@pytest.fixture
def clinic(small: Application) -> Application:
    """An application that has taken in what ships."""
    small.text_store.bring_in(documents.packaged())
    return small


def _row(call: str) -> dict[str, object]:
    return {**regions.plain(NUMBERS)["regions"]["US"]["numbers"][0], "call": call}


def _damage(database: Database, slug: str, text: str) -> None:
    """What a wrong hand in the database, or an older server, could leave there."""
    with database.transaction() as session:
        row = session.query(RevisionRow).where(RevisionRow.slug == slug).one()
        row.text, row.sha256 = text, "damaged"


def _card(app: Application) -> str:
    return app.cards.card([finding()], "US", "unattended", app.words).as_text()


def test_a_published_text_is_on_the_next_card(clinic: Application) -> None:
    """Set words and numbers alike, within a second of a running server."""
    two, following, before = Two(clinic.database), Following(clinic), _card(clinic)
    two.publish("words.en", checks.with_entry(ENGLISH, "card_lead_emergency", "Ring {number} at once."))
    two.publish("numbers.regions", region_rows.with_row(NUMBERS, "US", 0, _row("912")))
    following.once()
    assert ("Call 911 now." in before, "Ring 912 at once." in _card(clinic)) == (True, True)
    assert clinic.parts.words["en"].say("card_lead_emergency", number="1") == "Ring 1 at once."


def test_a_turn_keeps_the_words_and_numbers_that_it_began_with(clinic: Application) -> None:
    """No turn sees half of a publication."""
    two = Two(clinic.database)
    events = clinic.conversation.reply("p1", "c1", "I have crushing chest pain and I am sweating")
    [card] = [event.reply.text for event in (next(events),) if isinstance(event, Shown)]
    two.publish("numbers.regions", region_rows.with_row(NUMBERS, "US", 0, _row("912")))
    clinic.follow_texts()
    rest = [event.reply.text for event in events if isinstance(event, Shown)]
    assert "911" in card
    assert [text for text in rest if "912" in text] == []
    assert "912" in _card(clinic)


def test_a_number_that_is_no_longer_checked_is_not_shown(clinic: Application) -> None:
    """Rule of care 6 stands whoever signed the file."""
    row = regions.plain(NUMBERS)["regions"]["US"]["numbers"][5]
    Two(clinic.database).publish("numbers.regions", region_rows.with_row(NUMBERS, "US", 5, {**row, "second_check": None}))
    clinic.follow_texts()
    assert row["service"] == "poison"
    assert clinic.regions["US"].contacts("poison", clinic.words) == []


@pytest.mark.parametrize(("slug", "text"), [("numbers.regions", "regions: ["), ("words.foreign", "languages: 5"), ("prompt.answer", "Hi.")])
def test_a_text_that_cannot_be_used_gives_place_to_the_packaged_one(
    slug: str, text: str, store: TextStore, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """However it came there: the card is complete, and the operator reads why."""
    whole = LiveTexts(store).now
    _damage(database, slug, text)
    with caplog.at_level(logging.ERROR):
        now = LiveTexts(store).now
    assert (now.words, now.regions, now.prompt) == (whole.words, whole.regions, whole.prompt)
    assert documents.TEXT_FORMS[slug].title in caplog.text


def test_only_the_sentences_that_cannot_be_said_give_place(store: TextStore, database: Database) -> None:
    """Words that the clinic signed before an upgrade go on being said beside those that it brought."""
    text = checks.with_entry(checks.with_entry(ENGLISH, "welcome", "Ask us."), "emergency_line", "Call.")
    _damage(database, "words.en", text)
    now = LiveTexts(store).now
    assert (now.words["en"].say("welcome"), now.words["en"].say("emergency_line")) == ("Ask us.", words.load().say("emergency_line"))
    assert now.stand_ins == ("Set words, English, revision 1: the packaged words stand in for emergency_line",)


def test_without_records_the_packaged_texts_are_said_until_they_can_be_read(broken: Database, store: TextStore) -> None:
    """A server that starts while the database is away has its numbers."""
    live = LiveTexts(TextStore(broken))
    assert live.now.regions["US"].emergency == "911"
    live._store = store
    live.follow()
    assert live.now.version == store.version()


def test_nothing_is_read_again_while_nothing_is_published(store: TextStore) -> None:
    """It is asked every second."""
    live = LiveTexts(store)
    before = live.now
    live.follow()
    assert live.now is before


def test_the_words_of_every_language_are_there_to_look_at(store: TextStore) -> None:
    """What a turn looks its language up in."""
    live = LiveWords(LiveTexts(store))
    assert (list(live), len(live), live["es"].language) == (["en", "es"], 2, "es")


def test_what_ships_is_taken_in_at_the_first_start(folder: Path, kept_environment: None) -> None:
    """And again at each, which changes nothing."""
    for _ in range(2):
        app = Application(Settings(data_dir=folder))
        app.initialise()
        assert {found.number for found in app.text_store.served().texts.values()} == {1}
        assert not app.texts.now.signed
        app.close()


def test_production_names_each_text_that_two_people_have_not_passed(clinic: Application) -> None:
    """It goes away text by text; the prompt counts only where a model is set."""
    clinic.settings = Settings(data_dir=clinic.settings.data_dir, mode="production", region="US")
    titles = [form.title for form in documents.TEXT_FORMS.values()]
    before = "\n".join(production.gaps(clinic))
    assert [title for title in titles if title not in before] == ["Prompt for drafted answers"]
    two = Two(clinic.database)
    for slug in documents.TEXT_FORMS:
        two.pass_as_it_stands(slug, 1)
    clinic.follow_texts()
    assert "starter content that two people" not in "\n".join(production.gaps(clinic))
    clinic.settings = Settings(data_dir=clinic.settings.data_dir, mode="production", region="US", model="openai:x")
    assert [title for title in titles if title in "\n".join(production.gaps(clinic))] == []
