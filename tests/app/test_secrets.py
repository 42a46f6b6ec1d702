"""Secrets are made once, readable by their owner alone, and never empty."""

from pathlib import Path

import pytest

from app import secrets
from app.errors import DataFolderError
from app.settings import Settings


def _settings(folder: Path, **values: str) -> Settings:
    return Settings(data_dir=folder, **values)  # type: ignore[arg-type]


def test_made_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """Whoever reads the guest secret can be any patient."""
    made = secrets.obtain(_settings(tmp_path)).made
    assert sorted(path.name for path in made) == ["guest", "records", "spool"]
    assert {oct(path.stat().st_mode & 0o777) for path in made} == {"0o600"}
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_secrets_are_made_once_and_read_afterwards(tmp_path: Path) -> None:
    """New secrets at a restart would sign every guest out and leave the spool unreadable."""
    first = secrets.obtain(_settings(tmp_path))
    again = secrets.obtain(_settings(tmp_path))
    assert (again.guest, again.spool) == (first.guest, first.spool)
    assert again.made == ()


def test_two_clinics_do_not_share_a_secret(tmp_path: Path) -> None:
    """A constant would be as good as none."""
    first, second = (secrets.obtain(_settings(tmp_path / name)) for name in ("a", "b"))
    assert first.guest != second.guest
    assert len(first.guest) >= 43


def test_a_guest_secret_from_the_environment_is_used_and_not_written(tmp_path: Path) -> None:
    """Several replicas share it; a copy on disk would outlive its rotation."""
    held = secrets.obtain(_settings(tmp_path, guest_secret="shared by replicas"))
    assert held.guest == "shared by replicas"
    assert not (tmp_path / "secrets" / "guest").exists()


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    """A start that was cut off between making the file and filling it must not sign cookies with nothing."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "guest").touch()
    with pytest.raises(DataFolderError, match="empty"):
        secrets.obtain(_settings(tmp_path))


def test_a_folder_that_cannot_hold_secrets_is_named(tmp_path: Path) -> None:
    """The operator must learn which path to repair."""
    (tmp_path / "secrets").write_text("in the way")
    with pytest.raises(DataFolderError, match=str(tmp_path)):
        secrets.obtain(_settings(tmp_path))


def test_a_secret_that_somebody_else_made_is_read_from_a_setting_or_a_file(tmp_path: Path) -> None:
    """What a provider gave us; without one none is made up."""
    chosen = _settings(tmp_path)
    assert secrets.given(chosen, "patient-oidc", "") == ""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "patient-oidc").write_text("from the file\n")
    assert secrets.given(chosen, "patient-oidc", "") == "from the file"
    assert secrets.given(chosen, "patient-oidc", "from the setting") == "from the setting"
    (tmp_path / "secrets" / "patient-oidc").write_bytes(b"\xff\xfe")
    with pytest.raises(DataFolderError, match="patient-oidc"):
        secrets.given(chosen, "patient-oidc", "")


def test_since_when_guests_cookies_hold_their_moment_is_kept(tmp_path: Path) -> None:
    """Cookies of before are taken from that day on for as long as a new one would be, and not from each start on."""
    first = secrets.obtain(_settings(tmp_path))
    (tmp_path / "guests-timed").write_text(str(int(first.guests_timed) - 1000))
    assert secrets.obtain(_settings(tmp_path)).guests_timed == first.guests_timed - 1000
