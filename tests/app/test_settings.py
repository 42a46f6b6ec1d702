"""Settings are read once, refused when wrong, and never printed with their secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app import settings
from app.errors import SettingsError
from app.settings import Settings


@pytest.mark.parametrize("name", ["CARELIGHT_REGOIN", "CARELIGHT_STAFFED_MINUTE", "carelight_regoin"])
def test_an_unknown_variable_is_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt safety setting that is silently ignored is worse than none."""
    monkeypatch.setenv(name, "US")
    with pytest.raises(SettingsError, match=name):
        settings.read()


def test_the_makefiles_variable_is_no_unknown_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The README tells people to set it, so the server must start with it."""
    monkeypatch.setenv("CARELIGHT_TORCH_INDEX", "https://example.org/simple")
    assert settings.read().mode == "demo"


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings alone move Carelight from a laptop to a clinic."""
    monkeypatch.setenv("CARELIGHT_CLINIC", "Elm Street")
    monkeypatch.setenv("CARELIGHT_STAFFED_MINUTES", "3")
    read = settings.read()
    assert (read.clinic, read.staffed_minutes) == ("Elm Street", 3)


def test_an_argument_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`--data-dir` on the command line must not lose to a variable; an option not given must not hide it."""
    monkeypatch.setenv("CARELIGHT_DATA_DIR", "elsewhere")
    assert settings.read(data_dir=tmp_path).data_dir == tmp_path
    assert settings.read(data_dir=None).data_dir == Path("elsewhere")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CARELIGHT_STAFFED_MINUTES", "hunter2"),
        ("CARELIGHT_STAFFED_MINUTES", "0"),
        ("CARELIGHT_MODE", "hunter2"),
        ("CARELIGHT_MODEL_TIMEOUT", "-1"),
        ("CARELIGHT_ANSWER_THREADS", "0"),
        ("CARELIGHT_REGION", "hunter2"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message must say which variable; a secret pasted into the wrong one must not reach a log."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as caught:
        settings.read()
    assert "hunter2" not in str(caught.value)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator should not have to restart once for each mistake."""
    monkeypatch.setenv("CARELIGHT_MODE", "x")
    monkeypatch.setenv("CARELIGHT_LANGUAGE", "x")
    with pytest.raises(SettingsError, match=r"CARELIGHT_MODE.*CARELIGHT_LANGUAGE"):
        settings.read()


def test_secrets_are_masked_wherever_settings_are_printed() -> None:
    """Settings end up in logs and tracebacks."""
    held = Settings(guest_secret="hunter2", model_api_key="hunter3")
    printed = f"{held!r} {held} {held.model_dump_json()}"
    assert "hunter" not in printed
    assert held.guest_secret.get_secret_value() == "hunter2"


def test_settings_cannot_be_changed_after_reading() -> None:
    """Parts built from them would otherwise disagree."""
    held = Settings()
    with pytest.raises(ValidationError):
        held.region = "GB"  # type: ignore[misc]


def test_a_region_may_be_written_in_small_letters() -> None:
    """`us` that matches no region would silently show cards without a number."""
    assert Settings(region="us").region == "US"


def test_without_a_database_address_records_stand_in_the_data_folder(tmp_path: Path) -> None:
    """One laptop, one folder."""
    assert Settings(data_dir=tmp_path).database == f"sqlite:///{tmp_path / 'carelight.db'}"
    assert Settings(data_dir=tmp_path, database_url="postgresql://db").database == "postgresql://db"


@pytest.mark.parametrize("origin", ["", "https://desk.example.org"])
def test_desks_of_their_own_need_another_host_than_the_chat(origin: str) -> None:
    """Else both hosts would answer 404 for half of it."""
    with pytest.raises(SettingsError, match="CARELIGHT_DESK_ORIGIN"):
        settings.read(origin=origin, desk_origin="https://desk.example.org")
