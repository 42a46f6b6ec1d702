"""Everything is built in one place; what turns need is built before them, and one process writes the index."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import first_aid, rulebook, wiring
from app.conversation import Event, Shown
from app.data_folder import DataFolderLock
from app.errors import DataFolderError, RecordsError, SettingsError
from app.settings import Settings
from app.wiring import Application
from guardrails import classifier
from guardrails.classifier import load as load_classifier
from guardrails.level import Profile
from guardrails.red_flags import RedFlagRules
from knowledge.library import Snapshot
from tests.app.turns import GOUT
from tests.fakes import HashingEmbedder, snapshot

RED_FLAG = "I have crushing chest pain and I am sweating"


def _lose_the_database(app: Application) -> None:
    """What a full or pulled disk does: the tables are gone."""
    app.database.close()
    for file in app.settings.data_dir.glob("carelight.db*"):
        file.unlink()


def _kinds(events: Iterator[Event]) -> list[str]:
    return [event.reply.kind for event in events if isinstance(event, Shown)]


def test_once_warm_a_red_flag_gets_its_card_whatever_happens_to_the_database(small: Application) -> None:
    """Numbers, words and first aid must be in memory before the disk fails, not be read for the first card after it."""
    small.warm()
    _lose_the_database(small)
    assert _kinds(small.conversation.reply("p1", "c1", RED_FLAG)) == ["care_card"]


def test_a_message_as_long_as_a_browser_can_send_is_screened_in_time_and_a_person_is_told(small: Application) -> None:
    """A pasted record of a megabyte: what stands at its ends is found, and that not all was read is said (rule of care 8).

    Read to its end it would hold up everybody's screening for half a minute.
    """
    small.warm_screen()
    pasted = "".join(f"On day {number} the visit took place and a letter was sent to the practice. " for number in range(13_000))
    began = time.monotonic()
    screening = small.screener.screen([f"{pasted} {RED_FLAG}"], Profile())
    assert time.monotonic() - began < 6
    assert screening.level == "emergency"
    assert "rules: not everything was read in time" in screening.failure
    kinds = _kinds(small.conversation.reply("p1", "c1", pasted))
    assert (kinds[0], "answer" in kinds) == ("care_card", False)
    assert [finding.rule for finding in small.case_store.open_findings("p1")] == ["screening-incomplete"]


def test_a_card_quotes_the_rules_pinned_first_aid(application: Application, rule_layer: RedFlagRules) -> None:
    """Every rule that pins a section finds it in the starter corpus; a renamed heading would silently show the general line."""
    pinned = first_aid.pinned(rule_layer.rules, application.library.snapshot())
    assert pinned
    assert [rule for rule, lines in pinned.items() if not lines] == []


def test_first_aid_of_an_article_that_is_not_served_is_left_to_the_general_line(rule_layer: RedFlagRules) -> None:
    """A withdrawn article must not stop the start."""
    pinned = first_aid.pinned(rule_layer.rules, snapshot(GOUT))
    assert set(pinned.values()) == {()}


def test_the_starter_corpus_is_served_at_first_start(application: Application) -> None:
    """A newcomer asks their first question a minute after `make run`."""
    assert len(application.library.snapshot().revisions) == len(wiring.starter_corpus())


def test_a_clinics_own_library_is_not_mixed_with_starter_content(small: Application, kept_environment: None) -> None:
    """Once a clinic serves its own articles, a restart must not bring ours back."""
    small.initialise()
    assert list(small.library.snapshot().revisions) == ["gout"]


def test_only_one_holder_writes_the_index(tmp_path: Path) -> None:
    """Two processes writing one Chroma folder would corrupt it; the second is told what to do."""
    first, second = (DataFolderLock(tmp_path / "index.lock") for _ in range(2))
    with first, pytest.raises(DataFolderError, match="--data-dir"):
        second.__enter__()
    with second:
        pass


def test_the_server_that_holds_the_folder_may_sync_again_and_again(small: Application) -> None:
    """It holds the lock as long as it runs and follows every publication."""
    with small.folder, small.folder:
        pass
    with DataFolderLock(small.settings.data_dir / "index.lock"):
        pass


def test_a_busy_answering_lane_leaves_screening_free(tmp_path: Path) -> None:
    """Six hung model calls must not queue anyone's red flag (promise 1)."""
    app = Application(Settings(data_dir=tmp_path, answer_threads=2))
    release = threading.Event()
    held = [app.answers.submit(lambda: release.wait(20)) for _ in range(8)]
    assert app.screening_lane.submit(lambda: "screened").result(timeout=5) == "screened"
    assert not any(future.done() for future in held)
    release.set()
    app.answers.shutdown()
    app.screening_lane.shutdown()


