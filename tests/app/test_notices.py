"""The words of a notice: enough to run, nothing of the patient."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from app.escalation.notices import Wording
from app.records.notifications import Notice, NoticeKind
from app.settings import Settings
from guardrails.level import SEVERITY, Level
from knowledge import words

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def _wording(language: str = "en", **values: str) -> Wording:
    values = {"clinic": "Elm Street", "mode": "production", "origin": "https://chat.example.org/", **values}
    return Wording(lambda: words.load(language), Settings(data_dir=Path("x"), **values))  # type: ignore[arg-type]


def test_a_notice_says_clinic_level_wait_and_where() -> None:
    """All that a phone shows in two lines."""
    message = _wording().message(Notice("late", "emergency", AT - timedelta(minutes=4, seconds=50), "case-1"), AT)
    assert message.title == "Elm Street: EMERGENCY, past its target, nobody has answered"
    assert message.body == "Waiting: 4 min. Open: https://chat.example.org/desk/care/case-1"


def test_without_an_address_it_says_where_the_desk_is() -> None:
    """A link to nowhere would cost a minute."""
    assert "/care on the clinic's Carelight" in _wording(origin="").message(Notice("opened", "urgent", AT, "case-1"), AT).body


def test_a_demonstration_says_so_first() -> None:
    """Nobody must drive in for a made-up patient."""
    assert _wording(mode="demo").message(Notice("opened", "crisis", AT, "c"), AT).title.startswith("DEMO Elm Street: CRISIS")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", get_args(NoticeKind))
@pytest.mark.parametrize("level", list(SEVERITY))
def test_every_notice_has_words_in_both_languages(kind: NoticeKind, level: Level, language: str) -> None:
    """A missing key would be an alarm that is never sent."""
    message = _wording(language).message(Notice(kind, level, AT, "case-1"), AT)
    assert message.title
    assert message.body
    assert "{" not in message.title + message.body


def test_a_clock_that_runs_behind_makes_no_negative_wait() -> None:
    """Two servers' clocks differ by a little."""
    assert "Waiting: 0 min." in _wording().message(Notice("opened", "urgent", AT + timedelta(seconds=5), "c"), AT).body