@pytest.mark.parametrize("model", ["no-such-provider:x", "just a name"])
def test_a_model_that_cannot_be_used_is_told_at_start(model: str, tmp_path: Path) -> None:
    """In a patient's turn it would take every answer away, though the quoted one needs no model."""
    app = Application(Settings(data_dir=tmp_path, model=model))
    with pytest.raises(SettingsError, match="CARELIGHT_MODEL"):
        _ = app.drafter


def test_closing_makes_nothing(tmp_path: Path) -> None:
    """`carelight corpus list` must not compile every rule only to let go of it."""
    app = Application(Settings(data_dir=tmp_path))
    before = set(vars(app))
    app.close()
    assert set(vars(app)) == before


def test_without_a_model_nothing_is_drafted(small: Application) -> None:
    """The default needs no key."""
    assert small.drafter is None


def test_a_rehearsal_begins_with_the_earlier_messages(small: Application) -> None:
    """`carelight ask` is given a whole conversation."""
    events = small.rehearsal((RED_FLAG,), Profile()).reply("", "batch", "thanks")
    assert _kinds(events) == ["care_card"]


def test_the_chat_page_finds_the_application_in_use(monkeypatch: pytest.MonkeyPatch, small: Application) -> None:
    """Chainlit loads that page by its path, so it can be handed nothing."""
    monkeypatch.setattr(wiring, "_in_use", [])
    with pytest.raises(RuntimeError, match="carelight serve"):
        wiring.current()
    wiring.use(small)
    assert wiring.current() is small


def test_a_database_that_cannot_be_made_stops_the_start_with_one_line(tmp_path: Path) -> None:
    """A path that does not exist is a typing mistake, not a traceback."""
    app = Application(Settings(data_dir=tmp_path / "data", database_url=f"sqlite:///{tmp_path}/no/such/folder.db"))
    with pytest.raises(RecordsError):
        _ = app.library


def test_the_embedder_is_asked_for_by_the_setting(tmp_path: Path) -> None:
    """Any other model by setting."""
    asked: list[str] = []

    def make(model: str) -> HashingEmbedder:
        asked.append(model)
        return HashingEmbedder()

    app = Application(Settings(data_dir=tmp_path, embedding_model="/models/other"), make_embedder=make)
    _ = app.embedder, app.embedder
    assert asked == ["/models/other"]


def test_the_starter_articles_are_read_in_one_order() -> None:
    """Revision numbers and the first start's log must not depend on the disk's order; README.md is no article."""
    slugs = [item.slug for item in wiring.starter_corpus()]
    assert slugs == sorted(slugs)
    assert isinstance(snapshot(*wiring.starter_corpus()), Snapshot)


def test_without_the_classifiers_files_the_rules_work_alone_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A lost file must not cost the patient the rules, nor go unnoticed by the operator (rule of care 8)."""
    monkeypatch.setattr(classifier, "load", lambda: load_classifier(tmp_path / "nowhere"))
    app = Application(Settings(data_dir=tmp_path))
    screening = app.screener.screen(["he is not breathing"], Profile())
    assert (screening.level, screening.complete) == ("emergency", True)
    assert [timed.layer.name for timed in app.screener.layers] == ["rules"]
    assert "red flags are found by rules alone" in caplog.text
    assert rulebook.learned(app) == "the classifier is missing: rules work alone"
    app.close()
